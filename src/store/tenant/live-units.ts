import type { TenantTables } from './tenant-tables.js';

/** Those of these units that have not ended; none of them ends before the transaction does. */
export async function keepUnits(tables: TenantTables, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await tables.all<{ id: string }>(
    `select u.id from units u where u.client_id = :client and u.id ${tables.dialect.isListed} and u.ended_at is null${tables.dialect.shareRows('u')}`,
    [ids],
  );
  return rows.map((row) => row.id);
}
