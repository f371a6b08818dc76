import { resourceColumns, readRow, type FoundResource, type ResourceRow } from './resource-store.js';
import { indexEntries } from '../schema/search-document.js';
import { usersTable } from './resource-table.js';
import type { TenantTables } from './tenant-tables.js';
import { syncValueIndex } from './value-index.js';

/** The person of this userName key who was deleted last, if the scope reaches the row: a leaver who may return. */
export async function findLeaver(tables: TenantTables, userNameKey: string): Promise<FoundResource | undefined> {
  const scope = tables.inScope('r');
  const row = await tables.first<ResourceRow>(
    `select ${resourceColumns} from users r where r.client_id = :client and r.user_name_key = ? and r.deleted_at is not null and ${scope.text} order by r.deleted_at desc, r.id limit 1${tables.dialect.lockRows}`,
    [userNameKey, ...scope.bindings],
  );
  return row === undefined ? undefined : { ...readRow(row), inScope: true };
}

/** Marks a user as deleted: the row stays, inactive, and its unique values are free again. */
export async function markDeleted(
  tables: TenantTables,
  user: FoundResource,
  change: { readonly version: number; readonly at: string },
): Promise<void> {
  await tables.run(
    'update users set deleted_at = ?, active = 0, version = ?, last_modified = ? where client_id = :client and id = ?',
    [change.at, change.version, change.at, user.id],
  );
  const before = indexEntries(usersTable.type, user.document);
  await syncValueIndex(tables, { type: usersTable.type, id: user.id }, { before, after: [] });
}

/** Whether the id is that of an active person of the client. */
export async function isActiveUser(tables: TenantTables, id: string): Promise<boolean> {
  const row = await tables.first(
    'select u.id from users u where u.client_id = :client and u.id = ? and u.active = 1 and u.deleted_at is null',
    [id],
  );
  return row !== undefined;
}

/** A user whether deleted or not, and when it was deleted. */
export async function findUserEver(
  tables: TenantTables,
  id: string,
): Promise<(FoundResource & { readonly deletedAt: string | undefined }) | undefined> {
  const scope = tables.inScope('r');
  const row = await tables.first<ResourceRow & { in_scope: number; deleted_at: string | null }>(
    `select ${resourceColumns}, r.deleted_at, case when ${scope.text} then 1 else 0 end as in_scope from users r where r.client_id = :client and r.id = ?`,
    [...scope.bindings, id],
  );
  if (row === undefined) return undefined;
  return { ...readRow(row), inScope: row.in_scope === 1, deletedAt: row.deleted_at ?? undefined };
}
