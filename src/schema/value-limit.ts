import { invalidValue } from '../errors.js';
import { isJsonObject, type ResourceDocument } from './document.js';

/** How many values one attribute may have. */
export const maxValues = 5_000;

/** How many characters of JSON one resource may have as it is stored. */
export const maxDocumentLength = 131_072;

// The members of a group are rows, and not limited.
const kept: ReadonlySet<string> = new Set(['members']);

/** Throws `invalidValue` where an attribute of a document that is to be stored has more than `maxValues`. */
export function requireFewValues(document: ResourceDocument): void {
  for (const [name, value] of Object.entries(document)) {
    if (Array.isArray(value)) requireFew(name, value);
    else if (isJsonObject(value)) requireFewValues(value);
  }
}

/** Whether `requireFew` refuses them. */
export function areTooMany(name: string, values: readonly unknown[]): boolean {
  return values.length > maxValues && !kept.has(name);
}

/** Throws `invalidValue` where an attribute would have more than `maxValues`. */
export function requireFew(name: string, values: readonly unknown[]): void {
  if (areTooMany(name, values)) throw invalidValue(`${name} would have more than ${maxValues} values`);
}

/** The JSON of a document that is to be stored. Throws `invalidValue` where it is longer than `maxDocumentLength`. */
export function shortText(document: ResourceDocument): string {
  const text = JSON.stringify(document);
  if (text.length <= maxDocumentLength) return text;
  throw invalidValue(`the resource would have more than ${maxDocumentLength} characters`);
}
