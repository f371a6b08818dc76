import { indexEntries } from '../../schema/search-document.js';
import type { StoredResource } from './resource-store.js';
import { groupsTable } from './resource-table.js';
import { removeEveryone } from './membership-store.js';
import type { TenantTables } from '../tenant/tenant-tables.js';
import { syncValueIndex } from './value-index.js';

/** Deletes a group for good; its memberships go with it, its members stay. */
export async function deleteGroup(tables: TenantTables, group: StoredResource): Promise<void> {
  const before = indexEntries(groupsTable.type, group.document);
  await syncValueIndex(tables, { type: groupsTable.type, id: group.id }, { before, after: [] });
  // The database would take the memberships with the group, all in one statement.
  await removeEveryone(tables, group.id);
  await tables.run('delete from groups where client_id = :client and id = ?', [group.id]);
}
