import { inForce } from '../resources/in-force.js';
import type { Sql } from '../sql/sql.js';
import type { TenantTables } from '../tenant/tenant-tables.js';

/** An object of an application, by its type and its id there. */
export interface ObjectKey {
  readonly objectType: string;
  readonly objectId: string;
}

/** The permissions of a group on one object, by name. */
export interface ObjectPermissions extends ObjectKey {
  readonly permissions: readonly string[];
}

interface PermissionRow {
  readonly object_type: string;
  readonly object_id: string;
  readonly permission: string;
}

const rowsAStatement = 100;

function* slices<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += rowsAStatement) yield items.slice(start, start + rowsAStatement);
}

/** Registers an object of the client, or moves it to another unit; without a unit it is the whole client's. */
export async function putObject(
  tables: TenantTables,
  object: ObjectKey & { readonly unitId: string | undefined; readonly at: string },
): Promise<void> {
  await tables.run(
    'insert into objects (client_id, object_type, object_id, unit_id, created_at) values (:client, ?, ?, ?, ?) on conflict (client_id, object_type, object_id) do update set unit_id = excluded.unit_id',
    [object.objectType, object.objectId, object.unitId ?? null, object.at],
  );
}

/** Takes an object out of the register, and every permission on it; false when it was not there. */
export async function removeObject(tables: TenantTables, { objectType, objectId }: ObjectKey): Promise<boolean> {
  const key = [objectType, objectId];
  await tables.run('delete from permissions where client_id = :client and object_type = ? and object_id = ?', key);
  return (
    (await tables.run('delete from objects where client_id = :client and object_type = ? and object_id = ?', key)) > 0
  );
}

/** The unit of each of these objects that is registered; undefined for one of the whole client. Keys are `type id`. */
export async function unitsOfObjects(
  tables: TenantTables,
  objects: readonly ObjectKey[],
): Promise<ReadonlyMap<string, string | undefined>> {
  const units = new Map<string, string | undefined>();
  for (const slice of slices(objects)) {
    const rows = await tables.all<{ object_type: string; object_id: string; unit_id: string | null }>(
      `select o.object_type, o.object_id, o.unit_id from objects o where o.client_id = :client and (${slice.map(() => '(o.object_type = ? and o.object_id = ?)').join(' or ')})`,
      slice.flatMap((object) => [object.objectType, object.objectId]),
    );
    for (const row of rows)
      units.set(nameOf({ objectType: row.object_type, objectId: row.object_id }), row.unit_id ?? undefined);
  }
  return units;
}

/** An object's type and id as one text. */
export function nameOf({ objectType, objectId }: ObjectKey): string {
  return `${objectType} ${objectId}`;
}

/** The condition under which an object of the register is within the scope; `alias` is the row. */
function reachable({ scope: { units } }: TenantTables, alias: string): Sql {
  if (units === undefined) return { text: '1 = 1', bindings: [] };
  if (units.length === 0) return { text: '1 = 0', bindings: [] };
  return { text: `${alias}.unit_id in (${units.map(() => '?').join(', ')})`, bindings: units };
}

/** The same for the object that a row of permissions is about. */
function aboutReachable(tables: TenantTables, row: string): Sql {
  if (tables.scope.units === undefined) return { text: '1 = 1', bindings: [] };
  const { text, bindings } = reachable(tables, 'o');
  return {
    text: `exists (select 1 from objects o where o.client_id = :client and o.object_type = ${row}.object_type and o.object_id = ${row}.object_id and ${text})`,
    bindings,
  };
}

/** What a group may do with the objects that the scope reaches, in the order of types and ids. */
export async function permissionsOfGroup(tables: TenantTables, groupId: string): Promise<ObjectPermissions[]> {
  const within = aboutReachable(tables, 'p');
  const rows = await tables.all<PermissionRow>(
    `select p.object_type, p.object_id, p.permission from permissions p where p.client_id = :client and p.group_id = ? and ${within.text} order by p.object_type, p.object_id, p.permission`,
    [groupId, ...within.bindings],
  );
  return joinRows(rows);
}

/** Makes these, and no others, the permissions of a group on the objects that the scope reaches. */
export async function replacePermissions(
  tables: TenantTables,
  groupId: string,
  permissions: readonly ObjectPermissions[],
): Promise<void> {
  const within = aboutReachable(tables, 'permissions');
  await tables.run(`delete from permissions where client_id = :client and group_id = ? and ${within.text}`, [
    groupId,
    ...within.bindings,
  ]);
  const rows = permissions.flatMap((each) => each.permissions.map((name) => [each.objectType, each.objectId, name]));
  for (const slice of slices(rows)) {
    await tables.run(
      `insert into permissions (client_id, group_id, object_type, object_id, permission) values ${slice.map(() => '(:client, ?, ?, ?, ?)').join(', ')} on conflict (client_id, group_id, object_type, object_id, permission) do nothing`,
      slice.flatMap((row) => [groupId, ...row]),
    );
  }
}

/** What these groups together may do with the objects that the scope reaches. */
export async function permissionsOfGroups(
  tables: TenantTables,
  groupIds: readonly string[],
): Promise<ObjectPermissions[]> {
  const within = aboutReachable(tables, 'p');
  const rows = await tables.all<PermissionRow>(
    // Ordered when they have been found: SQLite would go through those of the whole client, in their order.
    `select x.object_type, x.object_id, x.permission from (select distinct p.object_type, p.object_id, p.permission from permissions p where p.client_id = :client and p.group_id ${tables.dialect.isListed} and ${within.text}) x order by x.object_type, x.object_id, x.permission`,
    [groupIds, ...within.bindings],
  );
  return joinRows(rows);
}

/** The registered objects of one type that the scope reaches, by id. */
export async function objectsOfType(tables: TenantTables, objectType: string): Promise<string[]> {
  const within = reachable(tables, 'o');
  const rows = await tables.all<{ object_id: string }>(
    `select o.object_id from objects o where o.client_id = :client and o.object_type = ? and ${within.text} order by o.object_id`,
    [objectType, ...within.bindings],
  );
  return rows.map((row) => row.object_id);
}

/** The documents of the groups that a person belongs to, directly or through other groups, as JSON texts. */
export async function groupsOfPerson(
  tables: TenantTables,
  userId: string,
): Promise<{ readonly id: string; readonly document: string }[]> {
  const force = inForce('m');
  return tables.all(
    `with recursive of_user (group_id) as (
       select m.group_id from memberships m where m.client_id = :client and m.user_id = ? and ${force.text}
       union select n.group_id from of_user f cross join nestings n where n.client_id = :client and n.child_id = f.group_id
     ) select g.id, g.document from of_user f cross join groups g where g.client_id = :client and g.id = f.group_id`,
    [userId, ...force.bindings],
  );
}

function joinRows(rows: readonly PermissionRow[]): ObjectPermissions[] {
  const objects = new Map<string, { objectType: string; objectId: string; permissions: string[] }>();
  for (const row of rows) {
    const key = { objectType: row.object_type, objectId: row.object_id };
    const object = objects.get(nameOf(key)) ?? { ...key, permissions: [] };
    object.permissions.push(row.permission);
    objects.set(nameOf(key), object);
  }
  return [...objects.values()];
}
