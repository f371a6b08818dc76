import type { Attribute } from '../schema/attribute.js';
import type { ResourceType } from '../schema/resource-type.js';

/** A JSON object from outside; its keys are only ever read as own keys. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** One `attribute operator value` of a filter, each as it was written; `value` keeps its quotes. */
export interface Comparison {
  readonly attribute: string;
  readonly operator: string;
  readonly value: string;
}

/**
 * One thing that providers write differently from RFC 7644, and how it reads in plain SCIM.
 * Each member is pure, takes time linear in its input and returns what it does not know unchanged.
 */
export interface Habit {
  /** The URN meant by one that stands in `schemas` or as a key of a body; undefined drops it. */
  readonly schema?: (type: ResourceType, urn: string) => string | undefined;
  /** The operations meant by one PATCH operation. */
  readonly operation?: (type: ResourceType, operation: JsonObject) => readonly JsonObject[];
  /** The value meant for an attribute, before its sub-attributes are looked at. */
  readonly value?: (attribute: Attribute, value: unknown) => unknown;
  /** The comparison meant by one in a filter or in the brackets of a path. */
  readonly comparison?: (comparison: Comparison) => Comparison;
  /** The filter meant by a whole text. */
  readonly filter?: (text: string) => string;
}

/** Whether a value is a JSON object: neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
