import { fold } from '../schema/fold.js';
import type { Connection } from './connection.js';
import type { TenantTables } from './tenant-tables.js';

/** Something that a role lets a person do, in the words of the application. */
export interface Entitlement {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly display: string;
  readonly description: string | undefined;
  readonly createdAt: string;
  readonly lastModified: string;
}

/** An entitlement that a client has, and the names of the roles by which. */
export interface LicensedEntitlement extends Entitlement {
  readonly roles: readonly string[];
}

interface EntitlementRow {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly display: string;
  readonly description: string | null;
  readonly created_at: string;
  readonly last_modified: string;
  readonly role: string;
}

/** Adds an entitlement, unless there is one of this name. */
export async function insertEntitlement(connection: Connection, entitlement: Entitlement): Promise<void> {
  await connection.run(
    'insert into entitlements (id, name_key, name, type, display, description, created_at, last_modified) values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (name_key) do nothing',
    [
      entitlement.id,
      fold(entitlement.name),
      entitlement.name,
      entitlement.type,
      entitlement.display,
      entitlement.description ?? null,
      entitlement.createdAt,
      entitlement.lastModified,
    ],
  );
}

/** Says that a role contains an entitlement. */
export async function addToRole(connection: Connection, role: string, entitlement: string): Promise<void> {
  await connection.run(
    'insert into role_entitlements (role_key, entitlement_key) values (?, ?) on conflict (role_key, entitlement_key) do nothing',
    [fold(role), fold(entitlement)],
  );
}

/** The names of all entitlements of the catalogue. */
export async function listEntitlementNames(connection: Connection): Promise<readonly string[]> {
  const rows = await connection.all<{ name: string }>('select name from entitlements order by name_key');
  return rows.map((row) => row.name);
}

/** The entitlements that are in a role of the client's, by name. */
export async function licensedEntitlements(tables: TenantTables): Promise<readonly LicensedEntitlement[]> {
  const rows = await tables.all<EntitlementRow>(
    `select e.id, e.name, e.type, e.display, e.description, e.created_at, e.last_modified, o.name as role
     from entitlements e join role_entitlements c on c.entitlement_key = e.name_key join roles o on o.name_key = c.role_key
     left join client_roles l on l.client_id = :client and l.role_key = o.name_key
     where (o.built_in = 1 or l.role_key is not null) order by e.name_key, o.name_key`,
  );
  const found = new Map<string, LicensedEntitlement>();
  for (const row of rows) {
    const roles = [...(found.get(row.id)?.roles ?? []), row.role];
    found.set(row.id, {
      id: row.id,
      name: row.name,
      type: row.type,
      display: row.display,
      description: row.description ?? undefined,
      createdAt: row.created_at,
      lastModified: row.last_modified,
      roles,
    });
  }
  return [...found.values()];
}
