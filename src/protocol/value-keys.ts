import type { Attribute } from '../schema/attribute.js';
import { isJsonObject } from '../schema/document.js';
import { fold } from '../schema/fold.js';

// `primary` and `display` say something about a value; they do not make it another one.
const accompanying: ReadonlySet<string> = new Set(['primary', 'display']);

/**
 * The text by which two values of a multi-valued attribute are the same one: what they are and which type they have, in
 * any letter case where the attribute has none (RFC 7643 §2.4).
 */
export function valueKey(attribute: Attribute, value: unknown): string {
  if (attribute.type !== 'complex') return JSON.stringify(comparable(attribute, value) ?? null);
  const parts: unknown[] = [];
  for (const sub of attribute.subAttributes.values()) {
    if (accompanying.has(sub.name)) continue;
    parts.push(isJsonObject(value) ? (comparable(sub, value[sub.name]) ?? null) : null);
  }
  return JSON.stringify(parts);
}

/** Whether a value has every sub-attribute that a description has, alike but for the letter case where it does not count. */
export function hasAll(attribute: Attribute, value: unknown, description: unknown): boolean {
  if (!isJsonObject(description) || !isJsonObject(value)) {
    return comparable(attribute, value) === comparable(attribute, description);
  }
  return Object.keys(description).every((name) => {
    const sub = attribute.subAttributes.get(name.toLowerCase());
    return sub !== undefined && comparable(sub, value[name]) === comparable(sub, description[name]);
  });
}

function comparable(attribute: Attribute, value: unknown): unknown {
  return typeof value === 'string' && !attribute.caseExact ? fold(value) : value;
}
