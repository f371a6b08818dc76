import type { AttributePath } from '../schema/attribute-path.js';
import type { ValueSelector } from './patch-target.js';
import type { ValueFilter } from './resolved-filter.js';

/** How a PATCH is judged. */
export interface PatchOptions {
  /** Attributes that no schema knows, in a value: passed over, or refused with `invalidSyntax`. */
  readonly unknown: 'ignore' | 'refuse';
  /** Whether what providers send beside RFC 7644 is accepted, where reading it harms nobody. */
  readonly tolerant: boolean;
}

/**
 * One step on a document. `path` names an attribute or a sub-attribute of a single-valued one, unless said otherwise;
 * values are conformed and never unassigned.
 */
export type DocumentChange =
  | { readonly kind: 'set'; readonly path: AttributePath; readonly value: unknown }
  | { readonly kind: 'unset'; readonly path: AttributePath }
  /** A read-only attribute that must have this value already, else `mutability`. */
  | { readonly kind: 'expect'; readonly path: AttributePath; readonly value: unknown }
  /** Adds to a multi-valued attribute the values that are not there yet. */
  | { readonly kind: 'addValues'; readonly path: AttributePath; readonly values: readonly unknown[] }
  /** Removes from a multi-valued attribute the values that have everything that one of `values` has. */
  | { readonly kind: 'removeValues'; readonly path: AttributePath; readonly values: readonly unknown[] }
  | SetMatching
  /** Removes the matching values of a multi-valued attribute, or the path's sub-attribute of each. */
  | { readonly kind: 'unsetMatching'; readonly path: AttributePath; readonly selector: ValueSelector | undefined };

/**
 * Writes to the matching values of a multi-valued attribute: the path's sub-attribute, or without one the sub-attributes
 * of `value` (`merge`) or all of it (`replace`). Where none matches, `create` makes one; undefined is `noTarget`.
 */
export interface SetMatching {
  readonly kind: 'setMatching';
  readonly path: AttributePath;
  readonly selector: ValueSelector | undefined;
  readonly mode: 'merge' | 'replace';
  readonly value: unknown;
  readonly create: Readonly<Record<string, unknown>> | undefined;
}

/** One step on a group's members; ids are strings that nobody has looked up yet. */
export type MemberChange =
  | { readonly kind: 'addMembers'; readonly ids: readonly string[] }
  | { readonly kind: 'removeMembers'; readonly ids: readonly string[] }
  | { readonly kind: 'replaceMembers'; readonly ids: readonly string[] }
  | { readonly kind: 'removeMembersMatching'; readonly filter: ValueFilter }
  | { readonly kind: 'removeAllMembers' };

/** What a PATCH asks for, in order; steps on the document and on the members do not depend on each other. */
export interface PatchPlan {
  readonly document: readonly DocumentChange[];
  readonly members: readonly MemberChange[];
}
