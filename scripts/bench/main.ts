import { writeFile } from 'node:fs/promises';
import { costlyFilterUsers } from '../../test/support/costly-filters.js';
import { startPostgres, type PostgresServer } from '../../test/support/postgres.js';
import { personContact } from '../../test/support/staff.js';
import { removeTemporaryFolder, temporaryFolder } from '../../test/support/temporary-folder.js';
import { buildWhenStale } from '../build.mjs';
import { goalTable } from './goals.js';
import { describeMachine } from './machine.js';
import { measure, type Measurement } from './measure.js';
import { readOptions, type BenchOptions } from './options.js';
import { startPeer } from './peer.js';
import { drawCosts } from './plots.js';
import { filterTable, machineText, plainTable, scenarioTable, tablesOf, type Table } from './report.js';
import { countRows } from './rows-read.js';
import type { Outcome } from './scenarios/scenario.js';
import { runScenarios } from './scenarios/scenarios.js';
import { makeDatabase, seedDatabase, sizeLabel, type Place, type SeededDatabase } from './seed.js';
import type { Target } from './target.js';
import { sizesOf, startExpress, startFilters, startMuster, startPointRead } from './targets.js';
import { writeDocs } from './write-docs.js';

/** Progress goes to standard error; standard output is for the tables. */
function progress(text: string): void {
  console.error(`bench: ${text}`);
}

interface BenchRun {
  readonly measurements: readonly Measurement[];
  readonly outcomes: readonly Outcome[];
  readonly rowsRead: ReadonlyMap<string, number>;
}

async function seedAll(options: BenchOptions, place: Place): Promise<readonly SeededDatabase[]> {
  const seeded: SeededDatabase[] = [];
  for (const kind of options.databases) {
    for (const size of sizesOf(options)) {
      progress(`seeding ${sizeLabel(size)} users on ${kind}`);
      seeded.push(await seedDatabase(await makeDatabase(kind, place), size));
    }
  }
  return seeded;
}

function largestOf(kind: SeededDatabase['kind'], databases: readonly SeededDatabase[]): readonly SeededDatabase[] {
  const own = databases.filter((each) => each.kind === kind && each.clients === 1);
  return own.toSorted((a, b) => b.users - a.users).slice(0, 1);
}

/** Starts bare express, scimmy if it is asked for, and for each database a Muster, and a point read from the largest. */
async function startTargets(
  options: BenchOptions,
  folder: string,
  databases: readonly SeededDatabase[],
  started: Target[],
): Promise<void> {
  started.push(await startExpress());
  if (options.peers) started.push(await startPeer(folder));
  const nodeOptions = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`];
  for (const kind of options.databases) {
    for (const database of largestOf(kind, databases)) started.push(await startPointRead(database));
    for (const database of databases.filter((each) => each.kind === kind)) {
      started.push(await startMuster(database, nodeOptions));
    }
  }
}

async function startFilterTargets({ databases }: BenchOptions, place: Place, started: Target[]): Promise<void> {
  const size = { clients: 1, users: costlyFilterUsers };
  for (const kind of databases) {
    progress(`seeding ${sizeLabel(size)} users on ${kind} for costly filters`);
    started.push(await startFilters(await seedDatabase(await makeDatabase(kind, place), size, personContact)));
  }
}

async function runParts(options: BenchOptions, place: Place, targets: Target[]): Promise<BenchRun> {
  const isAsked = (part: BenchOptions['parts'][number]) => options.parts.includes(part);
  const needed = isAsked('requests') || isAsked('scenarios');
  const databases = needed ? await seedAll(options, place) : [];
  if (isAsked('requests')) await startTargets(options, place.folder, databases, targets);
  if (isAsked('filters')) await startFilterTargets(options, place, targets);
  const measurements = await measure(targets, options, progress);
  await Promise.all(targets.splice(0).map((target) => target.process.stop()));
  const rowsRead = new Map<string, number>();
  const outcomes: Outcome[] = [];
  for (const database of databases) {
    if (isAsked('requests') && database.kind === 'PostgreSQL') {
      progress(`counting rows, ${sizeLabel(database)} users`);
      for (const [key, rows] of await countRows(database)) rowsRead.set(key, rows);
    }
    const isLargest = largestOf(database.kind, databases).includes(database);
    if (isAsked('scenarios') && isLargest) {
      outcomes.push(...(await runScenarios(database, options.full === true ? 5 : 1, progress)));
    }
  }
  return { measurements, outcomes, rowsRead };
}

async function runBench(options: BenchOptions): Promise<BenchRun> {
  const folder = await temporaryFolder();
  const targets: Target[] = [];
  let server: PostgresServer | undefined;
  try {
    if (options.databases.includes('PostgreSQL')) server = await startPostgres();
    return await runParts(options, { folder, server }, targets);
  } finally {
    await Promise.all(targets.map((target) => target.process.stop()));
    await server?.remove();
    await removeTemporaryFolder(folder);
  }
}

function tablesFrom({ measurements, outcomes, rowsRead }: BenchRun): readonly Table[] {
  const others = [scenarioTable(outcomes), filterTable(measurements)].flatMap((table) => table ?? []);
  return [goalTable({ measurements, outcomes }), ...tablesOf(measurements, rowsRead), ...others];
}

const args = process.argv.slice(2);
const options = readOptions(args);
await buildWhenStale();
const machine = describeMachine();
const run = await runBench(options);
const tables = tablesFrom(run);
console.log([machineText(machine), '', ...tables.map(plainTable)].join('\n'));
if (options.json !== undefined) {
  const rowsRead = Object.fromEntries(run.rowsRead);
  await writeFile(options.json, JSON.stringify({ machine, options, ...run, rowsRead, tables }, null, 2));
}
if (options.writeDocs) {
  const command = ['npm run bench --', ...args.filter((arg) => arg !== '--write-docs')].join(' ');
  await writeDocs({ machine, run: command, tables, drawings: drawCosts(run.measurements) });
}
