import { nowInstant } from '../../clock.js';
import { insufficientScope, invalidValue, notFound } from '../../errors.js';
import { isWildcard, objectTypeNamed, objectTypes, type ObjectType } from '../../schema/permission-catalogue.js';
import { isEqualValue, isJsonObject, type ResourceDocument } from '../../schema/document.js';
import { musterGroupSchema } from '../../schema/schema-documents.js';
import { appendChange } from '../../store/trail/change-log.js';
import {
  groupsOfPerson,
  nameOf,
  objectsOfType,
  permissionsOfGroup,
  permissionsOfGroups,
  replacePermissions,
  unitsOfObjects,
  type ObjectKey,
  type ObjectPermissions,
} from '../../store/organisation/permission-store.js';
import { touchResource } from '../../store/resources/resource-store.js';
import { groupsTable, usersTable } from '../../store/resources/resource-table.js';
import { readTables, writeTables, type TenantTables } from '../../store/tenant/tenant-tables.js';
import { changedValues } from '../audit/changed-attributes.js';
import type { DirectoryContext } from '../context.js';
import { findOrRefuse, lockForWrite } from '../find-or-refuse.js';
import { requireAccess, requireAccessTo, scopeTo, type RequestScope } from '../request-scope.js';

/** What a person may do now: rights over every object of a type, and over single objects. */
export interface EffectivePermissions {
  readonly wildcards: readonly string[];
  readonly objects: readonly ObjectPermissions[];
}

/** What groups may do with the objects of an application. People have permissions through their groups alone. */
export class Permissions {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
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

  /** What a group may do, object by object, of those that the scope reaches. Throws 404, or 403 out of scope. */
  async list(scope: RequestScope, groupId: string): Promise<readonly ObjectPermissions[]> {
    requireAccess(scope, 'read');
    const tables = readTables(this.#context.database, scope);
    const group = await findOrRefuse(tables, groupsTable, groupId, { lock: false });
    return permissionsOfGroup(tables, group.id);
  }

  /**
   * Makes these, and no others, the permissions of a group on the objects that the scope reaches, all or none. Throws
   * `invalidValue` for a type or permission that is not in the catalogue, naming the place in the list; 403 for an object that is
   * not the caller's to give.
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
      const before = await permissionsOfGroup(tables, group.id);
      await replacePermissions(tables, group.id, merged(given));
      const after = await permissionsOfGroup(tables, group.id);
      if (isEqualValue(before, after)) return after;
      const changed = { id: group.id, version: group.version + 1, lastModified: nowInstant() };
      await touchResource(tables, groupsTable, changed);
      await appendChange(tables, scope.actor, {
        action: 'update',
        resourceType: 'Group',
        resourceId: group.id,
        version: changed.version,
        attributes: ['permissions'],
        unitSet: group.unitSet,
        detail: changedValues({ permissions: before }, { permissions: after }),
      });
      return after;
    });
  }

  /**
   * What a person may do now, through all groups, with the objects that the scope reaches; nothing while the person is inactive.
   * Throws 404, or 403 out of scope.
   */
  async effective(caller: RequestScope, userId: string): Promise<EffectivePermissions> {
    const scope = scopeTo(caller, userId);
    requireAccessTo(scope, userId, 'read');
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

/**
 * Throws 403 where a token for units gives a group a right over all objects of a type: they are the client's, not the units'. It
 * may leave those that are there, and take them away.
 */
export function requireOwnWildcards(
  { units }: Pick<RequestScope, 'units'>,
  before: ResourceDocument,
  after: ResourceDocument,
): void {
  if (units === undefined) return;
  const known = wildcardsOf(before);
  if (wildcardsOf(after).every((name) => known.includes(name))) return;
  throw insufficientScope('a token for units cannot give rights over all objects of the client');
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
  const index = objects.findIndex((each) => !units.has(nameOf(each)) || !reachesObject(scope, units.get(nameOf(each))));
  if (index !== -1) throw notAccessible(index);
}

/** Whether an object of this unit, or of the whole client, is within the caller's reach. */
export function reachesObject(scope: RequestScope, unitId: string | undefined): boolean {
  return scope.units === undefined || (unitId !== undefined && scope.units.includes(unitId));
}

/** 403, in the same words for an object of another client, of another unit, and for one that nobody registered. */
export function notAccessible(index: number) {
  return insufficientScope(`${index}: the object is not accessible`);
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
