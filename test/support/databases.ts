import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate } from '../../src/store/database/migrate.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { Cleanup } from './cleanup.js';
import type { Muster, MusterOptions } from './muster.js';
import { sharedPostgres } from './shared-postgres.js';
import { removeTemporaryFolder, temporaryFolder } from './temporary-folder.js';

/** One of the two databases that every behaviour is proved on. What it hands out is removed after the test or the suite. */
export interface TestDatabase {
  readonly kind: 'sqlite' | 'postgres';
  /** The address of a database of its own: migrated, without a row. */
  url(): Promise<string>;
  /** The address of a database of its own without any table. */
  blankUrl(): Promise<string>;
  /** A running server, over a database of its own or over the one at `url`. */
  startMuster(options?: MusterOptions & { readonly url?: string }): Promise<Muster>;
}

let sqliteTemplate: Promise<string> | undefined;

async function makeSqliteTemplate(): Promise<string> {
  const path = join(await temporaryFolder(), 'template.sqlite');
  const database = await openDatabase({ kind: 'sqlite', path });
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
  return path;
}

async function sqliteUrl(cleanup: Cleanup, template?: Promise<string>): Promise<string> {
  const folder = await temporaryFolder();
  cleanup.defer(() => removeTemporaryFolder(folder));
  const path = join(folder, 'muster.sqlite');
  if (template !== undefined) await copyFile(await template, path);
  return `sqlite:${path}`;
}

async function postgresUrl(cleanup: Cleanup, from: 'template' | 'nothing'): Promise<string> {
  const { server, templateUrl } = await sharedPostgres();
  const url = await server.createDatabase(from === 'template' ? templateUrl : undefined);
  cleanup.defer(() => server.dropDatabase(url));
  return url;
}

function sqliteDatabase(cleanup: Cleanup): Omit<TestDatabase, 'startMuster'> {
  return {
    kind: 'sqlite',
    url: () => sqliteUrl(cleanup, (sqliteTemplate ??= makeSqliteTemplate())),
    blankUrl: () => sqliteUrl(cleanup),
  };
}

function postgresDatabase(cleanup: Cleanup): Omit<TestDatabase, 'startMuster'> {
  return {
    kind: 'postgres',
    url: () => postgresUrl(cleanup, 'template'),
    blankUrl: () => postgresUrl(cleanup, 'nothing'),
  };
}

/** Declares the same suite for SQLite and for PostgreSQL. Call it inside a `describe`. */
export function forEachDatabase(suite: (database: TestDatabase) => void): void {
  const kinds = [
    ['SQLite', sqliteDatabase],
    ['PostgreSQL', postgresDatabase],
  ] as const;
  for (const [name, open] of kinds) {
    describe(name, () => {
      const cleanup = new Cleanup();
      cleanup.register();
      const database = open(cleanup);
      suite({
        ...database,
        startMuster: async ({ url, ...options } = {}) => {
          // Suites of the store alone need not load the whole service.
          const { startMuster } = await import('./muster.js');
          const muster = await startMuster(url ?? (await database.url()), options);
          cleanup.defer(() => muster.stop());
          return muster;
        },
      });
    });
  }
}
