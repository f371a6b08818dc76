import { nowInstant } from '../clock.js';
import { insufficientScope, invalidValue, notFound } from '../errors.js';
import { isWildcard, objectTypeNamed, objectTypes, type ObjectType } from '../schema/permission-catalogue.js';
import { isJsonObject, type ResourceDocument } from '../schema/document.js';
import { musterGroupSchema } from '../schema/schema-documents.js';
import { appendChange } from '../store/change-log.js';
import {
  groupsOfPerson,
  nameOf,
  objectsOfType,
  permissionsOfGroup,
  permissionsOfGroups,
  putObject,
  removeObject,
  replacePermissions,
  unitsOfObjects,
  type ObjectKey,
  type ObjectPermissions,
} from '../store/permission-store.js';
import { touchResource } from '../store/resource-store.js';
import { groupsTable, usersTable } from '../store/resource-table.js';
import { readTables, writeTables, type TenantTables } from '../store/tenant-tables.js';
import type { DirectoryContext } from './context.js';
import { findOrRefuse, lockForWrite } from './find-or-refuse.js';
import { requireAccess, type RequestScope } from './request-scope.js';
import type { Units } from './units.js';

/** What a person may do now: rights over every object of a type, and over single objects. */
export interface EffectivePermissions {
  readonly wildcards: readonly string[];
  readonly objects: readonly ObjectPermissions[];
}

/** What groups may do with the objects of an application. People have permissions through their groups alone. */
export class Permissions {
  readonly #context: DirectoryContext;
  readonly #units: Units;

  constructor(context: DirectoryContext, units: Units) {
    this.#context = context;
    this.#units = units;
  }

  /** The types of objects, and what can be permitted on each. */
  listTypes(): readonly ObjectType[] {
    return objectTypes;
  }

  /** One of the types. Throws 404. */
  findType(name: string): ObjectType {
    const type = objectTypeNamed(name);
    if (type === undefined) throw notFound('object type');
    return type;
  }

  /** Registers an object as the client's, or as one of a unit's. Throws 403 for a unit beyond the token's. */
  async registerObject(scope: RequestScope, key: ObjectKey, unit: string | undefined): Promise<void> {
    requireAccess(scope, 'provision');
    this.findType(key.objectType);
    const unitId = unit === undefined ? onlyUnitOf(scope) : (await this.#units.find(scope, unit)).id;
    if (scope.units !== undefined && !scope.units.includes(unitId ?? '')) {
      throw insufficientScope('the token does not reach the unit named');
    }
    await writeTables(this.#context.database, scope, async (tables) => {
      const known = await unitsOfObjects(tables, [key]);
      if (known.has(nameOf(key)) && !reaches(scope, known.get(nameOf(key)))) throw notAccessible(0);
      await putObject(tables, { ...key, unitId, at: nowInstant() });
    });
  }

  /** Takes an object out of the register, with every permission on it. Throws 404, or 403 beyond the token's units. */
  async forgetObject(scope: RequestScope, key: ObjectKey): Promise<void> {
    requireAccess(scope, 'provision');
    await writeTables(this.#context.database, scope, async (tables) => {
      const known = await unitsOfObjects(tables, [key]);
      if (!known.has(nameOf(key))) throw notFound('object');
      if (!reaches(scope, known.get(nameOf(key)))) throw notAccessible(0);
      await removeObject(tables, key);
    });
  }

  /** What a group may do, object by object. Throws 404, or 403 out of scope. */
  async list(scope: RequestScope, groupId: string): Promise<readonly ObjectPermissions[]> {
    requireAccess(scope, 'read');
    const tables = readTables(this.#context.database, scope);
    const group = await findOrRefuse(tables, groupsTable, groupId, { lock: false });
    return permissionsOfGroup(tables, group.id);
  }

  /**
   * Makes these, and no others, the permissions of a group, all or none. Throws `invalidValue` for a type or permission that is
   * not in the catalogue, naming the place in the list; 403 for an object that is not the caller's to give.
   */
  async replace(
    scope: RequestScope,
    groupId: string,
    given: readonly ObjectPermissions[],
  ): Promise<readonly ObjectPermissions[]> {
    requireAccess(scope, 'provision');
    for (const [index, each] of given.entries()) requireInCatalogue(each, index);
    return writeTables(this.#context.database, scope, async (tables) => {
      const group = await lockForWrite(tables, groupsTable, { id: groupId });
      await requireAccessible(tables, scope, given);
      await replacePermissions(tables, group.id, merged(given));
      const changed = { id: group.id, version: group.version + 1, lastModified: nowInstant() };
      await touchResource(tables, groupsTable, changed);
      await appendChange(tables, scope.actor, {
        action: 'update',
        resourceType: 'Group',
        resourceId: group.id,
        version: changed.version,
        attributes: ['permissions'],
      });
      return permissionsOfGroup(tables, group.id);
    });
  }

  /** What a person may do now, through all groups; nothing while the person is inactive. Throws 404, or 403 out of scope. */
  async effective(scope: RequestScope, userId: string): Promise<EffectivePermissions> {
    if (scope.userId !== userId) requireAccess(scope, 'read');
    const tables = readTables(this.#context.database, scope);
    const user = await findOrRefuse(tables, usersTable, userId, { lock: false });
    if (user.document['active'] === false) return { wildcards: [], objects: [] };
    const groups = await groupsOfPerson(tables, user.id);
    // What this service wrote is a document.
    const documents = groups.map((group) => JSON.parse(group.document) as ResourceDocument);
    const wildcards = [...new Set(documents.flatMap(wildcardsOf))].toSorted();
    const explicit = await permissionsOfGroups(
      tables,
      groups.map((group) => group.id),
    );
    return { wildcards, objects: await withWildcards(tables, explicit, wildcards) };
  }
}

