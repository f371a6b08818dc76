import { invalidFilter } from '../errors.js';
import { resolvePath, wholePath, type AttributePath } from '../schema/attribute-path.js';
import type { Attribute } from '../schema/attribute.js';
import type { ResourceType } from '../schema/resource-type.js';
import {
  joinTrees,
  type Comparison,
  type FilterLeaf,
  type FilterNode,
  type FilterTree,
  type Presence,
  type ValuePath,
} from './filter-tree.js';
import { filterFault, resolveComparison } from './resolve-test.js';
import type { AttributeTest, ElementTest, ResolvedFilter, Test, ValueFilter, ValueTest } from './resolved-filter.js';
import { simplifyFilter } from './simplify-filter.js';

export type { ResolvedFilter, ValueFilter } from './resolved-filter.js';

type ResourceTest = AttributeTest | ElementTest;

/**
 * Resolves a filter against the schemas of a resource type (RFC 7644 §3.4.2.2):
 * - a complex attribute without a sub-attribute is compared by its `value`; `pr` holds if any sub-attribute is present;
 * - of many values one has to match; `ne` holds if one differs, and also if there is none, as an absent attribute equals nothing;
 * - `eq null` means absent and `ne null` present;
 * - `a[f]` holds if one value of `a` meets the whole of `f`, in which an absent sub-attribute is treated likewise;
 * - a value that does not say whether it is `primary` is compared as if it said false (RFC 7643 §2.4).
 *
 * Throws `invalidFilter` naming the position for an attribute that is unknown or cannot be read, for an operator that
 * does not suit the type, and for a value of another type; and for more than `maxMembershipTests`.
 */
export function resolveFilter(type: ResourceType, node: FilterNode): ResolvedFilter {
  return finishFilter(mapLeaves(node, (leaf) => resolveTest(type, leaf)));
}

/** A test alone, as `resolveFilter` resolves it. */
export function resolveTest(type: ResourceType, leaf: FilterLeaf): ResolvedFilter {
  const path = findPath(type, leaf);
  return leaf.kind === 'valuePath' ? resolveElement(path, leaf) : resolveLeaf(path, leaf);
}

/** Brings a filter whose tests have been resolved into its cheapest form. Throws `invalidFilter` for too many membership tests. */
export function finishFilter(resolved: ResolvedFilter): ResolvedFilter {
  const filter = simplifyFilter(resolved);
  if (countMembershipTests(filter) <= maxMembershipTests) return filter;
  throw invalidFilter(`the filter asks for groups or members more than ${maxMembershipTests} times`);
}

/** How often a filter may look through memberships; alternatives, as in `groups eq "a" or groups eq "b"`, count once. */
export const maxMembershipTests = 20;

function countMembershipTests(filter: ResolvedFilter): number {
  if (filter.kind === 'not') return countMembershipTests(filter.operand);
  if (filter.kind !== 'attribute' && filter.kind !== 'element') {
    return filter.operands.reduce((sum, operand) => sum + countMembershipTests(operand), 0);
  }
  const { extension, attribute } = filter.path;
  return extension === undefined && (attribute.name === 'groups' || attribute.name === 'members') ? 1 : 0;
}

/**
 * Resolves a filter over one value of a multi-valued or complex attribute, as in a PATCH path (RFC 7644 §3.5.2).
 * The values of a simple attribute are called `value`. Throws `invalidFilter` as `resolveFilter` does.
 */
export function resolveValueFilter(attribute: Attribute, node: FilterNode): ValueFilter {
  return mapLeaves(node, (leaf): ValueFilter => {
    const subAttribute = findSubAttribute(attribute, leaf);
    if (subAttribute !== undefined && comparesPrimary(attribute, subAttribute, leaf)) {
      return resolvePrimary(subAttribute, leaf);
    }
    return resolveSimple(subAttribute ?? attribute, leaf, (test) => ({ kind: 'value', subAttribute, test }));
  });
}

function mapLeaves<Leaf>(node: FilterNode, map: (leaf: FilterLeaf) => FilterTree<Leaf>): FilterTree<Leaf> {
  if (node.kind === 'not') return { kind: 'not', operand: mapLeaves(node.operand, map) };
  if (node.kind !== 'and' && node.kind !== 'or') return map(node);
  return { kind: node.kind, operands: node.operands.map((operand) => mapLeaves(operand, map)) };
}

function findPath(type: ResourceType, leaf: FilterLeaf): AttributePath {
  const path = resolvePath(type, leaf.path);
  if (path === undefined) throw unknownAttribute(leaf);
  if (path.kind === 'extension') throw filterFault('a schema is not an attribute', leaf.position);
  if (!isReadable(path.attribute) || (path.subAttribute !== undefined && !isReadable(path.subAttribute))) {
    throw filterFault(`${path.text} cannot be read`, leaf.position);
  }
  return path;
}

function findSubAttribute(attribute: Attribute, leaf: FilterLeaf): Attribute | undefined {
  const name = leaf.path.toLowerCase();
  if (attribute.type !== 'complex' && name === 'value') return undefined;
  const subAttribute = attribute.subAttributes.get(name);
  if (subAttribute === undefined) throw unknownAttribute(leaf);
  if (!isReadable(subAttribute)) throw filterFault(`${subAttribute.name} cannot be read`, leaf.position);
  return subAttribute;
}

