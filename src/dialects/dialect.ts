import { maxOperations } from '../protocol/patch-operations.js';
import { maxPathExpressions } from '../protocol/plan-patch.js';
import type { ResourceType } from '../schema/resource-type.js';
import { mapComparisons } from './comparisons.js';
import * as entra from './entra.js';
import { isJsonObject, type Comparison, type Habit, type JsonObject } from './habit.js';
import * as okta from './okta.js';
import * as onelogin from './onelogin.js';
import { rewriteAttributes, rewriteOperation } from './rewrite-values.js';

export type DialectName = 'tolerant' | 'strict';

/**
 * How a token's requests are read before they are judged. Every rewrite is pure, linear in its input,
 * and returns a body or filter of plain RFC 7644, or one that the protocol layer then refuses.
 */
export interface Dialect {
  readonly name: DialectName;
  /** What becomes of attributes and extensions that no schema knows, in a body. */
  readonly unknown: 'ignore' | 'refuse';
  rewriteResource(type: ResourceType, body: unknown): unknown;
  rewritePatch(type: ResourceType, body: unknown): unknown;
  rewriteFilter(text: string): string;
}

// The order counts: operations are split into single targets before their values are looked at, and a list of one is
// opened, and a filter's value quoted, before it is read.
const habits: readonly Habit[] = [
  entra.capitalisedOperations,
  entra.pathsAsKeys,
  entra.unqualifiedManager,
  entra.listsOfOne,
  entra.bareReferences,
  entra.rolesAsText,
  okta.unquotedValues,
  entra.booleanStrings,
  entra.activeDirectorySchema,
  onelogin.draftSchemas,
  onelogin.trailingAmpersand,
];

// Each of them is asked for every value, comparison and filter.
const valueHabits = habits.flatMap(({ value }) => value ?? []);
const comparisonHabits = habits.flatMap(({ comparison }) => comparison ?? []);
const filterHabits = habits.flatMap(({ filter }) => filter ?? []);

/** RFC 7644 to the letter: nothing is rewritten, and what no schema knows is refused. */
export const strict: Dialect = {
  name: 'strict',
  unknown: 'refuse',
  rewriteResource: (_type, body) => body,
  rewritePatch: (_type, body) => body,
  rewriteFilter: (text) => text,
};

/** Every habit of the providers that Muster knows of, whichever of them holds the token. */
export const tolerant: Dialect = {
  name: 'tolerant',
  unknown: 'ignore',
  rewriteResource: (type, body) =>
    isJsonObject(body) ? rewriteAttributes(type, withSchemas(type, body), meant) : body,
  rewritePatch: (type, body) => (isJsonObject(body) ? withOperations(type, body) : body),
  rewriteFilter: (text) =>
    mapComparisons(
      filterHabits.reduce((filter, rewrite) => rewrite(filter), text),
      comparisonMeant,
    ),
};

/** The dialect of a token, by the name that is stored with it. */
export function dialectNamed(name: DialectName): Dialect {
  return name === 'strict' ? strict : tolerant;
}

const meant: NonNullable<Habit['value']> = (attribute, value) =>
  valueHabits.reduce((current, rewrite) => rewrite(attribute, current), value);

function comparisonMeant(comparison: Comparison): Comparison {
  return comparisonHabits.reduce((current, rewrite) => rewrite(current), comparison);
}

function schemaMeant(type: ResourceType, urn: string): string | undefined {
  return habits.reduce<string | undefined>(
    (current, habit) => (current === undefined || habit.schema === undefined ? current : habit.schema(type, current)),
    urn,
  );
}

function withSchemas(type: ResourceType, body: JsonObject): JsonObject {
  const keys = Object.keys(body);
  const isMeant = (key: string) =>
    isSchemas(key) ? schemasMeant(type, body[key]) === body[key] : keyMeant(type, key) === key;
  if (keys.every(isMeant)) return body;
  const entries = keys.flatMap((key): [string, unknown][] => {
    if (isSchemas(key)) return [[key, schemasMeant(type, body[key])]];
    const name = keyMeant(type, key);
    return name === undefined ? [] : [[name, body[key]]];
  });
  return Object.fromEntries(entries);
}

function isSchemas(key: string): boolean {
  return key.length === 7 && key.toLowerCase() === 'schemas';
}

function keyMeant(type: ResourceType, key: string): string | undefined {
  return key.includes(':') ? schemaMeant(type, key) : key;
}

// More than this names nothing that there is, and is refused later.
const mostSchemas = 100;

function schemasMeant(type: ResourceType, value: unknown): unknown {
  if (!Array.isArray(value) || value.length > mostSchemas) return value;
  const schemas = value.flatMap((urn: unknown) => (typeof urn === 'string' ? (schemaMeant(type, urn) ?? []) : [urn]));
  const distinct = [...new Set(schemas)];
  const isSame = distinct.length === value.length && distinct.every((urn, index) => urn === value[index]);
  return isSame ? value : distinct;
}

function withOperations(type: ResourceType, body: JsonObject): JsonObject {
  const pathMeant = boundedPathMeant();
  const entries = Object.entries(body).map(([key, value]): [string, unknown] =>
    key.toLowerCase() === 'operations' && Array.isArray(value) && value.length <= maxOperations
      ? [key, value.flatMap((operation: unknown) => operationsMeant(type, operation, pathMeant))]
      : [key, value],
  );
  return Object.fromEntries(entries);
}

type PathMeant = (path: string) => string;

/** Rewrites the comparisons in paths, until there are so many that the message is refused later. */
function boundedPathMeant(): PathMeant {
  let comparisons = 0;
  const counted = (comparison: Comparison): Comparison => {
    comparisons += 1;
    return comparisonMeant(comparison);
  };
  return (path) => (comparisons > maxPathExpressions ? path : mapComparisons(path, counted));
}

function operationsMeant(type: ResourceType, operation: unknown, pathMeant: PathMeant): readonly unknown[] {
  if (!isJsonObject(operation)) return [operation];
  const operations = habits.reduce<readonly JsonObject[]>(
    (current, { operation: rewrite }) =>
      rewrite === undefined ? current : current.flatMap((item) => rewrite(type, item)),
    [operation],
  );
  return operations.map((item) => rewriteOperation(type, withPath(type, item, pathMeant), meant));
}

function withPath(type: ResourceType, operation: JsonObject, pathMeant: PathMeant): JsonObject {
  const { path, value } = operation;
  if (typeof path === 'string') return { ...operation, path: pathMeant(path) };
  return isJsonObject(value) ? { ...operation, value: withSchemas(type, value) } : operation;
}
