import { invalidSyntax, invalidValue } from '../errors.js';
import type { Attribute, AttributeMap } from './attribute.js';
import { compileSimple, wrongType, type Conform, type ConformOptions } from './conform-value.js';
import { isJsonObject } from './document.js';
import { distinctValues } from './value-key.js';
import { requireFew } from './value-limit.js';

/** One attribute, compiled. */
export interface Field {
  readonly name: string;
  readonly attribute: Attribute;
  /** Read-only attributes in a body are passed over (RFC 7644 §3.3, §3.5.1). */
  readonly ignored: boolean;
  /** The attribute's whole value: the list, where it is multi-valued. */
  readonly whole: Conform;
  /** One value of it. */
  readonly element: Conform;
  readonly subFields: readonly Field[];
}

/** A member of a JSON object that may be assigned. */
export interface Member {
  readonly name: string;
  readonly ignored: boolean;
  readonly whole: Conform;
}

/** The members that a JSON object may have, by lower-case and by canonical name. */
export interface Members {
  /** The object's name in messages; empty for the resource itself. */
  readonly where: string;
  readonly byName: ReadonlyMap<string, Member>;
  readonly required: readonly string[];
}

/** Compiles attributes; `prefix` stands before their names in messages, such as `name.` or `urn:…:User:`. */
export function compileFields(attributes: AttributeMap, prefix: string, insideReadOnly = false): Field[] {
  return [...attributes.values()].map((attribute) => compileField(attribute, prefix, insideReadOnly));
}

function compileField(attribute: Attribute, prefix: string, insideReadOnly: boolean): Field {
  const where = prefix + attribute.name;
  const isReadOnly = attribute.mutability === 'readOnly';
  const subFields = compileFields(attribute.subAttributes, `${where}.`, insideReadOnly || isReadOnly);
  const one = attribute.type === 'complex' ? compileComplex(subFields, where) : compileSimple(attribute, where);
  const element: Conform = (value, options) =>
    value === null || value === undefined ? undefined : one(value, options);
  return {
    name: attribute.name,
    attribute,
    // Inside a read-only attribute everything is read, so that a PATCH can be compared with what is there.
    ignored: isReadOnly && !insideReadOnly,
    element,
    whole: attribute.multiValued ? compileList(attribute, where, element) : compileSingle(where, element),
    subFields,
  };
}

/** Collects members under both spellings, so that the usual one needs no folding (RFC 7643 §2.1). */
export function membersOf(where: string, members: readonly Member[], required: readonly string[]): Members {
  const byName = new Map(
    members.flatMap((each) => [[each.name.toLowerCase(), each] as const, [each.name, each] as const]),
  );
  return { where, byName, required };
}

/** The names of the fields that a client must give. */
export function requiredNames(fields: readonly Field[]): string[] {
  return fields.filter((field) => field.attribute.required && !field.ignored).map((field) => field.name);
}

/**
 * Conforms the members of a JSON object; undefined where none is left.
 * Throws `invalidSyntax` for an attribute given twice in different letter case, and for an unknown one when refused.
 */
export function conformMembers(
  members: Members,
  body: Readonly<Record<string, unknown>>,
  options: ConformOptions,
): Record<string, unknown> | undefined {
  let result: Record<string, unknown> | undefined;
  for (const key of Object.keys(body)) {
    const member = members.byName.get(key) ?? members.byName.get(key.toLowerCase());
    if (member === undefined) refuseUnknown(members, key, options);
    else if (!member.ignored) {
      const value = member.whole(body[key], options);
      if (value === undefined) continue;
      result ??= {};
      if (Object.hasOwn(result, member.name)) throw invalidSyntax(`${nameIn(members, member.name)} is given twice`);
      result[member.name] = value;
    }
  }
  return result;
}

/** Throws `invalidValue` where a required attribute is missing (RFC 7643 §2.2). */
export function checkRequired(members: Members, result: Readonly<Record<string, unknown>>): void {
  for (const name of members.required) {
    if (!Object.hasOwn(result, name)) throw invalidValue(`${nameIn(members, name)} is required`);
  }
}

/** The attribute's name in messages. */
function nameIn({ where }: Members, name: string): string {
  if (where === '') return name;
  return where.startsWith('urn:') ? `${where}:${name}` : `${where}.${name}`;
}

// Only what looks like an attribute's name or a URN is repeated in the answer.
const plainKey = /^[\w$:.-]{1,128}$/;

function refuseUnknown(members: Members, key: string, options: ConformOptions): void {
  if (options.unknown === 'ignore') return;
  const place = members.where === '' ? 'the resource' : members.where;
  throw invalidSyntax(plainKey.test(key) ? `${place} has no attribute ${key}` : `${place} has no such attribute`);
}

function compileComplex(subFields: readonly Field[], where: string): Conform {
  const members = membersOf(where, subFields, requiredNames(subFields));
  return (value, options) => conformObject(members, value, options);
}

/** Conforms a complex value or an extension: an object whose members conform; undefined where none is left. */
export function conformObject(
  members: Members,
  value: unknown,
  options: ConformOptions,
): Record<string, unknown> | undefined {
  if (!isJsonObject(value)) throw wrongType(members.where, 'an object');
  const result = conformMembers(members, value, options);
  if (result !== undefined && options.partial !== true) checkRequired(members, result);
  return result;
}

function compileSingle(where: string, element: Conform): Conform {
  return (value, options) => {
    if (Array.isArray(value)) throw wrongType(where, 'a single value');
    return element(value, options);
  };
}

function compileList(attribute: Attribute, where: string, element: Conform): Conform {
  return (value, options) => {
    if (value === null || value === undefined) return undefined;
    const kept: unknown[] = [];
    const list = listOf(value, where, options);
    requireFew(attribute.name, list);
    for (const each of list) {
      const conformed = element(each, options);
      if (conformed !== undefined) kept.push(conformed);
    }
    if (kept.length < 2) return kept.length === 0 ? undefined : kept;
    const distinct = distinctValues(attribute, kept);
    checkPrimary(distinct, where);
    return distinct;
  };
}

function listOf(value: unknown, where: string, options: ConformOptions): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (options.unknown === 'refuse') throw wrongType(where, 'a list');
  return [value];
}

function checkPrimary(elements: readonly unknown[], where: string): void {
  let found = false;
  for (const element of elements) {
    if (!isJsonObject(element) || element['primary'] !== true) continue;
    if (found) throw invalidValue(`${where} has more than one primary value`);
    found = true;
  }
}
