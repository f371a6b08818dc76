import { Command, InvalidArgumentError } from 'commander';

/** What a run measures, and where its results go. */
export interface BenchOptions {
  /** Numbers of users in one client. */
  readonly users: readonly number[];
  readonly repetitions: number;
  readonly concurrency: readonly number[];
  /** How long one measurement lasts. */
  readonly seconds: number;
  readonly databases: readonly ('SQLite' | 'PostgreSQL')[];
  /** Measures only the work whose name contains this. */
  readonly only: string;
  /** A file for all numbers. */
  readonly json: string | undefined;
  /** Whether `docs/performance.md` gets the tables. */
  readonly writeDocs: boolean;
  /** A folder for CPU profiles of the servers. */
  readonly profile: string | undefined;
}

function numbers(text: string): readonly number[] {
  return text.split(',').map(positive);
}

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('must be positive');
  return number;
}

function databases(text: string): BenchOptions['databases'] {
  return text.split(',').map((name) => {
    if (name === 'sqlite') return 'SQLite';
    if (name === 'postgres') return 'PostgreSQL';
    throw new InvalidArgumentError('must be sqlite, postgres or both with a comma between');
  });
}

/** Reads the command line; prints help or what is wrong, and ends the process then. */
export function readOptions(args: readonly string[]): BenchOptions {
  const command = new Command('npm run bench --')
    .description('Measures Muster beside bare express and bare node:http, on SQLite and on PostgreSQL.')
    .option('--users <numbers>', 'users in one client', numbers, [1_000, 100_000])
    .option('--repetitions <n>', 'interleaved repetitions', positive, 5)
    .option('--concurrency <numbers>', 'requests at a time', numbers, [1, 16])
    .option('--seconds <n>', 'length of one measurement', positive, 0.25)
    .option('--databases <names>', 'sqlite, postgres', databases, ['SQLite', 'PostgreSQL'])
    .option('--only <text>', 'measure only the work whose name contains this', '')
    .option('--json <file>', 'write all numbers to a file')
    .option('--write-docs', 'write the tables to docs/performance.md', false)
    .option('--profile <folder>', 'write CPU profiles of the servers there')
    .parse([...args], { from: 'user' });
  // The parsers and defaults above give each option the type of its field.
  return command.opts<BenchOptions>();
}
