import { readdirSync } from 'node:fs';
import { nowInstant } from '../../clock.js';
import { chainExisting } from '../trail/chain-existing.js';
import type { Connection, Database } from './connection.js';
import type { ColumnTypes } from './dialect.js';

const folder = new URL('../../../db/migrations/', import.meta.url);

interface Migration {
  readonly name: string;
  readonly up: (types: ColumnTypes) => readonly string[];
}

/** What a migration does besides to the rows that are there, where statements cannot say it. */
const rowSteps: Readonly<Record<string, (connection: Connection) => Promise<void>>> = {
  '0009-hash-chain': chainExisting,
};

/** The names of the migrations of this version. */
export async function knownMigrations(): Promise<readonly string[]> {
  return (await readMigrations()).map(({ name }) => name);
}

async function readMigrations(): Promise<readonly Migration[]> {
  const files = readdirSync(folder).filter((file) => /^\d{4}-[a-z0-9-]+\.js$/.test(file));
  return Promise.all(
    files.toSorted().map(async (file) => {
      // Every file in the folder exports `up`; the tests run all of them on both databases.
      const module = (await import(new URL(file, folder).href)) as Pick<Migration, 'up'>;
      return { name: file.replace(/\.js$/, ''), up: module.up };
    }),
  );
}

/**
 * Brings the database to the newest schema and returns the names of what was applied. All in one transaction under a lock,
 * so that processes that start together wait for one another and a killed one leaves nothing half done.
 */
export async function migrate(database: Database): Promise<readonly string[]> {
  const migrations = await readMigrations();
  return database.transaction((connection) => applyMissing(database, connection, migrations), { isPatient: true });
}

async function applyMissing(
  { dialect }: Database,
  connection: Connection,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  await dialect.lockForMigration(connection);
  await connection.run('create table if not exists migrations (name text primary key, applied_at text not null)');
  const rows = await connection.all<{ name: string }>('select name from migrations');
  const applied = new Set(rows.map((row) => row.name));
  const missing = migrations.filter((migration) => !applied.has(migration.name));
  for (const migration of missing) {
    for (const statement of migration.up(dialect.columnTypes)) await connection.run(statement);
    await rowSteps[migration.name]?.(connection);
    await connection.run('insert into migrations (name, applied_at) values (?, ?)', [migration.name, nowInstant()]);
  }
  return missing.map((migration) => migration.name);
}
