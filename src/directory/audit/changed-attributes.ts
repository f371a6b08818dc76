import { isEqualValue, isJsonObject, type ResourceDocument } from '../../schema/document.js';
import type { ChangeDetail, ValueChange } from '../../store/trail/change-log.js';

// These are never values of a document; should they become some, the log still does not take them.
const untold = new Set(['password', 'members']);

const longestValue = 4_096;

/** The paths of the top-level attributes, extensions' included, whose values differ between two documents. */
export function changedAttributes(before: ResourceDocument, after: ResourceDocument): string[] {
  return changesBetween(before, after).map(([path]) => path);
}

/** What differs between two documents: the paths, and what the change log tells of the values. */
export interface Difference {
  readonly attributes: readonly string[];
  readonly detail: ChangeDetail;
}

/** Both `changedAttributes` and `changedValues`, found once. */
export function differenceOf(before: ResourceDocument, after: ResourceDocument): Difference {
  const changes = changesBetween(before, after);
  return { attributes: changes.map(([path]) => path), detail: detailOf(changes) };
}

/** The values before and after of the attributes that differ between two documents; what is very long is left out. */
export function changedValues(before: ResourceDocument, after: ResourceDocument): ChangeDetail {
  return detailOf(changesBetween(before, after));
}

function detailOf(changes: ReturnType<typeof changesBetween>): ChangeDetail {
  const told = changes.filter(([path]) => !untold.has(path));
  return Object.fromEntries(told.map(([path, change]) => [path, shortened(change)]));
}

function changesBetween(
  before: ResourceDocument,
  after: ResourceDocument,
  prefix = '',
): (readonly [string, ValueChange])[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    if (isEqualValue(before[name], after[name])) return [];
    if (name.startsWith('urn:')) return changesBetween(objectOf(before[name]), objectOf(after[name]), `${name}:`);
    return [[prefix + name, { before: before[name], after: after[name] }] as const];
  });
}

function shortened({ before, after }: ValueChange): ValueChange {
  return {
    ...(before === undefined ? {} : { before: short(before) }),
    ...(after === undefined ? {} : { after: short(after) }),
  };
}

function short(value: unknown): unknown {
  if (typeof value === 'boolean') return value;
  const { length } = JSON.stringify(value);
  return length > longestValue ? { omittedCharacters: length } : value;
}

function objectOf(value: unknown): ResourceDocument {
  return isJsonObject(value) ? value : {};
}
