import { invalidValue } from '../errors.js';
import { isJsonObject, type ResourceDocument } from './document.js';

/** How many values one attribute may have; the members of a group are rows, and not limited. */
export const maxValues = 10_000;

/** Throws `invalidValue` where an attribute of a document that is to be stored has more than `maxValues`. */
export function requireFewValues(document: ResourceDocument): void {
  for (const [name, value] of Object.entries(document)) {
    if (Array.isArray(value)) requireFew(name, value);
    else if (isJsonObject(value)) requireFewValues(value);
  }
}

/** Throws `invalidValue` where an attribute would have more than `maxValues`. */
export function requireFew(name: string, values: readonly unknown[]): void {
  if (values.length > maxValues) throw invalidValue(`${name} would have more than ${maxValues} values`);
}
