import { invalidPath } from '../errors.js';
import { resolvePath, type AttributePath, type ExtensionPath } from '../schema/attribute-path.js';
import type { Attribute } from '../schema/attribute.js';
import type { ResourceType } from '../schema/resource-type.js';
import type { FilterNode } from './filter-tree.js';
import { parsePatchPath } from './parse-filter.js';
import { resolveValueFilter, type ValueFilter } from './resolve-filter.js';

/** The brackets of a path: the filter, and the value that it describes where it is made of `eq` and `and` alone. */
export interface ValueSelector {
  readonly filter: ValueFilter;
  /** Its sub-attributes by canonical name; undefined where the filter does not describe one value. */
  readonly described: Readonly<Record<string, unknown>> | undefined;
  /** The values of `value eq …`, alone or joined by `or`; undefined for any other filter. */
  readonly oneOf: readonly string[] | undefined;
  /** How many comparisons one element costs. */
  readonly nodes: number;
}

/** What the path of an operation names (RFC 7644 §3.5.2 figure 7). */
export type PatchTarget =
  | ({ readonly kind: 'extension' } & ExtensionPath)
  | { readonly kind: 'attribute'; readonly path: AttributePath; readonly selector: ValueSelector | undefined };

/** Resolves a path. Throws `invalidPath`, or `invalidFilter` for brackets that make no sense for the attribute. */
export function resolveTarget(type: ResourceType, text: string): PatchTarget {
  const parsed = parsePatchPath(text);
  const resolved = resolvePath(type, parsed.path);
  if (resolved === undefined) throw invalidPath(`${type.name} has no attribute at the path ${shown(text)}`);
  if (parsed.filter === undefined) {
    return resolved.kind === 'extension' ? resolved : { kind: 'attribute', path: resolved, selector: undefined };
  }
  if (resolved.kind === 'extension' || resolved.subAttribute !== undefined || !resolved.attribute.multiValued) {
    throw invalidPath(`only a multi-valued attribute can be filtered, which the path ${shown(text)} does not name`);
  }
  const selector = readSelector(resolved.attribute, parsed.filter);
  if (parsed.subAttribute === undefined) return { kind: 'attribute', path: resolved, selector };
  const inner = resolvePath(type, `${parsed.path}.${parsed.subAttribute}`);
  if (inner?.kind !== 'attribute') throw invalidPath(`no sub-attribute at the path ${shown(text)}`);
  return { kind: 'attribute', path: inner, selector };
}

function shown(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}

function readSelector(attribute: Attribute, node: FilterNode): ValueSelector {
  return {
    filter: resolveValueFilter(attribute, node),
    described: describe(attribute, node),
    oneOf: readOneOf(node),
    nodes: countNodes(node),
  };
}

function describe(attribute: Attribute, node: FilterNode): Record<string, unknown> | undefined {
  if (node.kind === 'and') {
    const parts = node.operands.map((operand) => describe(attribute, operand));
    if (!parts.every((part) => part !== undefined)) return undefined;
    return Object.fromEntries(parts.flatMap((part) => Object.entries(part)));
  }
  if (node.kind !== 'compare' || node.operator !== 'eq' || node.value === null) return undefined;
  const subAttribute = attribute.subAttributes.get(node.path.toLowerCase());
  return subAttribute === undefined ? undefined : { [subAttribute.name]: node.value };
}

function readOneOf(node: FilterNode): readonly string[] | undefined {
  if (node.kind === 'or') {
    const parts = node.operands.map(readOneOf);
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }
  if (node.kind !== 'compare' || node.operator !== 'eq' || node.path.toLowerCase() !== 'value') return undefined;
  return typeof node.value === 'string' ? [node.value] : undefined;
}

function countNodes(node: FilterNode): number {
  if (node.kind === 'and' || node.kind === 'or') return node.operands.reduce((sum, each) => sum + countNodes(each), 1);
  return node.kind === 'not' ? 1 + countNodes(node.operand) : 1;
}
