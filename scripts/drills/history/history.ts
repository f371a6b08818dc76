import { personId } from '../../../test/support/staff.js';
import { Attempts } from '../crash/attempts.js';
import { everyChange, Verifier } from '../crash/verify.js';
import { DrillClient } from '../drill-client.js';
import { Journal, timesLine, type Findings } from '../findings.js';
import { createTenant, openPlace, type DatabaseKind, type Tenant } from '../place.js';
import { startServer } from '../server.js';
import { checkHistory, type LoggedWrite } from './check-history.js';
import { contestNames } from './contest-names.js';
import { Asker, readingOf, requestOf, Slot, type Ask } from './slots.js';

/** How long clients go on, and over how many servers. */
export interface HistoryOptions {
  readonly database: DatabaseKind;
  readonly servers: number;
  readonly seconds: number;
  readonly seed: number;
  readonly contests: number;
}

const clientCount = 8;
const people = 30;

/** Clients that read and write the same few users and groups, and what they saw held against a model. */
export async function history(options: HistoryOptions): Promise<Findings> {
  const journal = new Journal();
  const place = await openPlace(options.database);
  try {
    const tenant = await createTenant(place, { users: people, groups: 0 });
    const starting = Array.from({ length: options.servers }, () =>
      startServer({ databaseUrl: tenant.url, cwd: place.folder }),
    );
    const servers = await Promise.all(starting);
    const clients = servers.map(({ url }) => new DrillClient(url, tenant.token, 64));
    const slots = await runClients(clients, journal, options);
    await contestNames(clients, journal, options.contests);
    await Promise.all(clients.map((client) => client.close()));
    for (const server of servers) {
      const { log } = await server.stop();
      journal.require(log === '', `a server logged ${log}`);
    }
    await judge(journal, tenant, slots);
  } finally {
    await place.remove();
  }
  return journal.findings;
}

function makeSlots(): readonly Slot[] {
  const users = Array.from({ length: 20 }, (_, index) => new Slot('User', `user-${index}@history.example`));
  return [...users, ...Array.from({ length: 5 }, (_, index) => new Slot('Group', `Group ${index}`))];
}

/** Eight clients for so many seconds, each with one request at a time, at one server or another. */
async function runClients(
  clients: readonly DrillClient[],
  journal: Journal,
  { seconds, seed }: HistoryOptions,
): Promise<readonly Slot[]> {
  const slots = makeSlots();
  const times: number[] = [];
  const endMs = performance.now() + seconds * 1_000;
  const run = async (number: number) => {
    const asker = new Asker(
      seed * clientCount + number,
      slots,
      Array.from({ length: people }, (_, index) => personId(index)),
    );
    while (performance.now() < endMs) {
      const client = clients[Math.floor(asker.random() * clients.length)];
      if (client !== undefined) times.push(await ask(client, number, asker.next(), journal));
    }
  };
  await Promise.all(Array.from({ length: clientCount }, (_, number) => run(number)));
  const names = ['create', 'replace', 'set', 'add', 'remove', 'delete', 'GET'];
  journal.figure(`${times.length} requests: ${names.map((name) => `${journal.countOf(name)} ${name}`).join(', ')}`);
  const outcomes = ['seen', 'done', 'absent', 'taken', 'mismatch'];
  journal.figure(`answers: ${outcomes.map((name) => `${journal.countOf(name)} ${name}`).join(', ')}`);
  journal.figure(timesLine('answers', times));
  return slots;
}

async function ask(client: DrillClient, number: number, asked: Ask, journal: Journal): Promise<number> {
  const startMs = performance.now();
  const reply = await client.send(requestOf(asked));
  const endMs = performance.now();
  if (reply.kind === 'none') {
    journal.violation(`no answer: ${reply.code}`);
    return endMs - startMs;
  }
  const { slot, id, change, ifMatch } = asked;
  const reading = readingOf(reply, asked);
  journal.count(change?.kind ?? 'GET');
  journal.count(reading.kind);
  const requestId = reply.headers['x-request-id'];
  slot.operations.push({ client: number, startMs, endMs, id, change, ifMatch, reading, requestId });
  slot.learn(reply, change);
  return endMs - startMs;
}

/** Holds every history against the model, and the rows against the log. */
async function judge(journal: Journal, tenant: Tenant, slots: readonly Slot[]): Promise<void> {
  const slotOf = new Map(slots.flatMap((slot) => [...slot.ids].map((id) => [id, slot] as const)));
  const logs = new Map<Slot, LoggedWrite[]>(slots.map((slot) => [slot, []]));
  await everyChange(tenant, ({ resourceId: id, version = 0, actor }) => {
    const slot = slotOf.get(id);
    if (slot !== undefined) logs.get(slot)?.push({ id, version, requestId: actor.requestId });
  });
  for (const slot of slots) {
    const log = logs.get(slot) ?? [];
    journal.count('writes', log.length);
    for (const fault of checkHistory(slot.operations, log)) journal.violation(`${slot.type} ${slot.name}: ${fault}`);
  }
  journal.figure(`${journal.countOf('writes')} writes of ${slots.length} resources in one order each`);
  await new Verifier(tenant, new Attempts()).verifyAll(journal);
}
