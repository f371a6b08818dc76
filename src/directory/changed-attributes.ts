import { isEqualValue, isJsonObject, type ResourceDocument } from '../schema/document.js';

/** The paths of the top-level attributes, extensions' included, whose values differ between two documents. */
export function changedAttributes(before: ResourceDocument, after: ResourceDocument, prefix = ''): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    if (isEqualValue(before[name], after[name])) return [];
    if (!name.startsWith('urn:')) return [prefix + name];
    return changedAttributes(objectOf(before[name]), objectOf(after[name]), `${name}:`);
  });
}

function objectOf(value: unknown): ResourceDocument {
  return isJsonObject(value) ? value : {};
}
