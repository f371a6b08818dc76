import { readConfig } from '../../../src/config.js';
import { openDatabase } from '../../../src/store/database/open-database.js';

/** What the database's own check of its file finds wrong; PostgreSQL has none that may be called. */
export async function checkDatabase(url: string): Promise<readonly string[]> {
  const { database: address } = readConfig({ DATABASE_URL: url });
  if (address.kind === 'postgres') return [];
  const database = await openDatabase(address);
  try {
    const rows = await database.reader.all<{ integrity_check: string }>('pragma integrity_check');
    const broken = await database.reader.all<{ table: string }>('pragma foreign_key_check');
    return [
      ...rows.flatMap((row) => (row.integrity_check === 'ok' ? [] : [row.integrity_check])),
      ...broken.map(({ table }) => `a row of ${table} refers to nothing`),
    ];
  } finally {
    await database.close();
  }
}
