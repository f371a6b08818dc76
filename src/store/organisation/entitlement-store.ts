import { fold } from '../../schema/fold.js';
import type { PlatformTables } from '../tenant/platform-tables.js';
import { readNames } from './role-store.js';
import type { TenantTables } from '../tenant/tenant-tables.js';

/** Something that a role lets a person do, in the words of the application. */
export interface Entitlement {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly display: string;
  readonly description: string | undefined;
  /** Names of the entitlements whose rights it has too. */
  readonly contains: readonly string[];
  readonly createdAt: string;
  readonly lastModified: string;
}

/** An entitlement that a client has. */
export interface LicensedEntitlement extends Entitlement {
  /** Whether a role by which the client has it is not switched off. */
  readonly active: boolean;
}

interface EntitlementRow {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly display: string;
  readonly description: string | null;
  readonly contains: string;
  readonly created_at: string;
  readonly last_modified: string;
  readonly active: number;
}

/** Adds an entitlement, unless there is one of this name. */
export async function insertEntitlement(platform: PlatformTables, entitlement: Entitlement): Promise<void> {
  await platform.run(
    'insert into entitlements (id, name_key, name, type, display, description, contains, created_at, last_modified) values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (name_key) do nothing',
    [
      entitlement.id,
      fold(entitlement.name),
      entitlement.name,
      entitlement.type,
      entitlement.display,
      entitlement.description ?? null,
      JSON.stringify(entitlement.contains),
      entitlement.createdAt,
      entitlement.lastModified,
    ],
  );
}

/** Says that a role contains an entitlement. */
export async function addToRole(platform: PlatformTables, role: string, entitlement: string): Promise<void> {
  await platform.run(
    'insert into role_entitlements (role_key, entitlement_key) values (?, ?) on conflict (role_key, entitlement_key) do nothing',
    [fold(role), fold(entitlement)],
  );
}

/** The names of all entitlements of the catalogue. */
export async function listEntitlementNames(platform: PlatformTables): Promise<readonly string[]> {
  const rows = await platform.all<{ name: string }>('select name from entitlements order by name_key');
  return rows.map((row) => row.name);
}

/** The entitlements that come with a role of the client's, by name; in force while one such role is. */
export async function licensedEntitlements(tables: TenantTables): Promise<readonly LicensedEntitlement[]> {
  const rows = await tables.all<EntitlementRow>(
    `select e.id, e.name, e.type, e.display, e.description, e.contains, e.created_at, e.last_modified, max(o.active) as active
     from entitlements e join role_entitlements c on c.entitlement_key = e.name_key join roles o on o.name_key = c.role_key
     left join client_roles l on l.client_id = :client and l.role_key = o.name_key
     where (o.built_in = 1 or l.role_key is not null)
     group by e.id, e.name_key, e.name, e.type, e.display, e.description, e.contains, e.created_at, e.last_modified order by e.name_key`,
  );
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    type: row.type,
    display: row.display,
    description: row.description ?? undefined,
    contains: readNames(row.contains),
    active: row.active === 1,
    createdAt: row.created_at,
    lastModified: row.last_modified,
  }));
}
