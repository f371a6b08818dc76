import { resolvePath } from '../schema/attribute-path.js';
import type { ResourceType } from '../schema/resource-type.js';
import { joinTrees, type FilterLeaf, type FilterNode } from './filter-tree.js';
import { finishFilter, resolveTest } from './resolve-filter.js';
import type { ResolvedFilter } from './resolved-filter.js';

/** A filter, or what is known of its outcome without looking at a resource. */
type Outcome = ResolvedFilter | boolean;

/**
 * Resolves a filter for each of several resource types. An attribute that a type lacks and another one has counts as
 * absent (RFC 7644 §3.4.2.1); `false` says that no resource of the type can match, `true` that all do.
 * Throws as `resolveFilter` does; an attribute that no type has is unknown.
 */
export function resolveAcross(types: readonly ResourceType[], node: FilterNode): ReadonlyMap<ResourceType, Outcome> {
  return new Map(types.map((type) => [type, finish(resolveFor(type, types, node))]));
}

function finish(outcome: Outcome): Outcome {
  return typeof outcome === 'boolean' ? outcome : finishFilter(outcome);
}

function resolveFor(type: ResourceType, types: readonly ResourceType[], node: FilterNode): Outcome {
  if (node.kind === 'not') return negate(resolveFor(type, types, node.operand));
  if (node.kind === 'and' || node.kind === 'or') {
    // All of them are resolved, so that a fault is found whatever stands beside it.
    return join(
      node.kind,
      node.operands.map((operand) => resolveFor(type, types, operand)),
    );
  }
  const isElsewhere = resolvePath(type, node.path) === undefined && types.some((each) => resolvePath(each, node.path));
  return isElsewhere ? isMetByAbsence(node) : resolveTest(type, node);
}

/** As in `resolveFilter`: an absent attribute equals nothing, and `null` means absent. */
function isMetByAbsence(leaf: FilterLeaf): boolean {
  if (leaf.kind !== 'compare') return false;
  return leaf.value === null ? leaf.operator === 'eq' : leaf.operator === 'ne';
}

function negate(outcome: Outcome): Outcome {
  return typeof outcome === 'boolean' ? !outcome : { kind: 'not', operand: outcome };
}

function join(kind: 'and' | 'or', outcomes: readonly Outcome[]): Outcome {
  const decisive = kind === 'or';
  if (outcomes.includes(decisive)) return decisive;
  const open = outcomes.filter((outcome) => typeof outcome !== 'boolean');
  return open.length === 0 ? !decisive : joinTrees(kind, open);
}
