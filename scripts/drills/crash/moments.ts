import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, DrillClient, DrillRequest } from '../drill-client.js';
import type { Journal } from '../findings.js';
import { startCommand } from '../../../test/support/command-line.js';
import { killCommand, serverSettings } from '../server.js';
import type { CrashWorld } from './crash-world.js';
import { interruptBackup } from './interrupt-backup.js';
import { interruptMigration } from './interrupt-migration.js';
import { sendBulk, startWriters } from './writers.js';

/** What is going on when something is killed. */
export interface Moment {
  readonly name: string;
  /** Begins, and resolves when it is time for the kill. */
  begin(world: CrashWorld): Promise<Interrupted>;
}

/** What was going on. */
export interface Interrupted {
  /** After the kill: resolves when nothing is in flight any more. */
  end(): Promise<void>;
  /** After the restart: what this moment has to say besides. */
  check?(client: DrillClient, journal: Journal): Promise<void>;
}

const writers = 8;

/** Many writers at once. */
const writes: Moment = {
  name: 'writes',
  begin: async (world) => {
    const running = startWriters(world, writers);
    await running.acknowledged(1 + Math.floor(world.maker.random() * 80));
    await sleep(world.maker.random() * 20);
    return { end: () => running.stop() };
  },
};

/** Bulk requests of some hundred operations. */
const bulk: Moment = {
  name: 'Bulk',
  begin: async (world) => {
    const { maker } = world;
    const sent = Promise.all([sendBulk(world, 300), sendBulk(world, 100)]);
    await Promise.race([sleep(10 + maker.random() * 200), sent]);
    return { end: async () => void (await sent) };
  },
};

async function require2xx(client: DrillClient, request: DrillRequest): Promise<Answer> {
  const reply = await client.send(request);
  if (reply.kind === 'answer' && reply.status < 300) return reply;
  throw new Error(`${request.method} ${request.path}: ${JSON.stringify(reply)}`);
}

interface Minted {
  readonly id: string;
  readonly secret: string;
}

async function mintToken(client: DrillClient, units: readonly string[] = []): Promise<Minted> {
  const body = units.length === 0 ? {} : { units };
  const answer = await require2xx(client, { method: 'POST', path: '/api/v1/tokens', body });
  return { id: String(answer.body?.['id']), secret: String(answer.body?.['token']) };
}

/** Asks in four lanes for everything to be done; tells what was acknowledged, and when it was so much. */
function inLanes<Item>(items: readonly Item[], act: (item: Item) => Promise<boolean>) {
  const done = new Set<Item>();
  const queue = [...items];
  const waiting = new Set<() => void>();
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      if (await act(item)) done.add(item);
      for (const check of waiting) check();
    }
  };
  const ended = Promise.all([lane(), lane(), lane(), lane()]);
  const reached = (count: number) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (done.size >= count || queue.length === 0) resolve();
      };
      waiting.add(check);
      check();
    });
  return { done, ended, reached };
}

async function isDone(client: DrillClient, path: string): Promise<boolean> {
  const reply = await client.send({ method: 'DELETE', path });
  return reply.kind === 'answer' && reply.status === 204;
}

/** Whether a token opens anything; what it says must be 200 or 401. */
async function opens(client: DrillClient, secret: string): Promise<number> {
  const authorization = `Bearer ${secret}`;
  const reply = await client.send({ method: 'GET', path: '/scim/v2/Users?count=0', headers: { authorization } });
  return reply.kind === 'answer' ? reply.status : 0;
}

const revocation: Moment = {
  name: 'revocation',
  begin: async ({ client, maker }) => {
    const tokens: Minted[] = [];
    for (let made = 0; made < 12; made++) tokens.push(await mintToken(client));
    const { done, ended, reached } = inLanes(tokens, ({ id }) => isDone(client, `/api/v1/tokens/${id}`));
    await reached(maker.random() * tokens.length);
    await sleep(maker.random() * 10);
    return {
      end: async () => void (await ended),
      check: async (after, journal) => {
        for (const token of tokens) {
          const status = await opens(after, token.secret);
          journal.count('revocations acknowledged', done.has(token) ? 1 : 0);
          journal.require(
            status === 401 || (status === 200 && !done.has(token)),
            `a revoked token is answered ${status}`,
          );
        }
      },
    };
  },
};

interface EndingUnit {
  readonly id: string;
  readonly tokens: readonly Minted[];
}

async function makeUnit(client: DrillClient, name: string): Promise<EndingUnit> {
  const answer = await require2xx(client, { method: 'POST', path: '/api/v1/units', body: { name } });
  const id = String(answer.body?.['id']);
  return { id, tokens: [await mintToken(client, [id]), await mintToken(client, [id])] };
}

const unitEnd: Moment = {
  name: 'end of units',
  begin: async ({ client, maker }) => {
    const units: EndingUnit[] = [];
    for (let made = 0; made < 6; made++)
      units.push(await makeUnit(client, `Unit ${Math.floor(maker.random() * 1e12)}`));
    const { done, ended, reached } = inLanes(units, ({ id }) => isDone(client, `/api/v1/units/${id}?confirm=true`));
    await reached(maker.random() * units.length);
    await sleep(maker.random() * 10);
    return {
      end: async () => void (await ended),
      check: async (after, journal) => {
        for (const unit of units) await checkUnit(unit, done.has(unit), after, journal);
      },
    };
  },
};

/** A unit that has ended takes its tokens with it, all or none. */
async function checkUnit(
  unit: EndingUnit,
  isAcknowledged: boolean,
  client: DrillClient,
  journal: Journal,
): Promise<void> {
  const statuses = await Promise.all(unit.tokens.map(({ secret }) => opens(client, secret)));
  const found = await client.send({ method: 'GET', path: `/api/v1/units/${unit.id}` });
  const hasEnded = found.kind === 'answer' && found.status === 404;
  journal.count('ends acknowledged', isAcknowledged ? 1 : 0);
  journal.require(hasEnded || !isAcknowledged, `a unit whose end was acknowledged is still there`);
  const wanted = hasEnded ? 401 : 200;
  journal.require(
    statuses.every((status) => status === wanted),
    `the tokens of a unit that has ${hasEnded ? '' : 'not '}ended are answered ${statuses.join(' and ')}`,
  );
}

/** A server that is only just starting, beside the one that runs. */
const start: Moment = {
  name: 'start',
  begin: async ({ tenant, place, maker, readyMs }) => {
    const options = { databaseUrl: tenant.url, cwd: place.folder };
    const command = startCommand(['serve'], { ...options, settings: serverSettings(options) });
    // It may be killed before it prints anything.
    const ready = command.prints('Data: ').catch(() => undefined);
    await Promise.race([sleep(maker.random() * readyMs), ready]);
    return { end: () => killCommand(command) };
  },
};

const backup: Moment = { name: 'backup', begin: interruptBackup };

const migration: Moment = { name: 'migration', begin: interruptMigration };

/** What can be going on. */
export const moments: readonly Moment[] = [writes, bulk, migration, revocation, unitEnd, start, backup];

/** The moment of the `number`-th kill: each in turn, with writes between. */
export function momentAt(number: number): Moment {
  const turns = [...moments, writes, bulk, writes];
  return turns[number % turns.length] ?? writes;
}
