import { readConfig } from '../../src/config.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { tenantTables } from '../../src/store/sql/require-client.js';

/** A row of a tenant's table, read past the service. */
export interface TenantRow {
  readonly table: string;
  readonly columns: Readonly<Record<string, unknown>>;
  /** The whole row: equal rows have equal texts. */
  readonly text: string;
}

/** All rows that a client has in any table, through a connection that is not the service's. */
export async function rowsOf(url: string, client: string): Promise<readonly TenantRow[]> {
  const database = await openDatabase(readConfig({ DATABASE_URL: url }).database);
  try {
    const rows: TenantRow[] = [];
    for (const [table, column] of tenantTables) {
      const found = await database.reader.all<Record<string, unknown>>(`select * from ${table} where ${column} = ?`, [
        client,
      ]);
      rows.push(...found.map((columns) => ({ table, columns, text: `${table} ${JSON.stringify(columns)}` })));
    }
    return rows.toSorted((a, b) => (a.text < b.text ? -1 : 1));
  } finally {
    await database.close();
  }
}
