import { Command, InvalidArgumentError } from 'commander';

/** What of the benchmark there is: requests of all kinds, filters that are meant to cost much, and what is no single request. */
export const benchParts = ['requests', 'filters', 'scenarios'] as const;

/** What a run measures, and where its results go. */
export interface BenchOptions {
  /** Numbers of users in one client. */
  readonly users: readonly number[];
  /** How many clients of 1,000 users one more database has; 0 for no such database. */
  readonly clients: number;
  readonly repetitions: number;
  readonly concurrency: readonly number[];
  /** How long one measurement lasts. */
  readonly seconds: number;
  readonly databases: readonly ('SQLite' | 'PostgreSQL')[];
  readonly parts: readonly (typeof benchParts)[number][];
  /** Measures only the work whose name contains this. */
  readonly only: string;
  /** Whether scimmy is measured too, with its resources in memory. */
  readonly peers: boolean;
  /** Whether this is the run of some hours. */
  readonly full?: boolean;
  /** A file for all numbers. */
  readonly json: string | undefined;
  /** Whether `docs/performance.md` gets the tables and the plots. */
  readonly writeDocs: boolean;
  /** A folder for CPU profiles of the servers. */
  readonly profile: string | undefined;
}

const quick = { users: [1_000, 100_000], clients: 0, repetitions: 3, seconds: 0.15, peers: false };
const full = { users: [1_000, 100_000, 1_000_000], clients: 1_000, repetitions: 5, seconds: 0.5, peers: true };

function numbers(text: string): readonly number[] {
  return text.split(',').map(positive);
}

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('must be positive');
  return number;
}

function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('must be a number');
  return Number(text);
}

function databases(text: string): BenchOptions['databases'] {
  return text.split(',').map((name) => {
    if (name === 'sqlite') return 'SQLite';
    if (name === 'postgres') return 'PostgreSQL';
    throw new InvalidArgumentError('must be sqlite, postgres or both with a comma between');
  });
}

function parts(text: string): BenchOptions['parts'] {
  return text.split(',').map((name) => {
    const part = benchParts.find((each) => each === name);
    if (part === undefined) throw new InvalidArgumentError(`must be of ${benchParts.join(', ')}`);
    return part;
  });
}

/** Reads the command line; prints help or what is wrong, and ends the process then. */
export function readOptions(args: readonly string[]): BenchOptions {
  const command = new Command('npm run bench --')
    .description('Measures Muster beside bare express and bare node:http, on SQLite and on PostgreSQL.')
    .option('--full', 'up to a million users, 1,000 clients and peers: some hours; without it, some minutes')
    .option('--users <numbers>', 'users in one client', numbers)
    .option('--clients <n>', 'clients of 1,000 users in one more database', count)
    .option('--repetitions <n>', 'interleaved repetitions', positive)
    .option('--concurrency <numbers>', 'requests at a time', numbers, [1, 16])
    .option('--seconds <n>', 'length of one measurement', positive)
    .option('--databases <names>', 'sqlite, postgres', databases, ['SQLite', 'PostgreSQL'])
    .option('--parts <names>', benchParts.join(', '), parts, benchParts)
    .option('--only <text>', 'measure only the work whose name contains this', '')
    .option('--peers', 'measure scimmy too')
    .option('--json <file>', 'write all numbers to a file')
    .option('--write-docs', 'write tables and plots to docs', false)
    .option('--profile <folder>', 'write CPU profiles of the servers there')
    .parse([...args], { from: 'user' });
  // The parsers, the defaults and the two profiles give each option the type of its field.
  const given = command.opts<BenchOptions>();
  return { ...(given.full === true ? full : quick), ...given };
}
