import { costlyFilters } from '../../test/support/costly-filters.js';
import { personId } from '../../test/support/staff.js';
import { startMeasured, type MeasuredProcess, type Program } from './measured-process.js';
import type { SeededDatabase, Size } from './seed.js';
import type { Target, TargetWork } from './target.js';
import { workItems } from './work-items.js';

/** Starts Muster as `npm start` does, on a database that was seeded, without limits of rate. */
export function startServer(
  { url }: Pick<SeededDatabase, 'url'>,
  nodeOptions: readonly string[] = [],
): Promise<MeasuredProcess> {
  return startMeasured({
    command: ['dist/main.js', 'serve'],
    environment: { DATABASE_URL: url, RATE_LIMIT_RPS: '0' },
    readyPath: '/readyz',
    nodeOptions,
  });
}

function targetOf(database: SeededDatabase, process: MeasuredProcess, work: readonly TargetWork[]): Target {
  const { kind, clients, users, token } = database;
  const headers = { authorization: `Bearer ${token}` };
  return { name: `Muster, ${kind}`, size: { clients, users }, process, basePath: '/scim/v2', headers, work };
}

/** Muster, to do all kinds of work for which its client is large enough. */
export async function startMuster(database: SeededDatabase, nodeOptions: readonly string[]): Promise<Target> {
  const fitting = workItems.filter(({ members = 0 }) => members <= database.users);
  const work = fitting.map(({ prepare, ...item }) => ({ ...item, request: prepare(database.tenant) }));
  return targetOf(database, await startServer(database, nodeOptions), work);
}

/** What begins the name of each filter that is meant to cost much. */
export const costlyFilter = 'filter: ';

/** Muster, to answer filters that are meant to cost much. */
export async function startFilters(database: SeededDatabase): Promise<Target> {
  const work = costlyFilters.map(({ title, filter, found }) => {
    const path = `/Users?attributes=userName&count=10&filter=${encodeURIComponent(filter)}`;
    const expect = [found === undefined ? 400 : 200];
    return { name: costlyFilter + title, expect, concurrency: [1], request: () => ({ method: 'GET', path }) as const };
  });
  return targetOf(database, await startServer(database), work);
}

/** The name of the reference that every ratio is to. */
export const floorName = 'bare express 5, 1 KB of JSON';

/** Starts bare express. */
export function startExpress(): Promise<Target> {
  const program = { command: ['scripts/bench/bare-express.mjs'], environment: {}, readyPath: '/' } as const;
  return startReference(floorName, program, () => '/');
}

/** Starts bare node:http with one read by primary key from a database that was seeded. */
export function startPointRead({ kind, url, users, tenant: { clientId } }: SeededDatabase): Promise<Target> {
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
  return { name, size: undefined, process: await startMeasured(program), basePath: '', headers: {}, work: [work] };
}

/** The sizes that a run asks for, the small ones first. */
export function sizesOf({ users, clients }: { readonly users: readonly number[]; readonly clients: number }): Size[] {
  const single = users.toSorted((a, b) => a - b).map((each) => ({ clients: 1, users: each }));
  return clients === 0 ? single : [...single, { clients, users: 1_000 }];
}
