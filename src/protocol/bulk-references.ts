import { isJsonObject } from '../schema/document.js';
import type { ResourceType } from '../schema/resource-type.js';
import { filterLimits } from './parse-filter.js';
import type { BulkWrite } from './bulk-message.js';

type JsonObject = Readonly<Record<string, unknown>>;

/** What a text becomes; the same text where it stays. */
type MapText = (text: string) => string;

const prefix = 'bulkId:';

/** The bulkId that a text refers to, which is the whole of the text behind `bulkId:` (RFC 7644 §3.7.2). */
export function referenceIn(text: string): string | undefined {
  return text.startsWith(prefix) ? text.slice(prefix.length) : undefined;
}

/**
 * The bulkIds that an operation refers to: in its path, in any string of its data, and in the filters of PATCH paths.
 * What a body says of read-only attributes is passed over, as a POST or PUT does.
 */
export function referencesOf(write: BulkWrite): ReadonlySet<string> {
  const found = new Set<string>();
  const note = (text: string) => {
    const bulkId = referenceIn(text);
    if (bulkId !== undefined) found.add(bulkId);
    return text;
  };
  if (write.id !== undefined) note(write.id);
  mapData(write, note);
  return found;
}

/** The data of an operation with the references to known bulkIds replaced by the ids of their resources. */
export function resolveData(write: BulkWrite, ids: ReadonlyMap<string, string>): JsonObject | undefined {
  return mapData(write, (text) => resolveText(text, ids));
}

/** A text with the id of the resource, if it refers to one that is known. */
export function resolveText(text: string, ids: ReadonlyMap<string, string>): string {
  const bulkId = referenceIn(text);
  return bulkId === undefined ? text : (ids.get(bulkId) ?? text);
}

/** A resource taken apart: what can be written now, and the values that wait for a reference, in the same shape. */
export interface LinkedData {
  readonly now: JsonObject;
  /** Undefined where nothing waits. */
  readonly later: JsonObject | undefined;
}

/**
 * Takes the values that hold one of `waiting` out of a resource that is to be created: elements of a list one by one, any
 * other attribute as a whole, those of an extension likewise.
 */
export function splitLinks(type: ResourceType, data: JsonObject, waiting: ReadonlySet<string>): LinkedData {
  const now: [string, unknown][] = [];
  const later: [string, unknown][] = [];
  for (const [key, value] of Object.entries(data)) {
    const parts = isReadOnly(type, key) ? { now: value, later: undefined } : splitValue(type, key, value, waiting);
    if (parts.now !== undefined) now.push([key, parts.now]);
    if (parts.later !== undefined) later.push([key, parts.later]);
  }
  return { now: Object.fromEntries(now), later: later.length === 0 ? undefined : Object.fromEntries(later) };
}

interface SplitValue {
  readonly now: unknown;
  readonly later: unknown;
}

function splitValue(type: ResourceType, key: string, value: unknown, waiting: ReadonlySet<string>): SplitValue {
  if (!holds(value, waiting)) return { now: value, later: undefined };
  if (Array.isArray(value)) {
    const waits = (item: unknown) => holds(item, waiting);
    return { now: value.filter((item: unknown) => !waits(item)), later: value.filter(waits) };
  }
  // Only a URN has colons: what stands under it are attributes of an extension.
  if (key.includes(':') && isJsonObject(value)) return splitLinks(type, value, waiting);
  return { now: undefined, later: value };
}

function holds(value: unknown, waiting: ReadonlySet<string>): boolean {
  if (typeof value === 'string') return waiting.has(referenceIn(value) ?? '');
  if (Array.isArray(value)) return value.some((item) => holds(item, waiting));
  return isJsonObject(value) && Object.values(value).some((item) => holds(item, waiting));
}

function isReadOnly(type: ResourceType, key: string): boolean {
  const name = key.toLowerCase();
  return (type.core.attributes.get(name) ?? type.common.get(name))?.mutability === 'readOnly';
}

function mapData({ method, type, data }: BulkWrite, map: MapText): JsonObject | undefined {
  if (data === undefined) return undefined;
  if (method === 'PATCH') return mapMembers(data, (key, value) => mapPatchMember(key, value, map));
  return mapMembers(data, (key, value) => (isReadOnly(type, key) ? value : mapValue(value, map)));
}

function mapPatchMember(key: string, value: unknown, map: MapText): unknown {
  if (key.toLowerCase() !== 'operations' || !Array.isArray(value)) return value;
  return value.map((operation: unknown) => (isJsonObject(operation) ? mapOperation(operation, map) : operation));
}

function mapOperation(operation: JsonObject, map: MapText): JsonObject {
  return mapMembers(operation, (key, value) => {
    const isPath = key.toLowerCase() === 'path' && typeof value === 'string';
    return isPath ? mapLiterals(value, map) : mapValue(value, map);
  });
}

function mapValue(value: unknown, map: MapText): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((item: unknown) => mapValue(item, map));
  return isJsonObject(value) ? mapMembers(value, (_key, item) => mapValue(item, map)) : value;
}

function mapMembers(object: JsonObject, map: (key: string, value: unknown) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(key, value)]));
}

/** A path with the strings in its brackets mapped. One that is too long to be read, or has no end, is left to the parser. */
function mapLiterals(path: string, map: MapText): string {
  if (path.length > filterLimits.length || !path.includes(prefix)) return path;
  let mapped = '';
  let at = 0;
  for (;;) {
    const start = path.indexOf('"', at);
    const end = start === -1 ? -1 : closingQuote(path, start + 1);
    if (end === -1) return mapped + path.slice(at);
    mapped += path.slice(at, start) + mapLiteral(path.slice(start, end + 1), map);
    at = end + 1;
  }
}

function closingQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '"') return at;
    if (text[at] === '\\') at += 1;
  }
  return -1;
}

function mapLiteral(literal: string, map: MapText): string {
  const text = literal.slice(1, -1);
  // A bulkId with characters that JSON escapes is compared as it was written there.
  const mapped = map(text.includes('\\') ? unescaped(text) : text);
  return mapped === text ? literal : JSON.stringify(mapped);
}

function unescaped(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}
