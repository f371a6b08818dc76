import { join } from 'node:path';
import { copyRunning } from '../../../test/support/postgres-replica.js';
import { runProgram } from '../../../test/support/postgres-process.js';
import { runCommand } from '../../../test/support/command-line.js';
import type { PostgresServer } from '../../../test/support/postgres.js';
import type { SystemPostgres } from '../../../test/support/system-postgres.js';
import type { Place } from '../place.js';

/** A way of making a backup and of restoring it elsewhere. */
export interface Way {
  readonly name: string;
  /** Makes a backup of the database at `url`, and returns how to restore it. */
  backUp(url: string): Promise<() => Promise<Restored>>;
}

/** What was restored, and where. */
export interface Restored {
  readonly url: string;
  remove(): Promise<void>;
}

const nothing = () => Promise.resolve();

/** Runs a command of Muster on a database; throws with what it printed when it fails. */
export async function muster(args: readonly string[], url: string, cwd: string): Promise<string> {
  const { code, stdout, stderr } = await runCommand(args, { cwd, settings: { DATABASE_URL: url } });
  if (code !== 0) throw new Error(`muster ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
  return stdout;
}

/** `muster backup` and `muster restore`. */
export function sqliteWay({ folder }: Place): Way {
  return {
    name: 'muster backup',
    backUp: async (url) => {
      const file = join(folder, 'backup.sqlite');
      await muster(['backup', file], url, folder);
      return async () => {
        const restored = `sqlite:${join(folder, 'elsewhere', 'muster.sqlite')}`;
        await muster(['restore', file], restored, folder);
        return { url: restored, remove: nothing };
      };
    },
  };
}

/** `pg_dump` and `pg_restore`, into another database. */
export function dumpWay({ folder }: Place, server: PostgresServer, system: SystemPostgres): Way {
  const run = (name: 'pg_dump' | 'pg_restore', ...args: readonly string[]) =>
    runProgram(system.tool(name), args, { cwd: folder, account: undefined });
  return {
    name: 'pg_dump',
    backUp: async (url) => {
      const file = join(folder, 'muster.dump');
      await run('pg_dump', '--format=custom', `--file=${file}`, url);
      return async () => {
        const restored = await server.createDatabase();
        await run('pg_restore', '--exit-on-error', `--dbname=${restored}`, file);
        return { url: restored, remove: nothing };
      };
    },
  };
}

/** The files of a whole server, and another server on them. */
function filesWay(name: string, server: PostgresServer, copy: Parameters<PostgresServer['startCopy']>[0]): Way {
  return {
    name,
    backUp: async (url) => {
      // A copy is what the other server starts on, so it is made as a backup is, and started at once.
      const other = await server.startCopy(copy);
      const restored = { url: other.url(new URL(url).pathname.slice(1)), remove: () => other.remove() };
      return () => Promise.resolve(restored);
    },
  };
}

/** `pg_basebackup`, with the write-ahead log that is written meanwhile. */
export function baseBackupWay(server: PostgresServer, system: SystemPostgres): Way {
  return filesWay('pg_basebackup', server, ({ url, account }, folder) => {
    const options = [`--pgdata=${join(folder, 'data')}`, `--dbname=${url}`, '--wal-method=stream', '--checkpoint=fast'];
    return runProgram(system.tool('pg_basebackup'), options, { cwd: folder, account });
  });
}

/** What pg_basebackup does, by the functions of the server and `cp`. */
export function copyWay(server: PostgresServer): Way {
  return filesWay('copy of the files', server, copyRunning);
}
