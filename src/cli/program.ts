import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { ConfigError, readConfig } from '../config.js';
import { RequestError } from '../errors.js';
import { migrate } from '../store/migrate.js';
import { openDatabase } from '../store/open-database.js';
import { addAuditCommands } from './audit-commands.js';
import { addClaimCommands } from './claim-commands.js';
import { addBackupCommands } from './backup-commands.js';
import { addClientCommands } from './client-commands.js';
import { addCollaborationCommands } from './collaboration-commands.js';
import { CommandFailed } from './command-failed.js';
import { addCompactCommand } from './compact-command.js';
import { addExportCommand } from './export-command.js';
import { addGroupCommands } from './group-commands.js';
import { addImportCommand } from './import-command.js';
import { addInvitationCommands } from './invitation-commands.js';
import { addObjectCommands, addPermissionCommands } from './permission-commands.js';
import { addRoleCommands } from './role-commands.js';
import { addServiceCommands } from './service-commands.js';
import { serve } from './serve.js';
import { addTokenCommands } from './token-commands.js';
import { addUnitCommands } from './unit-commands.js';
import { addUserCommands } from './user-commands.js';

/** All commands, as they are parsed and helped with. */
export function createProgram(): Command {
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
  addClientCommands(program, readConfig);
  addRoleCommands(program, readConfig);
  addUnitCommands(program, readConfig);
  addUserCommands(program, readConfig);
  addGroupCommands(program, readConfig);
  addPermissionCommands(program, readConfig);
  addObjectCommands(program, readConfig);
  addClaimCommands(program, readConfig);
  addCollaborationCommands(program, readConfig);
  addInvitationCommands(program, readConfig);
  addServiceCommands(program, readConfig);
  addTokenCommands(program, readConfig);
  addAuditCommands(program, readConfig);
  addBackupCommands(program, readConfig);
  addCompactCommand(program, readConfig);
  addImportCommand(program, readConfig);
  addExportCommand(program, readConfig);
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
    await createProgram().parseAsync([...args], { from: 'user' });
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
