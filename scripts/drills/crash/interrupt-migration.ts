import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { nowInstant } from '../../../src/clock.js';
import { readConfig } from '../../../src/config.js';
import type { Connection, Database } from '../../../src/store/database/connection.js';
import type { ColumnTypes } from '../../../src/store/database/dialect.js';
import { openDatabase } from '../../../src/store/database/open-database.js';
import { runCommand, startCommand } from '../../../test/support/command-line.js';
import type { Journal } from '../findings.js';
import { killCommand } from '../server.js';
import type { CrashWorld } from './crash-world.js';
import type { Interrupted } from './moments.js';

const folder = new URL('../../../db/migrations/', import.meta.url);
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.js'))
  .toSorted();
const names = files.map((file) => file.replace(/\.js$/, ''));
const longestMs = 1_000;

/** Brings a database to the schema of an earlier version. */
async function migrateTo(database: Database, count: number): Promise<void> {
  await database.transaction(async (connection) => {
    if (count > 0) await connection.run('create table migrations (name text primary key, applied_at text not null)');
    for (const file of files.slice(0, count)) await apply(connection, file, database.dialect.columnTypes);
  });
}

async function apply(connection: Connection, file: string, types: ColumnTypes): Promise<void> {
  // Every file in the folder exports `up`.
  const { up } = (await import(new URL(file, folder).href)) as { up: (types: ColumnTypes) => readonly string[] };
  for (const statement of up(types)) await connection.run(statement);
  const row = [file.replace(/\.js$/, ''), nowInstant()];
  await connection.run('insert into migrations (name, applied_at) values (?, ?)', row);
}

async function withDatabase<Result>(url: string, work: (database: Database) => Promise<Result>): Promise<Result> {
  const database = await openDatabase(readConfig({ DATABASE_URL: url }).database);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

async function appliedTo({ reader }: Database): Promise<readonly string[]> {
  try {
    return (await reader.all<{ name: string }>('select name from migrations order by name')).map(({ name }) => name);
  } catch {
    // There is no such table in an empty database.
    return [];
  }
}

/** A database of an earlier version, or an empty one, that is being migrated. */
export async function interruptMigration({ place, maker }: CrashWorld): Promise<Interrupted> {
  const url = await place.createDatabase();
  const before = Math.floor(maker.random() * files.length);
  await withDatabase(url, (database) => migrateTo(database, before));
  const options = { cwd: place.folder, settings: { DATABASE_URL: url } };
  const command = startCommand(['migrate'], options);
  await Promise.race([sleep(maker.random() * longestMs), command.ended]);
  return {
    end: () => killCommand(command),
    check: async (_client, journal) => {
      const after = await withDatabase(url, appliedTo);
      journal.count(after.length === before ? 'migrations undone' : 'migrations done');
      requireSame(journal, after.length === before ? after : [], after.length === before ? names.slice(0, before) : []);
      journal.require(
        [before, names.length].includes(after.length),
        `a migration stopped at ${after.length} of ${names.length}`,
      );
      const again = await runCommand(['migrate'], options);
      journal.require(again.code === 0, `a migration cannot be repeated: ${again.stderr}`);
      requireSame(journal, await withDatabase(url, appliedTo), names);
      const made = await runCommand(['client', 'create', '--name', 'After'], options);
      journal.require(made.code === 0, `a database that was migrated twice cannot be used: ${made.stderr}`);
    },
  };
}

function requireSame(journal: Journal, found: readonly string[], wanted: readonly string[]): void {
  journal.require(
    found.join() === wanted.join(),
    `the migrations are ${found.join()} where ${wanted.join()} should be`,
  );
}
