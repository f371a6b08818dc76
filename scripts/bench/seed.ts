import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { readConfig } from '../../src/config.js';
import { openDirectory, type Directory } from '../../src/service.js';
import { accountsOf } from '../../test/support/accounts.js';
import type { PostgresServer } from '../../test/support/postgres.js';
import { seedTenant, type TenantSize } from '../../test/support/seed.js';
import { groupSizes, membersSeeded, type Tenant } from './work-items.js';

/** The database of a target. */
export interface TargetDatabase {
  readonly kind: 'SQLite' | 'PostgreSQL';
  readonly url: string;
}

/** How many clients there are, and how many users each of them has. */
export interface Size {
  readonly clients: number;
  readonly users: number;
}

/** A database that was filled, and a token for the client that is worked on. */
export interface SeededDatabase extends TargetDatabase, Size {
  readonly tenant: Tenant;
  readonly token: string;
}

/** Where databases are made. */
export interface Place {
  readonly folder: string;
  readonly server: PostgresServer | undefined;
}

/** As the tables name a size. */
export function sizeLabel({ clients, users }: Size): string {
  const each = users.toLocaleString('en');
  return clients === 1 ? each : `${clients.toLocaleString('en')} × ${each}`;
}

/** Makes a database of a kind: a file in the folder, or one more on the server. */
export async function makeDatabase(kind: TargetDatabase['kind'], where: Place): Promise<TargetDatabase> {
  if (kind === 'SQLite') return { kind, url: `sqlite:${join(where.folder, `${randomUUID()}.sqlite`)}` };
  if (where.server === undefined) throw new Error('no PostgreSQL server was started');
  return { kind, url: await where.server.createDatabase() };
}

/** Migrates a database and fills its clients; the one in the middle of them is worked on. */
export async function seedDatabase(
  database: TargetDatabase,
  size: Size,
  person?: TenantSize['person'],
): Promise<SeededDatabase> {
  const directory = await openDirectory(readConfig({ DATABASE_URL: database.url }));
  try {
    const { users, clients } = size;
    const groups = groupSizes(users);
    const filling = {
      users,
      groups: groups.map((members) => membersSeeded(members, users)),
      ...(person && { person }),
    };
    const ids: string[] = [];
    for (let client = 0; client < clients; client++) ids.push(await fillClient(directory, `Client ${client}`, filling));
    const clientId = ids[Math.floor(clients / 2)] ?? '';
    const { token } = await accountsOf(directory.services).createToken({ client: clientId });
    // What autovacuum does within a minute or two.
    if (database.kind === 'PostgreSQL') await directory.context.database.reader.run('vacuum analyze');
    const tenant = { clientId, users, groups, cursorSecret: directory.context.cursorSecret };
    return { ...database, ...size, tenant, token };
  } finally {
    await directory.close();
  }
}

async function fillClient(directory: Directory, name: string, size: TenantSize): Promise<string> {
  const clientId = await accountsOf(directory.services).createClient(name);
  await seedTenant(directory.context.database, clientId, size);
  return clientId;
}
