import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzzServer, type FuzzReport, type FuzzStall } from '../../test/support/fuzz-run.js';
import { startPostgres } from '../../test/support/postgres.js';
import { removeTemporaryFolder, temporaryFolder } from '../../test/support/temporary-folder.js';
import { buildWhenStale } from '../build.mjs';

// The longest time for which one request may hold up the others (docs/decisions/0019).
const promisedMs = 100;

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '50000' },
    seed: { type: 'string', default: '7' },
    database: { type: 'string', default: 'both' },
  },
});

function usage(): never {
  console.error('fuzz: --requests <number> --seed <number> --database sqlite|postgres|both');
  process.exit(2);
}

async function fuzzSqlite(): Promise<FuzzReport> {
  const folder = await temporaryFolder();
  try {
    return await fuzzServer(`sqlite:${join(folder, 'fuzz.sqlite')}`, options);
  } finally {
    await removeTemporaryFolder(folder);
  }
}

async function fuzzPostgres(): Promise<FuzzReport> {
  const server = await startPostgres({ fsync: false });
  try {
    return await fuzzServer(await server.createDatabase(), options);
  } finally {
    await server.remove();
  }
}

/** Prints what came of a run, and says whether it was as promised. */
function report(name: string, { statuses, faults, stalls }: FuzzReport): boolean {
  const counts = [...statuses].toSorted(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
  const longest = stalls.toSorted((a, b) => b.stallMs - a.stallMs).slice(0, 5);
  console.log(`${name}: ${counts.join(', ')}`);
  for (const fault of faults) console.log(`  fault: ${fault}`);
  for (const stall of longest) console.log(`  ${shown(stall)}`);
  return faults.length === 0 && longest.every(({ stallMs }) => stallMs <= promisedMs);
}

function shown({ stallMs, during }: FuzzStall): string {
  return `stall of ${Math.round(stallMs)} ms during ${stallMs > promisedMs ? during : during.slice(0, 100)}`;
}

const options = { requests: Number(values.requests), seed: Number(values.seed), together: true };
if (![options.requests, options.seed].every(Number.isSafeInteger)) usage();
const runs = [
  { kind: 'sqlite', name: 'SQLite', run: fuzzSqlite },
  { kind: 'postgres', name: 'PostgreSQL', run: fuzzPostgres },
].filter(({ kind }) => values.database === 'both' || values.database === kind);
if (runs.length === 0) usage();
await buildWhenStale();
console.log(`${options.requests} requests at random, seed ${options.seed}, and the heavy ones, alone and many at once`);
for (const { name, run } of runs) if (!report(name, await run())) process.exitCode = 1;
