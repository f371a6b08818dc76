import type { AttributePath } from '../schema/attribute-path.js';
import type { Attribute } from '../schema/attribute.js';
import type { CompareOperator, FilterTree } from './filter-tree.js';

/** How values are compared: text as it is, text folded, ISO instants, numbers or booleans. */
export type Comparand = 'exact' | 'folded' | 'instant' | 'number' | 'boolean';

/** A comparison with a value that has the attribute's type, folded or normalised already. */
export interface CompareTest {
  readonly operator: CompareOperator;
  readonly comparand: Comparand;
  readonly value: string | number | boolean;
}

/** Holds for a value that is one of these; each is of the attribute's type, folded or normalised already. */
export interface InTest {
  readonly operator: 'in';
  readonly comparand: Comparand;
  readonly values: readonly (string | number | boolean)[];
}

/**
 * What is asked of the values of a simple attribute; there may be none, one or many.
 * `pr` holds if one of them is not empty text, `ne` if one of them differs or there is none, any other operator if it holds for one of them.
 */
export type Test = { readonly operator: 'pr' } | CompareTest | InTest;

/** A test of one sub-attribute of a value; undefined stands for the value itself, where it is simple. */
export interface ValueTest {
  readonly kind: 'value';
  readonly subAttribute: Attribute | undefined;
  readonly test: Test;
}

/** A filter over one value of a multi-valued attribute. */
export type ValueFilter = FilterTree<ValueTest>;

/** A test of all values of a simple attribute or a simple sub-attribute. */
export interface AttributeTest {
  readonly kind: 'attribute';
  readonly path: AttributePath;
  readonly test: Test;
}

/** Holds if one value of a multi-valued attribute meets the whole filter. */
export interface ElementTest {
  readonly kind: 'element';
  readonly path: AttributePath;
  readonly filter: ValueFilter;
}

/** A filter whose attributes exist, may be read, and are compared with values of their type. */
export type ResolvedFilter = FilterTree<AttributeTest | ElementTest>;
