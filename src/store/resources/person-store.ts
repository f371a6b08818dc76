import { fold } from '../../schema/fold.js';
import { indexKey } from '../../schema/search-document.js';
import type { TenantTables } from '../tenant/tenant-tables.js';
import { living } from './living.js';

/** The id of the person with this userName, whatever its letter case; deleted ones left out. */
export async function userNamed(tables: TenantTables, userName: string): Promise<string | undefined> {
  const row = await tables.first<{ id: string }>(
    `select u.id from users u where u.client_id = :client and u.user_name_key = ? and ${living('u.')}`,
    [indexKey(fold(userName))],
  );
  return row?.id;
}

/** The ids of the people who have this email address, whatever its letter case; at most two. */
export async function usersWithEmail(tables: TenantTables, email: string): Promise<readonly string[]> {
  const rows = await tables.all<{ id: string }>(
    `select distinct i.resource_id as id from value_index i where i.client_id = :client and i.resource_type = 'User' and i.attribute = 'emails.value' and i.key = ? limit 2`,
    [indexKey(fold(email))],
  );
  return rows.map((row) => row.id);
}
