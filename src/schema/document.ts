import type { AttributePath } from './attribute-path.js';
import type { ResourceType } from './resource-type.js';

/**
 * A resource as it is stored: canonical names, core attributes at the top level, extensions under their URN.
 * It holds no `schemas`, `id`, `meta` or read-only attribute, and an unassigned attribute is absent (RFC 7643 §2.5).
 */
export type ResourceDocument = Readonly<Record<string, unknown>>;

type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object: neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value means "no value": null, `[]` and an object without members do (RFC 7643 §2.5). */
export function isUnassigned(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/**
 * The value at a path, or undefined where it is unassigned.
 * A sub-attribute of a multi-valued attribute gives the list of the values that are present.
 */
export function readAttribute(document: ResourceDocument, path: AttributePath): unknown {
  const holder = path.extension === undefined ? document : document[path.extension];
  if (!isJsonObject(holder)) return undefined;
  const value = holder[path.attribute.name];
  return path.subAttribute === undefined ? value : readSub(value, path.subAttribute.name);
}

function readSub(value: unknown, name: string): unknown {
  if (isJsonObject(value)) return value[name];
  if (!Array.isArray(value)) return undefined;
  const found = value.map((element: unknown) => readSub(element, name)).filter((each) => each !== undefined);
  return found.length === 0 ? undefined : found;
}

/**
 * A copy of the document with the value at the path; undefined, null, `[]` and `{}` unset it.
 * A sub-attribute of a multi-valued attribute is written to every element that is there.
 * Emptied elements, complex attributes and extensions are dropped; the document itself is left alone.
 */
export function writeAttribute(document: ResourceDocument, path: AttributePath, value: unknown): ResourceDocument {
  const { extension, attribute, subAttribute } = path;
  const holder = extension === undefined ? document : document[extension];
  const members = isJsonObject(holder) ? holder : {};
  const next = subAttribute === undefined ? value : writeSub(path, members[attribute.name], value);
  const written = withMember(members, attribute.name, next);
  return extension === undefined ? written : withMember(document, extension, written);
}

function writeSub({ attribute, subAttribute }: AttributePath, current: unknown, value: unknown): unknown {
  if (subAttribute === undefined) return value;
  if (!attribute.multiValued) return withMember(isJsonObject(current) ? current : {}, subAttribute.name, value);
  if (!Array.isArray(current)) return undefined;
  return current
    .map((element: unknown) => withMember(isJsonObject(element) ? element : {}, subAttribute.name, value))
    .filter((element) => !isUnassigned(element));
}

function withMember(object: JsonObject, name: string, value: unknown): JsonObject {
  if (!isUnassigned(value)) return { ...object, [name]: value };
  if (!Object.hasOwn(object, name)) return object;
  const { [name]: _dropped, ...rest } = object;
  return rest;
}

/** Whether two JSON values are the same; the order of an object's members does not matter, that of a list does. */
export function isEqualValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((each, index) => isEqualValue(each, b[index]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && isEqualValue(a[name], b[name]));
}

/** The `schemas` of a stored document: the core schema, then each extension that it holds (RFC 7643 §3). */
export function schemasOf(type: ResourceType, document: ResourceDocument): string[] {
  const schemas = [type.core.id];
  for (const extension of type.extensions) if (Object.hasOwn(document, extension.id)) schemas.push(extension.id);
  return schemas;
}
