/** The operators that compare an attribute with a value (RFC 7644 §3.4.2.2 table 3). */
export const compareOperators = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;

export type CompareOperator = (typeof compareOperators)[number];

/** A comparison value: a JSON literal that is neither object nor array. */
export type FilterLiteral = string | number | boolean | null;

/** A logical expression over leaves; `and` and `or` hold two operands or more, in the order in which they were written. */
export type FilterTree<Leaf> =
  | Leaf
  | { readonly kind: 'and'; readonly operands: readonly FilterTree<Leaf>[] }
  | { readonly kind: 'or'; readonly operands: readonly FilterTree<Leaf>[] }
  | { readonly kind: 'not'; readonly operand: FilterTree<Leaf> };

/** `attribute op value`. Positions count characters from 0. */
export interface Comparison {
  readonly kind: 'compare';
  readonly path: string;
  readonly position: number;
  readonly operator: CompareOperator;
  readonly operatorPosition: number;
  readonly value: FilterLiteral;
  readonly valuePosition: number;
}

/** `attribute pr`. */
export interface Presence {
  readonly kind: 'present';
  readonly path: string;
  readonly position: number;
}

/** `attribute[filter]`: one and the same value meets the whole filter. */
export interface ValuePath {
  readonly kind: 'valuePath';
  readonly path: string;
  readonly position: number;
  readonly filter: FilterNode;
}

export type FilterLeaf = Comparison | Presence | ValuePath;

/** A filter as it was written, its attributes not yet looked up in a schema. */
export type FilterNode = FilterTree<FilterLeaf>;

/** The path of a PATCH operation: `path`, `path[filter]` or `path[filter].subAttribute` (RFC 7644 §3.5.2 figure 7). */
export interface PatchPath {
  readonly path: string;
  readonly filter?: FilterNode;
  readonly subAttribute?: string;
}

/** Joins operands without nesting; a single operand stands for itself. */
export function joinTrees<Leaf extends { readonly kind: string }>(
  kind: 'and' | 'or',
  operands: readonly FilterTree<Leaf>[],
): FilterTree<Leaf> {
  const [first, ...others] = operands;
  return first !== undefined && others.length === 0 ? first : { kind, operands };
}
