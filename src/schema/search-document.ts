import { createHash } from 'node:crypto';
import type { AttributePath } from './attribute-path.js';
import { leafOf } from './attribute-path.js';
import type { Attribute, AttributeMap } from './attribute.js';
import { readDateTime } from './date-time.js';
import { isJsonObject, readAttribute, type ResourceDocument } from './document.js';
import { fold } from './fold.js';
import { groupType, userType, type ResourceType } from './resource-type.js';

/** A row of the value index for one resource. */
export interface IndexEntry {
  /** The attribute's path in lower case. */
  readonly attribute: string;
  readonly key: string;
  readonly unique: boolean;
}

/** How many UTF-16 units a value may have that is its own key. */
export const longestKey = 256;
const headLength = 200;

/**
 * The key under which a folded or exact value is indexed: the value itself up to 256 UTF-16 units,
 * otherwise its head, `~` and the SHA-256 of the whole, so that equal values have equal keys and no row is too long.
 */
export function indexKey(value: string): string {
  if (value.length <= longestKey) return value;
  return `${indexKeyHead(value)}~${createHash('sha256').update(value).digest('hex')}`;
}

/** What the key of every value that starts with `prefix` starts with: at most 200 UTF-16 units, no pair cut in two. */
export function indexKeyHead(prefix: string): string {
  const head = prefix.slice(0, headLength);
  const last = head.charCodeAt(head.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? head.slice(0, -1) : head;
}

/** A single value as filters compare it: folded unless case counts, a dateTime as ISO 8601 UTC with milliseconds. */
export function toSearchValue(attribute: Attribute, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (attribute.type === 'dateTime') return readDateTime(value) ?? value;
  return attribute.caseExact ? value : fold(value);
}

/** The document as filters read it: the same shape, each value as `toSearchValue` gives it, unknown attributes left out. */
export function toSearchDocument(type: ResourceType, document: ResourceDocument): ResourceDocument {
  const search = { ...searchMembers(type.common, document), ...searchMembers(type.core.attributes, document) };
  for (const extension of type.extensions) {
    const members = document[extension.id];
    if (isJsonObject(members)) search[extension.id] = searchMembers(extension.attributes, members);
  }
  return search;
}

function searchMembers(attributes: AttributeMap, members: ResourceDocument): Record<string, unknown> {
  const search: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(members)) {
    const attribute = attributes.get(name.toLowerCase());
    if (attribute?.name === name) search[name] = searchAttribute(attribute, value);
  }
  return search;
}

function searchAttribute(attribute: Attribute, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((element: unknown) => searchAttribute(attribute, element));
  return isJsonObject(value) ? searchMembers(attribute.subAttributes, value) : toSearchValue(attribute, value);
}

/** The rows of the value index for a document, without duplicates; not those of values that it shares with `other`. */
export function indexEntries(
  type: ResourceType,
  document: ResourceDocument,
  other: ResourceDocument = {},
): IndexEntry[] {
  const entries = new Map<string, IndexEntry>();
  for (const { path, holder, attribute, leaf } of indexedAttributes(type)) {
    if (document[holder] === undefined || document[holder] === other[holder]) continue;
    const found = readAttribute(document, path);
    for (const value of Array.isArray(found) ? found.flat() : [found]) {
      if (value === undefined || value === null) continue;
      const key = indexKey(String(toSearchValue(leaf, value)));
      entries.set(`${attribute}\n${key}`, { attribute, key, unique: leaf.uniqueness !== 'none' });
    }
  }
  return [...entries.values()];
}

/** A path whose values are indexed, and what is asked of it for each document. */
interface IndexedAttribute {
  readonly path: AttributePath;
  /** The member of a document in which its values are. */
  readonly holder: string;
  /** As in `IndexEntry`. */
  readonly attribute: string;
  readonly leaf: Attribute;
}

const indexedByType = new WeakMap<ResourceType, readonly IndexedAttribute[]>();

function indexedAttributes(type: ResourceType): readonly IndexedAttribute[] {
  const known = indexedByType.get(type);
  if (known !== undefined) return known;
  const indexed = indexedPaths(type).map((path) => {
    const holder = path.extension ?? path.attribute.name;
    return { path, holder, attribute: path.text.toLowerCase(), leaf: leafOf(path) };
  });
  indexedByType.set(type, indexed);
  return indexed;
}

// These have a key column of their own in the resource's table.
const keyColumns: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [userType.name, new Set(['id', 'externalid', 'username'])],
  [groupType.name, new Set(['id', 'externalid', 'displayname'])],
]);

const pathsByType = new WeakMap<ResourceType, readonly AttributePath[]>();

/** The paths whose values stand in the value index: marked `index`, or unique and without a key column. */
export function indexedPaths(type: ResourceType): readonly AttributePath[] {
  const known = pathsByType.get(type);
  if (known !== undefined) return known;
  const schemas = [
    { attributes: type.core.attributes, extension: undefined },
    { attributes: type.common, extension: undefined },
    ...type.extensions.map(({ attributes, id }) => ({ attributes, extension: id })),
  ];
  const paths = schemas.flatMap(({ attributes, extension }) =>
    [...attributes.values()].flatMap((attribute) => leaves(attribute, extension)),
  );
  const indexed = paths.filter(
    (path) => isIndexed(leafOf(path)) && keyColumns.get(type.name)?.has(path.text.toLowerCase()) !== true,
  );
  pathsByType.set(type, indexed);
  return indexed;
}

function leaves(attribute: Attribute, extension: string | undefined): AttributePath[] {
  const text = extension === undefined ? attribute.name : `${extension}:${attribute.name}`;
  if (attribute.type !== 'complex') return [{ extension, attribute, subAttribute: undefined, text }];
  return [...attribute.subAttributes.values()].map((subAttribute) => ({
    extension,
    attribute,
    subAttribute,
    text: `${text}.${subAttribute.name}`,
  }));
}

function isIndexed(leaf: Attribute): boolean {
  return leaf.indexed || leaf.uniqueness !== 'none';
}
