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

/** How large a client is; and in which database, where it is not the only one. */
export interface TenantWish {
  readonly users: number;
  readonly groups: number;
  readonly name?: string;
  readonly url?: string;
}

/** Makes a client, in a database of its own unless another is named; its groups are empty. */
export async function createTenant(
  place: Place,
  { users, groups, name = 'ACME', url: given }: TenantWish,
): Promise<Tenant> {
  const url = given ?? (await place.createDatabase());
  const directory = await openDirectory(readConfig({ DATABASE_URL: url }));
  try {
    const accounts = accountsOf(directory.services);
    const clientId = await accounts.createClient(name);
    const { token } = await accounts.createToken({ client: clientId, access: 'admin' });
    await seedTenant(directory.context.database, clientId, { users, groups: Array.from({ length: groups }, () => 0) });
    // As autovacuum does within a minute: until then plans are those of a database that is a moment old.
    if (place.kind === 'postgres') await directory.context.database.reader.run('analyze');
    return { url, clientId, token, users, groups };
  } finally {
    await directory.close();
  }
}
