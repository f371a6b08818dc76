import { writeFile } from 'node:fs/promises';
import { startPostgres, type PostgresServer } from '../../test/support/postgres.js';
import { removeTemporaryFolder, temporaryFolder } from '../../test/support/temporary-folder.js';
import { buildWhenStale } from '../build.mjs';
import { describeMachine } from './machine.js';
import { measure, type Measurement } from './measure.js';
import { readOptions, type BenchOptions } from './options.js';
import { machineText, plainTable, tablesOf } from './report.js';
import type { Target } from './target.js';
import { makeDatabase, seedDatabase, startExpress, startMuster, startPointRead } from './targets.js';
import { writeDocs } from './write-docs.js';

/** Progress goes to standard error; standard output is for the tables. */
function progress(text: string): void {
  console.error(`bench: ${text}`);
}

interface Place {
  readonly folder: string;
  readonly server: PostgresServer | undefined;
}

/** Starts bare express, and for each database a Muster for each size and a point read from the largest. */
async function startTargets(options: BenchOptions, place: Place, started: Target[]): Promise<void> {
  started.push(await startExpress());
  const nodeOptions = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`];
  for (const kind of options.databases) {
    const sizes = options.users.toSorted((a, b) => a - b);
    for (const users of sizes) {
      progress(`seeding ${users} users on ${kind}`);
      const database = await seedDatabase(await makeDatabase(kind, place), users);
      if (users === sizes.at(-1)) started.push(await startPointRead(database));
      started.push(await startMuster(database, nodeOptions));
    }
  }
}

async function runBench(options: BenchOptions): Promise<readonly Measurement[]> {
  const folder = await temporaryFolder();
  const targets: Target[] = [];
  let server: PostgresServer | undefined;
  try {
    if (options.databases.includes('PostgreSQL')) server = await startPostgres();
    await startTargets(options, { folder, server }, targets);
    return await measure(targets, options, progress);
  } finally {
    await Promise.all(targets.map((target) => target.process.stop()));
    await server?.remove();
    await removeTemporaryFolder(folder);
  }
}

/** The options that decide what the numbers mean. */
function runText({ users, repetitions, concurrency, seconds }: BenchOptions): string {
  const measured = `--users ${users.join()} --repetitions ${repetitions}`;
  return `npm run bench -- ${measured} --concurrency ${concurrency.join()} --seconds ${seconds}`;
}

const options = readOptions(process.argv.slice(2));
await buildWhenStale();
const machine = describeMachine();
const measurements = await runBench(options);
const tables = tablesOf(measurements);
console.log([machineText(machine), '', ...tables.map(plainTable)].join('\n'));
if (options.json !== undefined)
  await writeFile(options.json, JSON.stringify({ machine, options, measurements }, null, 2));
if (options.writeDocs) await writeDocs(machine, runText(options), tables);
