import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { ConfigError, readConfig } from '../config.js';
import { RequestError } from '../errors.js';
import { migrate } from '../store/database/migrate.js';
import { openDatabase } from '../store/database/open-database.js';
import { CommandFailed } from './command-failed.js';
import { serve } from './serve.js';

/** All commands, as they are parsed and helped with. */
export async function createProgram(): Promise<Command> {
  const program = createServing();
  const { addCommands } = await import('./commands.js');
  addCommands(program, readConfig);
  return program;
}

/** The commands that a server needs, without what only the others load. */
function createServing(): Command {
  const program = new Command('muster')
    .description('A multi-tenant SCIM 2.0 provisioning service')
    .showHelpAfterError()
    .exitOverride();
  program
    .command('serve')
    .description('serve SCIM until SIGTERM or SIGINT')
    .option('--workers <n>', 'so many processes on one port; more than one needs PostgreSQL', workerCount, 1)
    .action((options: { readonly workers: number }) => serve(readConfig(), options.workers));
  program
    .command('migrate')
    .description('bring the database to the newest schema')
    .option('--json', 'print JSON')
    .action(migrateDatabase);
  return program;
}

function workerCount(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('It must be a number from 1 to 999.');
  return Number(text);
}

async function migrateDatabase(options: { readonly json?: boolean }): Promise<void> {
  const database = await openDatabase(readConfig().database);
  try {
    const applied = await migrate(database);
    const text = applied.length === 0 ? 'the schema is up to date' : `applied ${applied.join(', ')}`;
    process.stdout.write(`${options.json === true ? JSON.stringify({ applied }) : text}\n`);
  } finally {
    await database.close();
  }
}

/** Runs a command line and returns its exit code: 0 done, 1 refused or failed, 2 not understood. */
export async function runProgram(args: readonly string[]): Promise<number> {
  process.stdout.on('error', stopWithReader);
  try {
    const program = args[0] === 'serve' ? createServing() : await createProgram();
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`muster: ${reasonOf(error)}\n`);
    return error instanceof ConfigError ? 2 : 1;
  }
}

/** Whoever reads the output, such as `head`, may stop when it has seen enough. */
function stopWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}

function reasonOf(error: unknown): string {
  if (error instanceof RequestError || error instanceof ConfigError || error instanceof CommandFailed)
    return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return `${error.message}: set PORT`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
