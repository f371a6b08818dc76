import { notFound } from '../../errors.js';
import type { FoundResource } from '../../store/resources/resource-store.js';
import { groupsTable } from '../../store/resources/resource-table.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';
import { findOrRefuse } from '../find-or-refuse.js';
import { kindOf } from '../groups/group-kinds.js';

/**
 * The collaboration with this id. Throws 404 where there is none, the answer for another client's and for a group of another
 * kind too; 403 beyond the token's units, without its name.
 */
export async function findCollaboration(
  tables: TenantTables,
  id: string,
  options: { readonly lock: boolean },
): Promise<FoundResource> {
  const found = await findOrRefuse(tables, groupsTable, id, options);
  if (kindOf(found) !== 'collaboration') throw notFound('resource');
  return found;
}
