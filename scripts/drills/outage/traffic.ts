import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, DrillClient, Reply } from '../drill-client.js';
import type { Journal } from '../findings.js';
import { requestAt, type ExpectedRequest } from './requests.js';

/** What may be answered while a fault lasts. */
export interface Allowance {
  /** Whether reads must go on as if nothing had happened. */
  readonly readsGoOn: boolean;
  /** No answer may take longer. */
  readonly longestMs: number;
}

/** What came of the requests that were sent while a fault lasted. */
export interface Tally {
  /** By kind of request, or operation of a Bulk, and status. */
  readonly statuses: ReadonlyMap<string, number>;
  readonly timesMs: readonly number[];
}

const lanesOfEach = { reads: 6, writes: 14 };
const pauseMs = 15;

let sent = 0;

/** Sends requests in lanes until `isOver`; every answer must be the expected one, or 503 as it should be. */
export async function runTraffic(
  client: DrillClient,
  journal: Journal,
  { allowance, isOver }: { readonly allowance: Allowance; readonly isOver: () => boolean },
): Promise<Tally> {
  const statuses = new Map<string, number>();
  const timesMs: number[] = [];
  const lane = async (what: 'reads' | 'writes') => {
    while (!isOver()) {
      const expected = requestAt(sent++, what);
      const reply = await client.send(expected.request);
      const name = `${expected.kind} ${reply.kind === 'answer' ? reply.status : reply.code}`;
      for (const each of [name, ...operationsIn(expected, reply)]) statuses.set(each, (statuses.get(each) ?? 0) + 1);
      timesMs.push(reply.ms);
      for (const fault of faultsOf(expected, reply, allowance)) journal.violation(fault);
      await sleep(pauseMs);
    }
  };
  const lanes = (['reads', 'writes'] as const).flatMap((what) =>
    Array.from({ length: lanesOfEach[what] }, () => lane(what)),
  );
  await Promise.all(lanes);
  return { statuses, timesMs };
}

/** What is wrong with an answer in an outage. */
export function faultsOf(expected: ExpectedRequest, reply: Reply, allowance: Allowance): readonly string[] {
  const { method, path } = expected.request;
  const name = `${method} ${path.replaceAll(/[0-9a-f-]{36}/g, '…')}`;
  if (reply.kind === 'none') return [`${name} was not answered: ${reply.code}`];
  const slow = reply.ms > allowance.longestMs ? [`${name} took ${Math.round(reply.ms)} ms`] : [];
  if (reply.status === expected.status) return [...slow, ...bulkFaults(expected, reply)];
  if (reply.status !== 503) return [`${name} was answered ${reply.status}: ${JSON.stringify(reply.body)}`, ...slow];
  if (expected.kind === 'read' && allowance.readsGoOn) return [`${name} was answered 503`, ...slow];
  return [...slow, ...refusalFaults(name, reply)];
}

/** 503 has an integer `Retry-After`, and is an error in the form of its interface. */
function refusalFaults(name: string, { headers, body }: Answer): readonly string[] {
  const seconds = headers['retry-after'] ?? 'none';
  const type = headers['content-type'];
  const wanted = name.includes('/scim/') ? 'application/scim+json' : 'application/problem+json';
  return [
    ...(/^[1-9]\d*$/.test(seconds) ? [] : [`${name}: Retry-After is ${seconds}`]),
    ...(type === wanted ? [] : [`${name}: 503 is ${type}`]),
    ...(String(body?.['status']) === '503' ? [] : [`${name}: the body says ${String(body?.['status'])}`]),
  ];
}

/** What became of each operation of a Bulk. */
function operationsIn({ kind }: ExpectedRequest, reply: Reply): readonly string[] {
  if (kind !== 'Bulk' || reply.kind === 'none' || reply.status !== 200) return [];
  // An answer to a Bulk holds its results (RFC 7644 §3.7.3).
  const results = (reply.body?.['Operations'] ?? []) as readonly { readonly status: string }[];
  return results.map(({ status }) => `operation ${status}`);
}

/** An operation of a Bulk is done, or 503. */
function bulkFaults(expected: ExpectedRequest, reply: Reply): readonly string[] {
  const wrong = operationsIn(expected, reply).filter((name) => !['operation 200', 'operation 503'].includes(name));
  return wrong.map((name) => `Bulk: ${name}`);
}
