import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { filtered, patchBody } from '../../../test/support/scim.js';
import { personId, staffGroupId } from '../../../test/support/staff.js';
import { DrillClient, type DrillRequest } from '../drill-client.js';
import { Journal, quantile, type Findings } from '../findings.js';
import { createTenant, openPlace, type DatabaseKind } from '../place.js';
import { startServer, type DrillServer } from '../server.js';

/** How long a server is kept at work, and how often it is measured. */
export interface SoakOptions {
  readonly database: DatabaseKind;
  readonly minutes: number;
  readonly users: number;
  readonly sampleMs: number;
  readonly progress: (text: string) => void;
}

/** What a server has at a moment. */
interface Sample {
  readonly minute: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** The longest stall of the event loop since the last sample. */
  readonly stallMs: number;
  readonly descriptors: number;
  readonly walBytes: number;
}

const reporter = new URL('../../fuzz/report-stalls.mjs', import.meta.url).href;
const megabyte = 1_048_576;
const limits = { megabytesAMinute: 1, descriptors: 25, walMegabytes: 64 };
const warmUpShare = 0.3;
// A slope of less time than this is that of the garbage collector.
const shortestSlopeMinutes = 5;
const lanes = { reads: 5, writes: 3 };
const pauseMs = 4;

/** Keeps a server at work with reads that never pause and writes, and measures whether anything grows. */
export async function soak(options: SoakOptions): Promise<Findings> {
  const journal = new Journal();
  const place = await openPlace(options.database);
  try {
    const tenant = await createTenant(place, { users: options.users, groups: 2 });
    const start = { databaseUrl: tenant.url, cwd: place.folder, nodeOptions: ['--import', reporter], channel: true };
    const server = await startServer(start);
    const client = new DrillClient(server.url, tenant.token, 32);
    const file = place.kind === 'sqlite' ? `${tenant.url.slice('sqlite:'.length)}-wal` : undefined;
    const ending = new AbortController();
    const work = keepAtWork(client, journal, options.users, ending.signal);
    const samples = await measure(server, file, options);
    ending.abort();
    await work;
    await client.close();
    const { code, log } = await server.stop();
    journal.require(code === 0 && log === '', `the server ended with ${code} and logged ${log}`);
    judge(journal, samples, options);
  } finally {
    await place.remove();
  }
  return journal.findings;
}

function readAt(number: number, users: number): DrillRequest {
  const paths = [
    `/scim/v2/Users/${personId(number % users)}`,
    '/scim/v2/Users?sortBy=title&count=20',
    filtered('/scim/v2/Users', 'title co "nurse"'),
    '/scim/v2/Users?count=100',
    `/scim/v2/Groups/${staffGroupId(0)}`,
    '/api/v1/audit?count=20',
  ];
  return { method: 'GET', path: paths[number % paths.length] ?? '' };
}

function writeAt(number: number, users: number): DrillRequest {
  const value = personId(number % users);
  const isGroup = number % 4 === 0;
  const path = isGroup ? `/scim/v2/Groups/${staffGroupId(0)}` : `/scim/v2/Users/${value}`;
  const member = { op: number % 8 === 0 ? 'add' : 'remove', path: 'members', value: [{ value }] };
  const body = patchBody(isGroup ? member : { op: 'replace', path: 'title', value: `Nurse ${number}` });
  return { method: 'PATCH', path, body };
}

async function keepAtWork(client: DrillClient, journal: Journal, users: number, ending: AbortSignal): Promise<void> {
  let number = 0;
  const lane = async (name: 'reads' | 'writes', make: typeof readAt) => {
    while (!ending.aborted) {
      const reply = await client.send(make((number += 1), users));
      journal.count(name);
      const isWell = reply.kind === 'answer' && reply.status < 300;
      journal.require(isWell, `${name}: ${reply.kind === 'answer' ? reply.status : reply.code}`);
      if (name === 'writes') await sleep(pauseMs);
    }
  };
  const reading = Array.from({ length: lanes.reads }, () => lane('reads', readAt));
  await Promise.all([...reading, ...Array.from({ length: lanes.writes }, () => lane('writes', writeAt))]);
}

async function measure(server: DrillServer, wal: string | undefined, options: SoakOptions): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const startMs = performance.now();
  for (let minute = 0; minute < options.minutes;) {
    await sleep(options.sampleMs);
    minute = (performance.now() - startMs) / 60_000;
    const answer = once(server.command.child, 'message');
    server.command.child.send('usage');
    // report-stalls.mjs sends nothing else.
    const [usage] = (await answer) as [Pick<Sample, 'rssBytes' | 'heapBytes' | 'stallMs'>];
    const descriptors = readdirSync(`/proc/${server.pid}/fd`).length;
    const walBytes = wal === undefined ? 0 : (statSync(wal, { throwIfNoEntry: false })?.size ?? 0);
    const sample = { ...usage, minute, descriptors, walBytes };
    samples.push(sample);
    options.progress(sampleText(sample));
  }
  return samples;
}

function sampleText({ minute, rssBytes, heapBytes, stallMs, descriptors, walBytes }: Sample): string {
  const [rss, heap, wal] = [rssBytes, heapBytes, walBytes].map((bytes) => (bytes / megabyte).toFixed(1));
  return `${minute.toFixed(1)} min: ${rss} MB, heap ${heap} MB, ${descriptors} descriptors, log ${wal} MB, stall ${Math.round(stallMs)} ms`;
}

/** By how much a number grows in a minute: the slope of the line that lies closest (least squares). */
export function slopeOf(points: readonly (readonly [minute: number, value: number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([minute]) => minute)), mean(points.map(([, value]) => value))];
  const above = points.reduce((sum, [minute, value]) => sum + (minute - x) * (value - y), 0);
  const below = points.reduce((sum, [minute]) => sum + (minute - x) ** 2, 0);
  return above / below;
}

function judge(journal: Journal, samples: readonly Sample[], { minutes }: SoakOptions): void {
  const warm = samples.filter(({ minute }) => minute >= minutes * warmUpShare);
  const slope = slopeOf(warm.map(({ minute, rssBytes }) => [minute, rssBytes / megabyte]));
  const descriptors = warm.map((sample) => sample.descriptors);
  const [fewest, most] = [Math.min(...descriptors), Math.max(...descriptors)];
  const wal = Math.max(...samples.map(({ walBytes }) => walBytes)) / megabyte;
  const stalls = warm.map(({ stallMs }) => stallMs);
  journal.figure(`${minutes} minutes: ${journal.countOf('reads')} reads, ${journal.countOf('writes')} writes`);
  journal.figure(
    `memory: ${slope.toFixed(2)} MB a minute after the warm-up; last ${sampleText(samples.at(-1) ?? nothing)}`,
  );
  journal.figure(`descriptors: ${fewest} to ${most}; write-ahead log: at most ${wal.toFixed(1)} MB`);
  journal.figure(
    `longest stall in each sample: p50 ${Math.round(quantile(stalls, 0.5))} ms, p99 ${Math.round(quantile(stalls, 0.99))} ms`,
  );
  journal.require(
    minutes < shortestSlopeMinutes || slope < limits.megabytesAMinute,
    `memory grows ${slope.toFixed(2)} MB a minute`,
  );
  journal.require(most - fewest <= limits.descriptors, `descriptors went from ${fewest} to ${most}`);
  journal.require(wal <= limits.walMegabytes, `the write-ahead log grew to ${wal.toFixed(1)} MB`);
}

const nothing: Sample = { minute: 0, rssBytes: 0, heapBytes: 0, stallMs: 0, descriptors: 0, walBytes: 0 };
