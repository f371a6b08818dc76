import { leafOf, resolvePath } from '../schema/attribute-path.js';
import type { Attribute, AttributeMap } from '../schema/attribute.js';
import type { ResourceType } from '../schema/resource-type.js';
import { areTooMany } from '../schema/value-limit.js';
import { isJsonObject, type JsonObject } from './habit.js';

type Rewrite = (attribute: Attribute, value: unknown) => unknown;

/** Rewrites the values of a resource's known attributes, extensions included; other keys stay as they are. */
export function rewriteAttributes(type: ResourceType, body: JsonObject, rewrite: Rewrite): JsonObject {
  return mapEntries(body, (key, value) => rewriteAt(type, key, value, rewrite));
}

/** Rewrites the value of a PATCH operation for the attribute that its path names, or as a resource where it has no path. */
export function rewriteOperation(type: ResourceType, operation: JsonObject, rewrite: Rewrite): JsonObject {
  const { path, value } = operation;
  if (value === undefined) return operation;
  if (typeof path === 'string') return { ...operation, value: rewriteAt(type, withoutFilter(path), value, rewrite) };
  return isJsonObject(value) ? { ...operation, value: rewriteAttributes(type, value, rewrite) } : operation;
}

function rewriteAt(type: ResourceType, path: string, value: unknown, rewrite: Rewrite): unknown {
  const resolved = resolvePath(type, path);
  if (resolved === undefined) return value;
  if (resolved.kind === 'attribute') return rewriteValue(leafOf(resolved), value, rewrite);
  return isJsonObject(value) ? rewriteMembers(resolved.schema.attributes, value, rewrite) : value;
}

function rewriteValue(attribute: Attribute, value: unknown, rewrite: Rewrite): unknown {
  const meant = rewrite(attribute, value);
  if (attribute.type !== 'complex') return meant;
  const inside = (item: unknown) =>
    isJsonObject(item) ? rewriteMembers(attribute.subAttributes, item, rewrite) : item;
  if (!Array.isArray(meant)) return inside(meant);
  // They are refused later.
  return areTooMany(attribute.name, meant) ? meant : mapItems(meant, inside);
}

function rewriteMembers(attributes: AttributeMap, body: JsonObject, rewrite: Rewrite): JsonObject {
  return mapEntries(body, (key, value) => {
    const attribute = attributes.get(key.toLowerCase());
    return attribute === undefined ? value : rewriteValue(attribute, value, rewrite);
  });
}

// Most of what comes in is as it should be, and is handed on without a copy.

function mapEntries(body: JsonObject, map: (key: string, value: unknown) => unknown): JsonObject {
  let changed: Record<string, unknown> | undefined;
  for (const key of Object.keys(body)) {
    const value = body[key];
    const mapped = map(key, value);
    if (mapped !== value) (changed ??= { ...body })[key] = mapped;
  }
  return changed ?? body;
}

/** The items of a list, each as `map` gives it. */
export function mapItems(items: readonly unknown[], map: (item: unknown) => unknown): readonly unknown[] {
  const mapped = items.map(map);
  return mapped.some((item, index) => item !== items[index]) ? mapped : items;
}

/** `emails[type eq "work"].value` → `emails.value`. */
function withoutFilter(path: string): string {
  const open = path.indexOf('[');
  return open < 0 ? path : path.slice(0, open) + path.slice(path.lastIndexOf(']') + 1);
}
