import type { Journal } from '../findings.js';
import { idIn, versionOf, type DrillClient, type DrillRequest, type Reply } from '../drill-client.js';
import type { Attempts, Outcome, Write } from './attempts.js';
import type { WriteMaker } from './write-maker.js';

const bulkSchema = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const bulkShare = 0.04;

/** What writers share. */
export interface WriterWorld {
  readonly client: DrillClient;
  readonly maker: WriteMaker;
  readonly attempts: Attempts;
  readonly journal: Journal;
}

/** Writers that go on until they are told to stop. */
export interface RunningWriters {
  /** Resolves when so many more writes have been acknowledged, or the writers have stopped. */
  acknowledged(more: number): Promise<void>;
  /** No new write is begun; resolves when every one in flight has come to an end. */
  stop(): Promise<void>;
}

/** Starts writers, each with one request at a time: single writes, and now and then a Bulk. */
export function startWriters(world: WriterWorld, count: number): RunningWriters {
  const { journal, maker } = world;
  const waiting = new Set<() => void>();
  const stopping = new AbortController();
  const tell = () => {
    for (const check of waiting) check();
  };
  const writer = async () => {
    while (!stopping.signal.aborted) {
      if (maker.random() < bulkShare) await sendBulk(world, 5 + Math.floor(maker.random() * 60));
      else await sendWrite(world, maker.next());
      tell();
    }
  };
  const done = Promise.all(Array.from({ length: count }, writer)).finally(tell);
  return {
    acknowledged: (more) =>
      new Promise((resolve) => {
        const enough = journal.countOf('acknowledged') + more;
        const check = () => {
          if (!stopping.signal.aborted && journal.countOf('acknowledged') < enough) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
      }),
    stop: async () => {
      stopping.abort();
      await done;
    },
  };
}

/** Sends one write and keeps what was answered. */
export async function sendWrite(world: WriterWorld, write: Write): Promise<void> {
  world.attempts.add(write);
  const reply = await world.client.send(requestOf(write));
  settle(world, write, outcomeOf(reply));
}

/** Sends so many writes in one Bulk, and keeps what was answered to each. */
export async function sendBulk(world: WriterWorld, size: number): Promise<void> {
  const { attempts, client, maker } = world;
  const writes = Array.from({ length: size }, () => maker.next());
  for (const write of writes) attempts.add(write);
  const reply = await client.send({
    method: 'POST',
    path: '/scim/v2/Bulk',
    headers: { 'x-muster-confirm': 'mass-leavers' },
    body: { schemas: [bulkSchema], Operations: writes.map(operationOf) },
  });
  const results = reply.kind === 'answer' && reply.status === 200 ? readResults(reply) : [];
  for (const [index, write] of writes.entries()) settle(world, write, results[index] ?? outcomeOf(reply));
}

function settle({ attempts, journal, maker }: WriterWorld, write: Write, outcome: Outcome): void {
  attempts.settle(write, outcome);
  journal.count(outcome.kind);
  if (outcome.kind === 'refused') journal.count(`refused ${outcome.status}`);
  if (outcome.kind === 'acknowledged') maker.learn(write, outcome.id);
  if (outcome.kind === 'refused' && ![400, 404, 409].includes(outcome.status))
    journal.violation(`${write.method} of a ${write.type} was answered ${outcome.status}`);
}

function pathOf({ type, id }: Write): string {
  return `/${type}s${id === undefined ? '' : `/${id}`}`;
}

function requestOf(write: Write): DrillRequest {
  const { method, body } = write;
  return { method, path: `/scim/v2${pathOf(write)}`, ...(body === undefined ? {} : { body }) };
}

function operationOf(write: Write): object {
  const { method, body, marker } = write;
  return {
    method,
    path: pathOf(write),
    ...(method === 'POST' ? { bulkId: marker } : {}),
    ...(body === undefined ? {} : { data: body }),
  };
}

function outcomeOf(reply: Reply): Outcome {
  if (reply.kind === 'none') return { kind: 'unknown' };
  const { etag, location, 'x-request-id': requestId } = reply.headers;
  return judged(reply.status, { id: idIn(location), version: versionOf(etag), requestId });
}

function judged(
  status: number,
  told: {
    readonly id: string | undefined;
    readonly version: number | undefined;
    readonly requestId: string | undefined;
  },
): Outcome {
  if (status === 503) return { kind: 'unknown' };
  return status < 300 ? { kind: 'acknowledged', ...told } : { kind: 'refused', status };
}

interface BulkResult {
  readonly location?: string;
  readonly version?: string;
  readonly status: string;
}

/** Every operation is tried, so the results are as many and in the order of the operations. */
function readResults({ body, headers }: Extract<Reply, { kind: 'answer' }>): readonly Outcome[] {
  // An answer to a Bulk holds its results (RFC 7644 §3.7.3).
  const results = (body?.['Operations'] ?? []) as readonly BulkResult[];
  const requestId = headers['x-request-id'];
  return results.map(({ location, version, status }) =>
    judged(Number(status), { id: idIn(location), version: versionOf(version), requestId }),
  );
}
