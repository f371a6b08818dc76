import { invalidValue, mutability, noTarget } from '../errors.js';
import type { Attribute } from '../schema/attribute.js';
import type { AttributePath } from '../schema/attribute-path.js';
import { isEqualValue, isJsonObject, isUnassigned } from '../schema/document.js';
import { distinctValues, hasAll, valueKeyOf, withCompany } from '../schema/value-key.js';
import { requireFew } from '../schema/value-limit.js';
import { matchesValue } from './match-filter.js';
import type { SetMatching } from './patch-plan.js';
import type { ValueSelector } from './patch-target.js';

type Values = readonly unknown[];

// How many comparisons one PATCH may cost: less than half a tenth of a second of one core, as others wait for it.
const maxComparisons = 150_000;

// What the key of a value costs, in comparisons, and how many values are copied in the time of one.
const keyCost = 5;
const copiesAComparison = 16;

/**
 * Changes the values of multi-valued attributes in the course of one PATCH; no list that is handed in is altered.
 * Remembers what a list holds from one `add` to the next, so that a thousand of them cost what they add.
 * Throws `invalidValue` beyond `maxValues`, and where the operations would compare too much.
 */
export class ValueChanger {
  readonly #positions = new WeakMap<Values, Map<string, number>>();
  #comparisons = 0;

  /** Appends the values that are not there; of one that is there, only `primary` and `display` are taken over. */
  add(attribute: Attribute, current: Values, values: Values): Values {
    const positions = this.#positions.get(current) ?? this.#locate(attribute, current);
    this.#positions.delete(current);
    const next = [...current];
    this.#count(next.length / copiesAComparison + values.length * keyCost);
    const keyOf = valueKeyOf(attribute);
    let isPrimary: unknown;
    for (const value of values) {
      const key = keyOf(value);
      const at = positions.get(key);
      const added = at === undefined ? value : withCompany(next[at], value);
      if (at === undefined) positions.set(key, next.push(added) - 1);
      else next[at] = added;
      if (isJsonObject(value) && value['primary'] === true) isPrimary = added;
    }
    requireFew(attribute.name, next);
    if (isPrimary !== undefined) this.#count(next.length);
    const levelled = isPrimary === undefined ? next : withOnePrimary(next, isPrimary);
    this.#positions.set(levelled, positions);
    return levelled;
  }

  /** Takes out each value that has everything that one of the descriptions has. */
  remove(attribute: Attribute, current: Values, descriptions: Values): Values {
    this.#count(current.length * descriptions.length);
    return current.filter((value) => !descriptions.some((description) => hasAll(attribute, value, description)));
  }

  /** Removes the selected values, or the path's sub-attribute of each; a value left empty goes too. */
  unset(path: AttributePath, current: Values, selector: ValueSelector | undefined): Values {
    const { subAttribute } = path;
    const isSelected = this.#selection(current, selector);
    if (subAttribute === undefined) return current.filter((value) => !isSelected(value));
    const next = current.map((value) => {
      if (!isSelected(value) || !isJsonObject(value) || value[subAttribute.name] === undefined) return value;
      refuseImmutable(subAttribute);
      const { [subAttribute.name]: _removed, ...rest } = value;
      return rest;
    });
    const kept = next.filter((value) => !isUnassigned(value));
    return this.#distinct(path.attribute, current, kept);
  }

  /** Writes to the selected values, or creates one. Throws `noTarget` where there is none and none may be made. */
  set(change: SetMatching, current: Values): Values {
    const { path, selector, create } = change;
    const isSelected = this.#selection(current, selector);
    const written: unknown[] = [];
    const next = current.map((value) => {
      if (!isSelected(value)) return value;
      const changed = write(change, value);
      written.push(changed);
      return changed;
    });
    if (written.length > 0) return this.#distinct(path.attribute, current, levelPrimary(change, next, written));
    if (create === undefined) throw noTarget(`no value of ${path.attribute.name} matches the path`);
    return this.add(path.attribute, current, [createdFrom(change, create)]);
  }

  #selection(current: Values, selector: ValueSelector | undefined): (value: unknown) => boolean {
    this.#count(current.length * (selector?.nodes ?? 1));
    return selector === undefined ? () => true : (value) => matchesValue(selector.filter, value);
  }

  #locate(attribute: Attribute, current: Values): Map<string, number> {
    this.#count(current.length * keyCost);
    const keyOf = valueKeyOf(attribute);
    return new Map(current.map((value, index) => [keyOf(value), index]));
  }

  /** What has been written may make a value the same as another one (RFC 7643 §2.4). */
  #distinct(attribute: Attribute, before: Values, after: Values): Values {
    const positions = before.length === after.length ? this.#moved(attribute, before, after) : undefined;
    if (positions !== undefined) {
      this.#positions.set(after, positions);
      return after;
    }
    this.#count(after.length * keyCost);
    return distinctValues(attribute, after);
  }

  /** Where the values of a list are of which some were changed in their places; undefined where two have become the same. */
  #moved(attribute: Attribute, before: Values, after: Values): Map<string, number> | undefined {
    const positions = this.#positions.get(before) ?? this.#locate(attribute, before);
    this.#positions.delete(before);
    const changed = after.flatMap((value, index) => (value === before[index] ? [] : [index]));
    this.#count(after.length / copiesAComparison + changed.length * keyCost * 2);
    const keyOf = valueKeyOf(attribute);
    for (const index of changed) positions.delete(keyOf(before[index]));
    for (const index of changed) {
      const key = keyOf(after[index]);
      if (positions.has(key)) return undefined;
      positions.set(key, index);
    }
    return positions;
  }

  #count(comparisons: number): void {
    this.#comparisons += comparisons;
    if (this.#comparisons > maxComparisons) throw invalidValue('the operations compare too many values');
  }
}

/** Throws `mutability`: an immutable attribute that has a value keeps it (RFC 7643 §2.2). */
export function refuseImmutable(attribute: Attribute): void {
  if (attribute.mutability === 'immutable') throw mutability(`${attribute.name} cannot be changed once it is set`);
}

function write({ path, mode, value }: SetMatching, current: unknown): unknown {
  const { attribute, subAttribute } = path;
  if (!isJsonObject(current)) return value;
  const written = subAttribute === undefined ? value : { [subAttribute.name]: value };
  if (!isJsonObject(written)) return written;
  const keepsOthers = mode === 'merge' || subAttribute !== undefined;
  const next = keepsOthers ? { ...current, ...written } : written;
  for (const sub of attribute.subAttributes.values()) {
    const before = current[sub.name];
    if (before !== undefined && !isEqualValue(before, next[sub.name])) refuseImmutable(sub);
  }
  return next;
}

function createdFrom({ path, value }: SetMatching, create: Readonly<Record<string, unknown>>): unknown {
  if (path.subAttribute !== undefined) return { ...create, [path.subAttribute.name]: value };
  return isJsonObject(value) ? { ...create, ...value } : value;
}

function levelPrimary({ path, value }: SetMatching, next: Values, written: Values): Values {
  const setsPrimary =
    path.subAttribute === undefined
      ? isJsonObject(value) && value['primary'] === true
      : path.subAttribute.name === 'primary' && value === true;
  if (!setsPrimary) return next;
  if (written.length > 1) throw invalidValue(`${path.attribute.name} can have one primary value only`);
  return withOnePrimary(next, written[0]);
}

/** Clears `primary` on every value but one (RFC 7644 §3.5.2). */
function withOnePrimary(values: Values, primary: unknown): Values {
  return values.map((value) =>
    value !== primary && isJsonObject(value) && value['primary'] === true ? { ...value, primary: false } : value,
  );
}
