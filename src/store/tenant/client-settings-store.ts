import type { TenantTables } from './tenant-tables.js';

/** The roles that people of each userType begin with, by the type as it was written. */
export type DefaultRoles = Readonly<Record<string, readonly string[]>>;

/** Reads which roles people of each userType begin with. */
export async function readDefaultRoles(tables: TenantTables): Promise<DefaultRoles> {
  const row = await tables.first<{ default_roles: string }>(
    'select c.default_roles from clients c where c.id = :client',
  );
  return row === undefined ? {} : readDefaults(row.default_roles);
}

/** Reads what is kept of the roles that people begin with. */
export function readDefaults(text: string): DefaultRoles {
  // This service wrote it, so its shape is known.
  return JSON.parse(text) as DefaultRoles;
}

/** Keeps which roles people of each userType begin with. */
export async function storeDefaultRoles(tables: TenantTables, defaults: DefaultRoles): Promise<void> {
  await tables.run('update clients set default_roles = ? where id = :client', [JSON.stringify(defaults)]);
}
