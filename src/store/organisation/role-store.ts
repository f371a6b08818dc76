import { fold } from '../../schema/fold.js';
import type { PlatformTables } from '../tenant/platform-tables.js';
import type { TenantTables } from '../tenant/tenant-tables.js';
import { pagesInTurns, rowsATurn } from '../database/turns.js';

export type RoleKind = 'feature' | 'admin';

/** A role of the platform's catalogue. Built-in ones belong to every client; the others are licensed. */
export interface Role {
  readonly id: string;
  readonly name: string;
  readonly kind: RoleKind;
  readonly builtIn: boolean;
  readonly display: string;
  readonly description: string | undefined;
  /** Names of the roles whose rights it has too. */
  readonly contains: readonly string[];
  /** Nobody has the effect of a role that is switched off. */
  readonly active: boolean;
  readonly createdAt: string;
  readonly lastModified: string;
}

/** A role that a client may grant, to so many people; undefined means to as many as it likes. */
export interface LicensedRole extends Role {
  readonly seats: number | undefined;
  /** The folded names of all roles whose rights it has: its own first, then those that it contains through any number of steps. */
  readonly includes: readonly string[];
}

/** What a client has licensed, by name of the role. */
export interface Licence {
  readonly role: string;
  readonly seats: number | undefined;
}

interface RoleRow {
  readonly id: string;
  readonly name: string;
  readonly kind: RoleKind;
  readonly built_in: number;
  readonly display: string;
  readonly description: string | null;
  readonly contains: string;
  readonly active: number;
  readonly created_at: string;
  readonly last_modified: string;
}

const columns =
  'o.id, o.name, o.kind, o.built_in, o.display, o.description, o.contains, o.active, o.created_at, o.last_modified';

function readRole(row: RoleRow): Role {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    builtIn: row.built_in === 1,
    display: row.display,
    description: row.description ?? undefined,
    contains: readNames(row.contains),
    active: row.active === 1,
    createdAt: row.created_at,
    lastModified: row.last_modified,
  };
}

/** Reads a list of names as it is kept. */
export function readNames(text: string): readonly string[] {
  // This service wrote it, so its shape is known.
  return JSON.parse(text) as readonly string[];
}

/** The whole catalogue, by name. */
export async function listRoles(platform: PlatformTables): Promise<readonly Role[]> {
  const rows = await platform.all<RoleRow>(`select ${columns} from roles o order by o.name_key`);
  return rows.map(readRole);
}

/** Adds a role, or changes the one of this name whatever its letter case; its id and its name stay. */
export async function saveRole(platform: PlatformTables, role: Role): Promise<void> {
  await platform.run(
    `insert into roles (id, name_key, name, kind, built_in, display, description, contains, active, created_at, last_modified) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (name_key) do update set kind = excluded.kind, display = excluded.display, description = excluded.description, contains = excluded.contains, active = excluded.active, last_modified = excluded.last_modified`,
    [
      role.id,
      fold(role.name),
      role.name,
      role.kind,
      role.builtIn ? 1 : 0,
      role.display,
      role.description ?? null,
      JSON.stringify(role.contains),
      role.active ? 1 : 0,
      role.createdAt,
      role.lastModified,
    ],
  );
}

/** The roles that the client may grant, by name: the built-in ones and those that it has licensed. */
export async function licensedRoles(tables: TenantTables): Promise<readonly LicensedRole[]> {
  const rows = await tables.all<RoleRow & { seats: number | null; included_key: string }>(
    `select ${columns}, l.seats, i.included_key from roles o left join client_roles l on l.client_id = :client and l.role_key = o.name_key join role_inclusions i on i.role_key = o.name_key where (o.built_in = 1 or l.role_key is not null) order by o.name_key, i.distance, i.included_key`,
  );
  const includes = new Map<string, string[]>();
  for (const row of rows) includes.set(row.id, [...(includes.get(row.id) ?? []), row.included_key]);
  const heads = new Map(rows.map((row) => [row.id, row]));
  return [...heads.values()].map((row) => ({
    ...readRole(row),
    seats: row.seats ?? undefined,
    includes: includes.get(row.id) ?? [],
  }));
}

