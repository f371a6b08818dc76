import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { readConfig } from '../../src/config.js';
import { openDirectory } from '../../src/service.js';
import { accountsOf } from '../../test/support/accounts.js';
import { startPostgres, type PostgresOptions, type PostgresServer } from '../../test/support/postgres.js';
import { seedTenant } from '../../test/support/seed.js';
import { removeTemporaryFolder, temporaryFolder } from '../../test/support/temporary-folder.js';

export type DatabaseKind = 'sqlite' | 'postgres';

/** Where the databases of a drill are: a folder of its own, and for PostgreSQL a server of its own that syncs. */
export interface Place {
  readonly kind: DatabaseKind;
  readonly folder: string;
  readonly postgres: PostgresServer | undefined;
  /** The address of a new database without any table. */
  createDatabase(): Promise<string>;
  remove(): Promise<void>;
}

/** Makes a place; the caller removes it. */
export async function openPlace(kind: DatabaseKind, options: PostgresOptions = {}): Promise<Place> {
  const folder = await temporaryFolder();
  const postgres = kind === 'postgres' ? await startPostgres(options) : undefined;
  return {
    kind,
    folder,
    postgres,
    createDatabase: async () =>
      postgres === undefined ? `sqlite:${join(folder, `${randomUUID()}.sqlite`)}` : postgres.createDatabase(),
    remove: async () => {
      await postgres?.remove();
      await removeTemporaryFolder(folder);
    },
  };
}

/** A client with people and groups, and tokens for all of it. */
export interface Tenant {
  readonly url: string;
  readonly clientId: string;
  /** May administer. */
  readonly token: string;
  readonly users: number;
  readonly groups: number;
}

/** Makes a database with one client in it; its groups are empty. */
export async function createTenant(
  place: Place,
  size: { readonly users: number; readonly groups: number },
): Promise<Tenant> {
  const url = await place.createDatabase();
  const directory = await openDirectory(readConfig({ DATABASE_URL: url }));
  try {
    const accounts = accountsOf(directory.services);
    const clientId = await accounts.createClient('ACME');
    const { token } = await accounts.createToken({ client: clientId, access: 'admin' });
    const groups = Array.from({ length: size.groups }, () => 0);
    await seedTenant(directory.context.database, clientId, { users: size.users, groups });
    return { url, clientId, token, ...size };
  } finally {
    await directory.close();
  }
}
