import { Pool } from 'undici';
import type { Target, TargetWork } from './target.js';

/** What one measurement saw. */
export interface Sample {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUs: number;
  readonly rssMb: number;
  /** The longest time for which the event loop did nothing else. */
  readonly stallMs: number;
}

/** How hard to press. */
export interface Pressure {
  readonly concurrency: number;
  readonly seconds: number;
}

const sequences = new WeakMap<TargetWork, number>();

function nextSequence(work: TargetWork): number {
  const sequence = sequences.get(work) ?? 0;
  sequences.set(work, sequence + 1);
  return sequence;
}

/**
 * Presses a target with one kind of work over keep-alive connections, each with one request at a time.
 * Throws when an answer has another status than the work expects.
 */
export async function press(target: Target, work: TargetWork, pressure: Pressure): Promise<Sample> {
  const { concurrency, seconds } = pressure;
  const pool = new Pool(target.process.url, { connections: concurrency, pipelining: 1 });
  const latencies: number[] = [];
  const before = await target.process.usage();
  const startMs = performance.now();
  const endMs = startMs + seconds * 1_000;
  const connection = async () => {
    while (performance.now() < endMs) {
      const sentMs = performance.now();
      await send(pool, target, work);
      latencies.push(performance.now() - sentMs);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, connection));
  const elapsedMs = performance.now() - startMs;
  const after = await target.process.usage();
  await pool.close();
  latencies.sort((a, b) => a - b);
  return {
    requests: latencies.length,
    perSecond: (latencies.length / elapsedMs) * 1_000,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    cpuUs: (after.cpuUs - before.cpuUs) / latencies.length,
    rssMb: after.rssBytes / 1_048_576,
    stallMs: after.stallMs,
  };
}

async function send(pool: Pool, target: Target, work: TargetWork): Promise<void> {
  const { method, path, body } = work.request(nextSequence(work));
  const answer = await pool.request({
    method,
    path: target.basePath + path,
    headers: { ...target.headers, ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }) },
    body: body ?? null,
  });
  if (work.expect.includes(answer.statusCode)) {
    await answer.body.dump({ limit: Infinity });
    return;
  }
  const text = await answer.body.text();
  throw new Error(`${target.name}: ${work.name}: ${answer.statusCode} for ${method} ${path}: ${text}`);
}

/** The number below which this share of the sorted numbers lies. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The middle one of the numbers; the mean of the two in the middle of an even count. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}
