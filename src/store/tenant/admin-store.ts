import { fold } from '../../schema/fold.js';
import type { TenantTables } from './tenant-tables.js';

/** The group of a client's administrators. */
export interface AdminGroup {
  readonly id: string;
  readonly version: number;
}

/** The group of the client's administrators, kept from other writers until the commit: whoever counts them sees them all. */
export async function lockAdminGroup(tables: TenantTables): Promise<AdminGroup | undefined> {
  return tables.first<AdminGroup>(
    `select g.id, g.version from groups g where g.client_id = :client and g.kind = 'client-admins'${tables.dialect.lockRows}`,
  );
}

/** Whether the client has a group of administrators; nobody else makes one before the commit. */
export async function hasAdminGroup(tables: TenantTables): Promise<boolean> {
  await tables.first(`select c.id from clients c where c.id = :client${tables.dialect.lockRows}`);
  return (await lockAdminGroup(tables)) !== undefined;
}

/** Whether the client has an active administrator besides these people. */
export async function hasOtherAdmin(tables: TenantTables, leaving: readonly string[]): Promise<boolean> {
  // Each member is looked up by itself: for a join both databases would rather read all people of the client.
  const isActive = `(select u.active from users u where u.client_id = :client and u.id = m.user_id and u.deleted_at is null and u.account_status <> 'PENDING') = 1`;
  const row = await tables.first(
    `select m.user_id from memberships m where m.client_id = :client
     and m.group_id = (select g.id from groups g where g.client_id = :client and g.kind = 'client-admins')
     and not (m.user_id ${tables.dialect.isListed}) and ${isActive} limit 1`,
    [leaving],
  );
  return row !== undefined;
}

/** Whether the client has a group of this name that belongs to no unit. */
export async function isGroupName(tables: TenantTables, name: string): Promise<boolean> {
  const row = await tables.first(
    `select g.id from groups g where g.client_id = :client and g.display_name_key = ? and g.unit_set = ''`,
    [fold(name)],
  );
  return row !== undefined;
}

/** Whether a group has groups among its members. */
export async function hasNestedGroups(tables: TenantTables, groupId: string): Promise<boolean> {
  const row = await tables.first(
    'select n.child_id from nestings n where n.client_id = :client and n.group_id = ? limit 1',
    [groupId],
  );
  return row !== undefined;
}
