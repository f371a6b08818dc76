import { Command, InvalidArgumentError, Option } from 'commander';
import { buildWhenStale } from '../build.mjs';
import type { FairnessOptions } from './fairness/fairness.js';
import { noises } from './fairness/noise.js';
import { findingLines, type Findings } from './findings.js';
import type { HistoryOptions } from './history/history.js';
import type { DatabaseKind } from './place.js';

function natural(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number <= 0) throw new InvalidArgumentError('must be a whole number above 0');
  return number;
}

/** Progress goes to standard error; standard output is for what was found. */
function progress(text: string): void {
  console.error(text);
}

const databaseOption = () =>
  new Option('--database <name>', 'the database').choices(['sqlite', 'postgres']).default('sqlite');

function report(name: string, findings: Findings): void {
  console.log([`${name}:`, ...findingLines(findings).map((line) => `  ${line}`)].join('\n'));
  if (findings.violations.length > 0) process.exitCode = 1;
}

const program = new Command('drills').description('Experiments that try to break the promises of the service');

program
  .command('crash')
  .description('kills the server, PostgreSQL or both while writes are in flight')
  .addOption(databaseOption())
  .option('--kills <n>', 'how often', natural, 200)
  .option('--users <n>', 'people in the client', natural, 100_000)
  .option('--seed <n>', 'of what is random', natural, 1)
  .action(async (options: { database: DatabaseKind; kills: number; users: number; seed: number }) => {
    const { crash } = await import('./crash/crash.js');
    report(`crash, ${options.database}`, await crash({ ...options, progress }));
  });

program
  .command('durability')
  .description('traces the system calls of a server: is a write synced before it is acknowledged?')
  .option('--writes <n>', 'of each kind', natural, 1_000)
  .option('--concurrency <n>', 'writers at once', natural, 32)
  .action(async (options: { writes: number; concurrency: number }) => {
    const { canTrace, durability } = await import('./durability/durability.js');
    if (canTrace()) report('durability', await durability(options));
    else console.log('durability: this machine cannot show it: strace is not there, or may not trace');
  });

program
  .command('history')
  .description('clients that write the same users and groups: is what they see linearizable?')
  .addOption(databaseOption())
  .option('--servers <n>', 'processes on one PostgreSQL', natural, 1)
  .option('--seconds <n>', 'how long', natural, 60)
  .option('--contests <n>', 'for one userName, of each kind', natural, 20)
  .option('--seed <n>', 'of what is random', natural, 1)
  .action(async (options: HistoryOptions) => {
    const { history } = await import('./history/history.js');
    report(`history, ${options.database}, ${options.servers} servers`, await history(options));
  });

program
  .command('outage')
  .description('lets things happen to the database, and counts what is answered meanwhile')
  .addOption(databaseOption())
  .option('--seconds <n>', 'how long each fault lasts', natural, 15)
  .option('--only <texts...>', 'only the faults whose name contains one of these')
  .action(async (options: { database: DatabaseKind; seconds: number; only?: string[] }) => {
    const { outage } = await import('./outage/outage.js');
    report(`outage, ${options.database}`, await outage({ ...options, backWithinMs: 3_000, progress }));
  });

program
  .command('restore')
  .description('backups while writes go on, restored elsewhere: is everything there that was acknowledged before?')
  .addOption(databaseOption())
  .option('--seconds <n>', 'how long is written before each backup', natural, 10)
  .option('--rate <n>', 'writes a second', natural, 200)
  .option('--users <n>', 'people in the client', natural, 20_000)
  .option('--kills <n>', 'how often a backup of SQLite is killed', natural, 10)
  .action(async (options: { database: DatabaseKind; seconds: number; rate: number; users: number; kills: number }) => {
    const { restoreDrill } = await import('./restore/restore.js');
    report(`restore, ${options.database}`, await restoreDrill(options));
  });

program
  .command('fairness')
  .description('a client that sends twenty times what it may: how long does another one wait?')
  .addOption(databaseOption())
  .option('--users <n>', 'people in each client', natural, 10_000)
  .option('--seconds <n>', 'how long a window lasts', natural, 8)
  .option('--rounds <n>', 'windows alone and beside the other client, in turns', natural, 7)
  .addOption(
    new Option('--noises <names...>', 'what the other client does').choices(noises).default(noises, noises.join(', ')),
  )
  .action(async (options: Omit<FairnessOptions, 'judgesTimes'>) => {
    const { fairness } = await import('./fairness/fairness.js');
    report(`fairness, ${options.database}`, await fairness({ ...options, judgesTimes: true }));
  });

program
  .command('soak')
  .description('keeps a server at work and measures whether anything grows (Linux)')
  .addOption(databaseOption())
  .option('--minutes <n>', 'how long', natural, 30)
  .option('--users <n>', 'people in the client', natural, 2_000)
  .action(async (options: { database: DatabaseKind; minutes: number; users: number }) => {
    const { soak } = await import('./soak/soak.js');
    report(`soak, ${options.database}`, await soak({ ...options, sampleMs: 10_000, progress }));
  });

await buildWhenStale();
await program.parseAsync();
