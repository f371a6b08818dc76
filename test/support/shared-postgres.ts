import { migrate } from '../../src/store/database/migrate.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { startPostgres, type PostgresServer } from './postgres.js';

interface Shared {
  readonly server: PostgresServer;
  /** A migrated, empty database to copy. */
  readonly templateUrl: string;
}

let shared: Promise<Shared> | undefined;

async function start(): Promise<Shared> {
  // Nothing here has to survive; tests of crashes start a server of their own.
  const server = await startPostgres({ fsync: false });
  const templateUrl = await server.createDatabase();
  const database = await openDatabase({ kind: 'postgres', url: templateUrl });
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
  return { server, templateUrl };
}

/** The PostgreSQL server of this test run with a migrated template, started when the first test asks for it. */
export function sharedPostgres(): Promise<Shared> {
  shared ??= start();
  return shared;
}
