import type { Attribute } from './attribute.js';
import { isJsonObject } from './document.js';
import { fold } from './fold.js';

/** The text by which two values of a multi-valued attribute are the same one. */
export type ValueKey = (value: unknown) => string;

const keys = new WeakMap<Attribute, ValueKey>();

/**
 * The key of an attribute's values: what they are and which type they have, in any letter case where the attribute has none
 * (RFC 7643 §2.4). Values are conformed, so that their members have canonical names.
 */
export function valueKeyOf(attribute: Attribute): ValueKey {
  const known = keys.get(attribute);
  if (known !== undefined) return known;
  const key = attribute.type === 'complex' ? complexKey(attribute) : simpleKey(attribute);
  keys.set(attribute, key);
  return key;
}

function simpleKey(attribute: Attribute): ValueKey {
  return (value) => JSON.stringify(comparable(attribute, value) ?? null);
}

/** `primary` never tells two values apart, and `display` does so only where it has no value to stand beside. */
function complexKey(attribute: Attribute): ValueKey {
  const all = [...attribute.subAttributes.values()].filter(({ name }) => name !== 'primary');
  const telling = all.filter(({ name }) => name !== 'display');
  const hasValue = attribute.subAttributes.has('value');
  return (value) => {
    if (!isJsonObject(value)) return JSON.stringify(value ?? null);
    const subs = hasValue && value['value'] === undefined ? all : telling;
    return JSON.stringify(subs.map((sub) => comparable(sub, value[sub.name]) ?? null));
  };
}

/** The values without those that are there already; `primary` and `display` of a later one are taken over. */
export function distinctValues(attribute: Attribute, values: readonly unknown[]): readonly unknown[] {
  const keyOf = valueKeyOf(attribute);
  const distinct = new Map<string, unknown>();
  for (const value of values) {
    const key = keyOf(value);
    distinct.set(key, distinct.has(key) ? merged(distinct.get(key), value) : value);
  }
  return distinct.size === values.length ? values : [...distinct.values()];
}

// Neither of them is asked to give up being the primary one.
function merged(first: unknown, again: unknown): unknown {
  const taken = withCompany(first, again);
  const wasPrimary = isJsonObject(first) && first['primary'] === true;
  return wasPrimary && isJsonObject(taken) ? { ...taken, primary: true } : taken;
}

/** A value with what accompanies another one of the same key: its `primary` and its `display`. */
export function withCompany(value: unknown, other: unknown): unknown {
  if (!isJsonObject(value) || !isJsonObject(other)) return value;
  const { primary, display } = other;
  return {
    ...value,
    ...(primary === undefined ? {} : { primary }),
    ...(display === undefined ? {} : { display }),
  };
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
