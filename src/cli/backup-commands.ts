import type { Command } from 'commander';
import type { Config } from '../config.js';
import { backUpSqlite, type WrittenFile } from '../store/sqlite-files/sqlite-backup.js';
import { restoreSqlite } from '../store/sqlite-files/sqlite-restoration.js';
import { CommandFailed } from './command-failed.js';
import { printingOutput } from './command-context.js';

interface BackupOptions {
  readonly json?: boolean;
}

interface RestoreOptions extends BackupOptions {
  readonly force?: boolean;
  readonly unverified?: boolean;
}

/** `muster backup` and `muster restore`. */
export function addBackupCommands(program: Command, readConfig: () => Config): void {
  program
    .command('backup')
    .description('write the SQLite database into a file, while servers run')
    .argument('<file>', 'where to; nothing may be there')
    .option('--json', 'print JSON')
    .action(async (file: string, options: BackupOptions) => {
      const written = await backUpSqlite(pathOf(readConfig(), 'pg_dump or pg_basebackup'), file);
      show(file, written, options);
      requireFaultless(written);
    });
  program
    .command('restore')
    .description('put a backup in the place of the SQLite database, which nobody may have open')
    .argument('<file>', 'what muster backup wrote')
    .option('--force', 'although there is a database with clients in it, which is lost then')
    .option('--unverified', 'although a change log in the backup is not as it was written')
    .option('--json', 'print JSON')
    .action(async (file: string, options: RestoreOptions) => {
      const path = pathOf(readConfig(), 'pg_restore');
      const terms = { overwrites: options.force === true, takesFaults: options.unverified === true };
      show(path, await restoreSqlite(file, path, terms), options);
    });
}

function pathOf({ database }: Config, tool: string): string {
  if (database.kind === 'sqlite') return database.path;
  throw new CommandFailed(`on PostgreSQL this is done by ${tool}: see docs/operations.md`);
}

function show(file: string, { size, clients, entries, faults }: WrittenFile, options: BackupOptions): void {
  const lines = [
    `${file}: ${size} bytes, ${clients} clients, ${entries} entries of change logs that are as they were written`,
    ...faults.map(({ client, fault }) => `${client}: ${fault.detail}`),
  ];
  printingOutput(options).one({ file, size, clients, entries, faults }, lines);
}

function requireFaultless({ faults }: WrittenFile): void {
  if (faults.length === 0) return;
  throw new CommandFailed(
    'the backup was written, and a change log in it is not as it was written: see muster audit verify',
  );
}
