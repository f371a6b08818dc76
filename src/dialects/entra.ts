import { resolvePath } from '../schema/attribute-path.js';
import { enterpriseUserSchema } from '../schema/schema-documents.js';
import { leafTypes } from './leaf-types.js';
import { isJsonObject, type Comparison, type Habit, type JsonObject } from './habit.js';
import { mapItems } from './rewrite-values.js';

/** `"op": "Add"` for `"op": "add"`. */
export const capitalisedOperations: Habit = {
  operation: (_type, operation) => {
    const op = operation['op'];
    return [typeof op === 'string' ? { ...operation, op: op.toLowerCase() } : operation];
  },
};

/** `"True"` and `"False"` for booleans, in values and in filters such as `roles[primary eq "True"]`. */
export const booleanStrings: Habit = {
  value: (attribute, value) =>
    attribute.type === 'boolean' && typeof value === 'string' ? (booleanOf(value) ?? value) : value,
  comparison: (comparison) => {
    const { attribute, value } = comparison;
    if (!leafTypes(attribute).has('boolean') || !value.startsWith('"')) return comparison;
    const meant = booleanOf(value.slice(1, -1));
    return meant === undefined ? comparison : { ...comparison, value: String(meant) };
  },
};

function booleanOf(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  if (lower === 'true') return true;
  return lower === 'false' ? false : undefined;
}

/** `"manager": "id"` for `"manager": {"value": "id"}`: any single complex attribute that has a `value`. */
export const bareReferences: Habit = {
  value: (attribute, value) =>
    typeof value === 'string' && !attribute.multiValued && attribute.subAttributes.has('value') ? { value } : value,
};

/** `[{"$ref": null, "value": "False"}]` for a single value: Entra writes every reference, and once wrote every value, so. */
export const listsOfOne: Habit = {
  value: (attribute, value) => {
    if (attribute.multiValued || !Array.isArray(value) || value.length !== 1) return value;
    const only: unknown = value[0];
    return attribute.type !== 'complex' && isJsonObject(only) && 'value' in only ? only['value'] : only;
  },
};

/** `"{\"id\":…,\"value\":\"Admin\",\"displayName\":\"Admin\"}"` for a role: alone, in a list, or as the `value` of a role. */
export const rolesAsText: Habit = {
  value: (attribute, value) => {
    if (attribute.name !== 'roles') return value;
    if (typeof value === 'string' && readRole(value) !== undefined) return [readRole(value)];
    return Array.isArray(value) ? mapItems(value, roleOf) : value;
  },
};

function roleOf(item: unknown): unknown {
  if (typeof item === 'string') return readRole(item) ?? item;
  if (!isJsonObject(item) || typeof item['value'] !== 'string') return item;
  const role = readRole(item['value']);
  return role === undefined ? item : { ...item, ...role };
}

function readRole(text: string): JsonObject | undefined {
  if (!text.startsWith('{')) return undefined;
  const role = readJson(text);
  if (!isJsonObject(role) || typeof role['value'] !== 'string') return undefined;
  const display = role['displayName'];
  return typeof display === 'string' ? { value: role['value'], display } : { value: role['value'] };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * A path-less value whose keys are paths, `{"name.givenName": "A", "emails[type eq \"work\"].value": "a@x"}`:
 * one operation for the plain keys, then one for each path.
 */
export const pathsAsKeys: Habit = {
  operation: (type, operation) => {
    const value = operation['value'];
    if (operation['path'] !== undefined || !isJsonObject(value)) return [operation];
    const isPath = (key: string) => key.includes('[') || subAttributeIn(resolvePath(type, key));
    const paths = Object.entries(value).filter(([key]) => isPath(key));
    if (paths.length === 0) return [operation];
    const plain = Object.entries(value).filter(([key]) => !isPath(key));
    const rest = plain.length === 0 ? [] : [{ ...operation, value: Object.fromEntries(plain) }];
    return [...rest, ...paths.map(([path, item]) => ({ op: operation['op'], path, value: item }))];
  },
};

function subAttributeIn(path: ReturnType<typeof resolvePath>): boolean {
  return path?.kind === 'attribute' && path.subAttribute !== undefined;
}

const manager = /^manager(?![^.])/i;
const qualifiedManager = `${enterpriseUserSchema.id}:manager`;

/** `manager` for the enterprise extension's attribute, and `manager eq "id"` for its `value`. */
export const unqualifiedManager: Habit = {
  operation: (_type, operation) => {
    const path = operation['path'];
    return [typeof path === 'string' ? { ...operation, path: path.replace(manager, qualifiedManager) } : operation];
  },
  comparison: (comparison) => ({ ...comparison, attribute: managerValue(comparison) }),
};

function managerValue({ attribute }: Comparison): string {
  const qualified = attribute.replace(manager, qualifiedManager);
  return qualified.toLowerCase() === qualifiedManager.toLowerCase() ? `${qualified}.value` : qualified;
}

const activeDirectoryGroup = 'http://schemas.microsoft.com/2006/11/resourcemanagement/adscim/2.0/group';

/** The extra schema of new groups, which means nothing to anyone else. */
export const activeDirectorySchema: Habit = {
  schema: (_type, urn) => (urn.toLowerCase() === activeDirectoryGroup ? undefined : urn),
};
