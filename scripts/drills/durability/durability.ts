import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { childrenOf } from '../../../test/support/process-table.js';
import { patchBody, userBody } from '../../../test/support/scim.js';
import { DrillClient, idIn, type DrillRequest } from '../drill-client.js';
import { Journal, type Findings } from '../findings.js';
import { createTenant, openPlace, type Place, type Tenant } from '../place.js';
import { startServer } from '../server.js';
import { countOf, markerOf, orderOf, readTrace, tracedCalls, type TraceEvent } from './trace.js';

/** How much the drill writes: one by one, and so many at once. */
export interface DurabilityOptions {
  readonly writes: number;
  readonly concurrency: number;
}

/** Whether this machine has strace and lets it trace. */
export function canTrace(): boolean {
  return spawnSync('strace', ['-f', '-yy', '-o', '/dev/null', 'true'], { stdio: 'ignore' }).status === 0;
}

// The pages of the log and the answers, whole.
const longestText = 70_000;

/** Traces the system calls of a server on SQLite, and looks whether each write was on the disk before it was acknowledged. */
export async function durability(options: DurabilityOptions): Promise<Findings> {
  const journal = new Journal();
  const place = await openPlace('sqlite');
  try {
    const tenant = await createTenant(place, { users: 20, groups: 1 });
    const oneByOne = await trace(place, tenant, (client) => writeOneByOne(client, options.writes));
    judge(journal, 'one by one', oneByOne);
    const { length } = oneByOne.markers;
    journal.require(countOf(oneByOne.events, 'synced') >= length, `fewer syncs than ${length} acknowledged commits`);
    const atOnce = await trace(place, tenant, (client) => writeAtOnce(client, options));
    judge(journal, `${options.concurrency} at once`, atOnce);
  } finally {
    await place.remove();
  }
  return journal.findings;
}

interface Traced {
  readonly markers: readonly string[];
  readonly events: readonly TraceEvent[];
}

/** What is done while a server is traced from its start to its end. */
async function trace(
  place: Place,
  tenant: Tenant,
  work: (client: DrillClient) => Promise<readonly string[]>,
): Promise<Traced> {
  const file = join(place.folder, 'trace');
  const under = ['strace', '-f', '-yy', '-s', String(longestText), '-e', `trace=${tracedCalls.join()}`, '-o', file];
  const server = await startServer({ databaseUrl: tenant.url, cwd: place.folder, under });
  const client = new DrillClient(server.url, tenant.token, 64);
  const markers = await work(client);
  await client.close();
  // The tracer ends with what it traces.
  for (const pid of childrenOf(server.pid)) process.kill(pid, 'SIGTERM');
  await server.command.ended;
  return { markers, events: readTrace(readFileSync(file, 'utf8')) };
}

function judge(journal: Journal, name: string, { markers, events }: Traced): void {
  const orders = markers.map((marker) => orderOf(events, marker));
  const synced = orders.filter((order) => order === 'synced before').length;
  const syncs = countOf(events, 'synced');
  journal.figure(
    `${name}: ${markers.length} acknowledged writes, ${synced} synced before their answer, ${syncs} syncs of the log`,
  );
  for (const [place, order] of orders.entries())
    journal.require(order === 'synced before', `${name}: the write ${markers[place]} was ${order}`);
}

async function acknowledged(client: DrillClient, request: DrillRequest): Promise<string | undefined> {
  const reply = await client.send(request);
  if (reply.kind === 'none' || reply.status >= 300) throw new Error(`${request.method}: ${JSON.stringify(reply)}`);
  return idIn(reply.headers['location']);
}

function creation(marker: string): DrillRequest {
  return { method: 'POST', path: '/scim/v2/Users', body: userBody(`${marker}@sync.example`, { title: marker }) };
}

/** Creates and changes in turn, each after the answer to the one before. */
async function writeOneByOne(client: DrillClient, count: number): Promise<readonly string[]> {
  const markers: string[] = [];
  for (let made = 0; made < count; made += 2) {
    const [first, second] = [markerOf('single', made), markerOf('single', made + 1)];
    const id = await acknowledged(client, creation(first));
    const body = patchBody({ op: 'replace', path: 'title', value: second });
    await acknowledged(client, { method: 'PATCH', path: `/scim/v2/Users/${id}`, body });
    markers.push(first, second);
  }
  return markers;
}

/** So many writers that their commits are shared. */
async function writeAtOnce(
  client: DrillClient,
  { writes, concurrency }: DurabilityOptions,
): Promise<readonly string[]> {
  const markers = Array.from({ length: writes }, (_, index) => markerOf('shared', index));
  const queue = [...markers];
  const writer = async () => {
    for (let marker = queue.shift(); marker !== undefined; marker = queue.shift())
      await acknowledged(client, creation(marker));
  };
  await Promise.all(Array.from({ length: concurrency }, writer));
  return markers;
}