/** The wildcards of a group's document. */
export function wildcardsOf(document: ResourceDocument): readonly string[] {
  const extension = document[musterGroupSchema.id];
  const wildcards = isJsonObject(extension) ? extension['wildcards'] : undefined;
  return Array.isArray(wildcards) ? wildcards.filter((each): each is string => typeof each === 'string') : [];
}

/** Throws `invalidValue` unless the catalogue has every wildcard of a group's document. */
export function requireWildcards(document: ResourceDocument): void {
  const unknown = wildcardsOf(document).find((name) => !isWildcard(name));
  if (unknown !== undefined) throw invalidValue(`wildcards: ${JSON.stringify(unknown)} is not in the catalogue`);
}

/** The same object twice is one object with the permissions of both. */
function merged(given: readonly ObjectPermissions[]): readonly ObjectPermissions[] {
  const objects = new Map<string, ObjectPermissions>();
  for (const each of given) {
    const known = objects.get(nameOf(each))?.permissions ?? [];
    objects.set(nameOf(each), { ...each, permissions: [...new Set([...known, ...each.permissions])] });
  }
  return [...objects.values()];
}

function requireInCatalogue({ objectType, permissions }: ObjectPermissions, index: number): void {
  const type = objectTypeNamed(objectType);
  if (type === undefined) throw invalidValue(`${index}: ${JSON.stringify(objectType)} is no object type`);
  if (type.perObject.length === 0) throw invalidValue(`${index}: ${type.name} has wildcards only`);
  const unknown = permissions.find((name) => !type.perObject.includes(name));
  if (unknown !== undefined)
    throw invalidValue(`${index}: ${JSON.stringify(unknown)} is no permission of ${type.name}`);
}

async function requireAccessible(
  tables: TenantTables,
  scope: RequestScope,
  objects: readonly ObjectKey[],
): Promise<void> {
  const units = await unitsOfObjects(tables, objects);
  const index = objects.findIndex((each) => !units.has(nameOf(each)) || !reaches(scope, units.get(nameOf(each))));
  if (index !== -1) throw notAccessible(index);
}

/** Whether an object of this unit, or of the whole client, is within the caller's reach. */
function reaches(scope: RequestScope, unitId: string | undefined): boolean {
  return scope.units === undefined || (unitId !== undefined && scope.units.includes(unitId));
}

// The same words for an object of another client, of another unit, and for one that nobody registered.
function notAccessible(index: number) {
  return insufficientScope(`${index}: the object is not accessible`);
}

function onlyUnitOf({ units }: RequestScope): string | undefined {
  return units?.length === 1 ? units[0] : undefined;
}

async function withWildcards(
  tables: TenantTables,
  explicit: readonly ObjectPermissions[],
  wildcards: readonly string[],
): Promise<readonly ObjectPermissions[]> {
  const objects = new Map(explicit.map((each) => [nameOf(each), new Set(each.permissions)]));
  const keys = new Map<string, ObjectKey>(explicit.map((each) => [nameOf(each), each]));
  for (const type of objectTypes) {
    const grants = type.wildcards.filter(({ name }) => wildcards.includes(name)).map(({ grants: each }) => each);
    if (grants.length === 0 || type.perObject.length === 0) continue;
    for (const objectId of await objectsOfType(tables, type.name)) {
      const key = { objectType: type.name, objectId };
      keys.set(nameOf(key), key);
      objects.set(nameOf(key), new Set([...(objects.get(nameOf(key)) ?? []), ...grants]));
    }
  }
  return [...keys].map(([name, { objectType, objectId }]) => ({
    objectType,
    objectId,
    permissions: [...(objects.get(name) ?? [])].toSorted(),
  }));
}
