import { leafOf, type AttributePath } from '../../schema/attribute-path.js';
import { indexEntries, indexKey, toSearchValue } from '../../schema/search-document.js';
import { together } from '../database/together.js';
import { columnsOf, readRow, type FoundResource, type ResourceRow, type StoredResource } from './resource-store.js';
import { living } from './living.js';
import { usersTable } from './resource-table.js';
import type { TenantTables } from '../tenant/tenant-tables.js';
import { syncValueIndex } from './value-index.js';

/**
 * The person of this userName key who was deleted last, if the scope reaches the row: a leaver who may return. Whoever is being deleted
 * by somebody else at this moment is waited for, and not those who keep the person as it is, such as writers of a large group.
 */
export async function findLeaver(tables: TenantTables, userNameKey: string): Promise<FoundResource | undefined> {
  const scope = tables.inScope('r');
  const [, row] = await together(
    tables.first(
      `select r.id from users r where r.client_id = :client and r.user_name_key = ? and ${living('r.')}${tables.dialect.shareRows('r')}`,
      [userNameKey],
    ),
    // Whoever was erased has no userName any more. To ask for that too would lead SQLite to the index of those who are to be erased.
    tables.first<ResourceRow>(
      `select ${columnsOf(usersTable)} from users r where r.client_id = :client and r.user_name_key = ? and r.deleted_at is not null and ${scope.text} order by r.deleted_at desc, r.id limit 1${tables.dialect.lockRows}`,
      [userNameKey, ...scope.bindings],
    ),
  );
  return row === undefined ? undefined : { ...readRow(row), inScope: true };
}

/** Marks a user as deleted: the row stays, inactive, and its unique values are free again. */
export async function markDeleted(
  tables: TenantTables,
  user: FoundResource,
  change: { readonly version: number; readonly at: string },
): Promise<void> {
  await tables.post(
    'update users set deleted_at = ?, active = 0, version = ?, last_modified = ? where client_id = :client and id = ?',
    [change.at, change.version, change.at, user.id],
  );
  const before = indexEntries(usersTable.type, user.document);
  await syncValueIndex(tables, { type: usersTable.type, id: user.id }, { before, after: [] });
}

/** Whether the id is that of an active person of the client, who stays so until the commit. */
export async function pinActiveUser(tables: TenantTables, id: string): Promise<boolean> {
  const row = await tables.first(
    `select u.id from users u where u.client_id = :client and u.id = ? and u.active = 1 and u.deleted_at is null${tables.dialect.shareRows('u')}`,
    [id],
  );
  return row !== undefined;
}

/** A user who may have been deleted; instants are ISO 8601 UTC. */
export type UserEver = FoundResource & { readonly deletedAt: string | undefined };

/** A user whether deleted or not, unless erased. `lock` keeps it from other writers until the commit. */
export async function findUserEver(
  tables: TenantTables,
  id: string,
  options: { readonly lock: boolean },
): Promise<UserEver | undefined> {
  const scope = tables.inScope('r');
  const lock = options.lock ? tables.dialect.lockRows : '';
  const row = await tables.first<ResourceRow & { in_scope: number; deleted_at: string | null }>(
    `select ${columnsOf(usersTable)}, r.deleted_at, case when ${scope.text} then 1 else 0 end as in_scope from users r where r.client_id = :client and r.id = ? and r.erased_at is null${lock}`,
    [...scope.bindings, id],
  );
  if (row === undefined) return undefined;
  return { ...readRow(row), inScope: row.in_scope === 1, deletedAt: row.deleted_at ?? undefined };
}

/** The user who has this value in a unique attribute of the value index, and whether the scope reaches the row. */
export async function findUserByValue(
  tables: TenantTables,
  path: AttributePath,
  value: string,
): Promise<FoundResource | undefined> {
  const scope = tables.inScope('r');
  const row = await tables.first<ResourceRow & { in_scope: number }>(
    `select ${columnsOf(usersTable)}, case when ${scope.text} then 1 else 0 end as in_scope from value_index v join users r on r.client_id = :client and r.id = v.resource_id and r.deleted_at is null where v.client_id = :client and v.resource_type = 'User' and v.attribute = ? and v.key = ?`,
    [...scope.bindings, path.text.toLowerCase(), indexKey(String(toSearchValue(leafOf(path), value)))],
  );
  return row === undefined ? undefined : { ...readRow(row), inScope: row.in_scope === 1 };
}

/** The active people that the scope reaches behind an id, by id. */
export async function listActiveUsers(
  tables: TenantTables,
  page: { readonly after: string; readonly offset: number; readonly count: number },
): Promise<StoredResource[]> {
  const scope = tables.inScope('r');
  const rows = await tables.scan<ResourceRow>(
    `select ${columnsOf(usersTable)} from users r where r.client_id = :client and r.deleted_at is null and r.active = 1 and r.id > ? and ${scope.text} order by r.id limit ? offset ?`,
    [page.after, ...scope.bindings, page.count, page.offset],
  );
  return rows.map(readRow);
}