function unknownAttribute(leaf: FilterLeaf): Error {
  const name = leaf.path.length > 100 ? `${leaf.path.slice(0, 100)}…` : leaf.path;
  return filterFault(`unknown attribute ${JSON.stringify(name)}`, leaf.position);
}

// Else a password could be found letter by letter (RFC 7643 §7 "returned": "never").
function isReadable(attribute: Attribute): boolean {
  return attribute.returned !== 'never' && attribute.mutability !== 'writeOnly';
}

function resolveLeaf(path: AttributePath, leaf: Comparison | Presence): ResolvedFilter {
  const { attribute, subAttribute } = path;
  if (subAttribute !== undefined && comparesPrimary(attribute, subAttribute, leaf)) {
    return primaryAmong(path, resolvePrimary(subAttribute, leaf), leaf);
  }
  if (attribute.type !== 'complex' || subAttribute !== undefined) {
    return resolveSimple(subAttribute ?? attribute, leaf, (test) => ({ kind: 'attribute', path, test }));
  }
  if (leaf.kind === 'present') return presenceOf(path);
  if (leaf.value === null && leaf.operator === 'eq') return { kind: 'not', operand: presenceOf(path) };
  if (leaf.value === null && leaf.operator === 'ne') return presenceOf(path);
  const value = attribute.subAttributes.get('value');
  if (value === undefined || !isReadable(value)) {
    throw filterFault(`${path.text} is complex: name one of its sub-attributes`, leaf.position);
  }
  return resolveLeaf(subPath(path, value), leaf);
}

/** Whether a leaf compares the mark of the preferred one among many values with true or false. */
function comparesPrimary(attribute: Attribute, subAttribute: Attribute, leaf: FilterLeaf): leaf is Comparison {
  const isMark = attribute.multiValued && subAttribute.name === 'primary' && subAttribute.type === 'boolean';
  return isMark && leaf.kind === 'compare' && leaf.value !== null;
}

/** "Is primary" or "is not", as a filter over one value, which need not say so to be none (RFC 7643 §2.4). */
function resolvePrimary(subAttribute: Attribute, leaf: Comparison): ValueFilter {
  const test = resolveComparison(subAttribute, leaf);
  const isPrimary: ValueTest = { kind: 'value', subAttribute, test: { ...test, operator: 'eq', value: true } };
  return (test.operator === 'eq') === test.value ? isPrimary : { kind: 'not', operand: isPrimary };
}

/** One value meets the filter; `ne` holds where there is none, too. */
function primaryAmong(path: AttributePath, filter: ValueFilter, { operator }: Comparison): ResolvedFilter {
  const whole = wholePath(path);
  const test: ElementTest = { kind: 'element', path: whole, filter };
  if (operator !== 'ne') return test;
  return { kind: 'or', operands: [test, { kind: 'not', operand: presenceOf(whole) }] };
}

function resolveSimple<Leaf>(
  attribute: Attribute,
  leaf: FilterLeaf,
  toLeaf: (test: Test) => FilterTree<Leaf>,
): FilterTree<Leaf> {
  if (leaf.kind === 'valuePath') throw filterFault(`${leaf.path} has no sub-attributes`, leaf.position);
  if (leaf.kind === 'present') return toLeaf({ operator: 'pr' });
  if (leaf.value === null && leaf.operator === 'eq') return { kind: 'not', operand: toLeaf({ operator: 'pr' }) };
  if (leaf.value === null && leaf.operator === 'ne') return toLeaf({ operator: 'pr' });
  return toLeaf(resolveComparison(attribute, leaf));
}

function presenceOf(path: AttributePath): ResolvedFilter {
  const parts = [...path.attribute.subAttributes.values()].filter(isReadable);
  const test: Test = { operator: 'pr' };
  if (!path.attribute.multiValued) {
    return joinTrees(
      'or',
      parts.map((part): ResourceTest => ({ kind: 'attribute', path: subPath(path, part), test })),
    );
  }
  const tests = parts.map((subAttribute): ValueTest => ({ kind: 'value', subAttribute, test }));
  return { kind: 'element', path, filter: joinTrees('or', tests) };
}

function resolveElement(path: AttributePath, leaf: ValuePath): ResolvedFilter {
  const { attribute, subAttribute } = path;
  if (subAttribute !== undefined || (attribute.type !== 'complex' && !attribute.multiValued)) {
    throw filterFault(`${path.text} has no values that a filter could choose from`, leaf.position);
  }
  const filter = resolveValueFilter(attribute, leaf.filter);
  if (attribute.multiValued) return { kind: 'element', path, filter };
  return { kind: 'and', operands: [presenceOf(path), liftTests(path, filter)] };
}

/** The tests of the one value that a single-valued attribute has, as tests of the resource. */
function liftTests(path: AttributePath, filter: ValueFilter): ResolvedFilter {
  if (filter.kind === 'not') return { kind: 'not', operand: liftTests(path, filter.operand) };
  if (filter.kind !== 'value')
    return { kind: filter.kind, operands: filter.operands.map((each) => liftTests(path, each)) };
  const { subAttribute, test } = filter;
  return { kind: 'attribute', path: subAttribute === undefined ? path : subPath(path, subAttribute), test };
}

function subPath(path: AttributePath, subAttribute: Attribute): AttributePath {
  const { extension, attribute } = path;
  return { extension, attribute, subAttribute, text: `${path.text}.${subAttribute.name}` };
}