/** Makes these the licences of the client, in place of all that it had. */
export async function replaceLicences(tables: TenantTables, licences: readonly Licence[], at: string): Promise<void> {
  await tables.run('delete from client_roles where client_id = :client');
  for (const { role, seats } of licences) {
    await tables.run('insert into client_roles (client_id, role_key, seats, created_at) values (:client, ?, ?, ?)', [
      fold(role),
      seats ?? null,
      at,
    ]);
  }
}

/** Keeps the seats of a role from other writers until the commit; the number of them, undefined for no limit. */
export async function lockSeats(tables: TenantTables, role: string): Promise<number | undefined> {
  const row = await tables.first<{ seats: number | null }>(
    `select l.seats from client_roles l where l.client_id = :client and l.role_key = ?${tables.dialect.lockRows}`,
    [fold(role)],
  );
  return row?.seats ?? undefined;
}

const granted = `from value_index v where v.client_id = :client and v.resource_type = 'User' and v.attribute = 'roles.value'`;
// Whoever has a role: by a grant of it, or of one that contains it and that the client has.
const holding = `from value_index v join role_inclusions i on i.role_key = v.key and i.included_key = ?
  left join client_roles l on l.client_id = :client and l.role_key = v.key
  where v.client_id = :client and v.resource_type = 'User' and v.attribute = 'roles.value' and (v.key = i.included_key or l.role_key is not null)`;

/** To how many people each role was granted, by folded name; the deleted are not counted. */
export async function countGrants(tables: TenantTables): Promise<ReadonlyMap<string, number>> {
  const rows = await tables.scan<{ key: string; granted: number | string }>(
    `select v.key, count(*) as granted ${granted} group by v.key`,
  );
  return new Map(rows.map((row) => [row.key, Number(row.granted)]));
}

/** How many people have a role, by a grant of it or of one that contains it. */
export async function countHolders(tables: TenantTables, role: string): Promise<number> {
  const row = await tables.first<{ holders: number | string }>(
    `select count(distinct v.resource_id) as holders ${holding}`,
    [fold(role)],
  );
  return Number(row?.holders ?? 0);
}

/** Counts up the versions of the people who have a role, because what is shown of them has changed; some hundred at a time. */
export async function touchHolders(tables: TenantTables, role: string, at: string): Promise<void> {
  const touched: string[] = [];
  for (const key of await grantsThatGive(tables, role)) {
    const read = (after: string) => grantedBehind(tables, { key, touched, after });
    for await (const people of pagesInTurns(read)) {
      await tables.run(
        `update users set version = version + 1, last_modified = ? where client_id = :client and deleted_at is null and id ${tables.dialect.isListed}`,
        [at, people.map(({ id }) => id)],
      );
    }
    touched.push(key);
  }
}

/** The roles, folded, a grant of which gives this role to people of the client. */
async function grantsThatGive(tables: TenantTables, role: string): Promise<readonly string[]> {
  const rows = await tables.all<{ key: string }>(
    `select i.role_key as key from role_inclusions i left join client_roles l on l.client_id = :client and l.role_key = i.role_key
     where i.included_key = ? and (i.role_key = i.included_key or l.role_key is not null)`,
    [fold(role)],
  );
  return rows.map(({ key }) => key);
}

/** The people behind an id to whom one role was granted, and none of those that were touched. */
function grantedBehind(
  tables: TenantTables,
  { key, touched, after }: { key: string; touched: readonly string[]; after: string },
): Promise<{ id: string }[]> {
  return tables.all<{ id: string }>(
    `select v.resource_id as id ${granted} and v.key = ? and v.resource_id > ?
     and not exists (select 1 from value_index w where w.client_id = :client and w.resource_type = 'User' and w.attribute = 'roles.value' and w.key ${tables.dialect.isTextListed} and w.resource_id = v.resource_id)
     order by v.resource_id limit ?`,
    [key, after, touched, rowsATurn],
  );
}

/** Whether the client has licensed a role, or one that contains it. */
export async function hasLicence(tables: TenantTables, role: string): Promise<boolean> {
  const row = await tables.first(
    'select l.role_key from client_roles l join role_inclusions i on i.role_key = l.role_key where l.client_id = :client and i.included_key = ?',
    [fold(role)],
  );
  return row !== undefined;
}
