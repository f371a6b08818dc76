import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { readConfig } from '../../src/config.js';
import { openDirectory } from '../../src/service.js';
import { accountsOf } from '../../test/support/accounts.js';
import type { PostgresServer } from '../../test/support/postgres.js';
import { seedTenant } from '../../test/support/seed.js';
import { personId } from '../../test/support/staff.js';
import { startMeasured, type Program } from './measured-process.js';
import type { Target, TargetWork } from './target.js';
import { groupSizes, seededTenant, workItems } from './work-items.js';

/** The database of a target. */
export interface TargetDatabase {
  readonly kind: 'SQLite' | 'PostgreSQL';
  readonly url: string;
}

/** A database with one client in it, and a token for that client. */
export interface SeededDatabase extends TargetDatabase {
  readonly users: number;
  readonly clientId: string;
  readonly token: string;
}

/** Makes a database of a kind: a file in the folder, or one more on the server. */
export async function makeDatabase(
  kind: TargetDatabase['kind'],
  where: { readonly folder: string; readonly server: PostgresServer | undefined },
): Promise<TargetDatabase> {
  if (kind === 'SQLite') return { kind, url: `sqlite:${join(where.folder, `${randomUUID()}.sqlite`)}` };
  if (where.server === undefined) throw new Error('no PostgreSQL server was started');
  return { kind, url: await where.server.createDatabase() };
}

/** Migrates a database and fills one client with users and with the groups that the work needs. */
export async function seedDatabase(database: TargetDatabase, users: number): Promise<SeededDatabase> {
  const directory = await openDirectory(readConfig({ DATABASE_URL: database.url }));
  try {
    const accounts = accountsOf(directory.services);
    const clientId = await accounts.createClient('ACME');
    const { token } = await accounts.createToken({ client: clientId });
    await seedTenant(directory.context.database, clientId, { users, groups: groupSizes });
    return { ...database, users, clientId, token };
  } finally {
    await directory.close();
  }
}

/** Starts Muster as `npm start` does, on a database that was seeded. */
export async function startMuster(database: SeededDatabase, nodeOptions: readonly string[]): Promise<Target> {
  const { kind, url, users, token } = database;
  const process = await startMeasured({
    command: ['dist/main.js', 'serve'],
    environment: { DATABASE_URL: url, RATE_LIMIT_RPS: '0' },
    readyPath: '/readyz',
    nodeOptions,
  });
  const tenant = seededTenant(users);
  const fitting = workItems.filter(({ members = 0 }) => members < users);
  const work = fitting.map((item) => ({ name: item.name, expect: item.expect, request: item.prepare(tenant) }));
  const headers = { authorization: `Bearer ${token}` };
  return { name: `Muster, ${kind}`, users, process, basePath: '/scim/v2', headers, work };
}

/** The name of the reference that every ratio is to. */
export const floorName = 'bare express 5, 1 KB of JSON';

/** Starts bare express. */
export function startExpress(): Promise<Target> {
  const program = { command: ['scripts/bench/bare-express.mjs'], environment: {}, readyPath: '/' } as const;
  return startReference(floorName, program, () => '/');
}

/** Starts bare node:http with one read by primary key from a database that was seeded. */
export function startPointRead({ kind, url, users, clientId }: SeededDatabase): Promise<Target> {
  const sqlite = kind === 'SQLite';
  const program: Program = {
    command: [sqlite ? 'scripts/bench/bare-sqlite.mjs' : 'scripts/bench/bare-postgres.mjs'],
    environment: sqlite ? { DATABASE_PATH: url.slice('sqlite:'.length) } : { DATABASE_URL: url },
    readyPath: `/${clientId}/${personId(0)}`,
  };
  const name = sqlite ? 'node:http and better-sqlite3, point read' : 'node:http and pg, point read';
  return startReference(name, program, (sequence) => `/${clientId}/${personId((sequence * 7_919) % users)}`);
}

async function startReference(name: string, program: Program, pathOf: (sequence: number) => string): Promise<Target> {
  const work: TargetWork = { name, expect: [200], request: (sequence) => ({ method: 'GET', path: pathOf(sequence) }) };
  return { name, users: undefined, process: await startMeasured(program), basePath: '', headers: {}, work: [work] };
}
