import type { Command } from 'commander';
import type { Config } from '../config.js';
import { compactSqlite } from '../store/sqlite-files/sqlite-compaction.js';
import { CommandFailed } from './command-failed.js';
import { printingOutput } from './command-context.js';

/** `muster compact`: an SQLite file without anything of what was deleted or erased. */
export function addCompactCommand(program: Command, readConfig: () => Config): void {
  program
    .command('compact')
    .description(
      'write the SQLite file anew, so that nothing of what was deleted or erased is left in it; writes wait meanwhile',
    )
    .option('--json', 'print JSON')
    .action(async (options: { readonly json?: boolean }) => {
      const { database } = readConfig();
      if (database.kind !== 'sqlite') {
        throw new CommandFailed('on PostgreSQL, autovacuum and VACUUM FULL do this: see docs/operations.md');
      }
      const { before, after } = await compactSqlite(database.path);
      printingOutput(options).one({ before, after }, [`${before} bytes before, ${after} after`]);
    });
}
