import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Account } from './postgres-binaries.js';
import { runProgram } from './postgres-process.js';

/** A running server of which a copy is to be made. */
export interface CopySource {
  /** Its data. */
  readonly data: string;
  /** An address of it, of a superuser. */
  readonly url: string;
  readonly account: Account | undefined;
}

/**
 * Copies the data of a running server into a folder that its account may write to, so that a server that is started there
 * follows it: what pg_basebackup does, which is not among the programs that npm has (PostgreSQL, "Making a base backup using the
 * low level API").
 */
export async function copyForReplica({ data, url, account }: CopySource, folder: string): Promise<void> {
  const copy = join(folder, 'data');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`select pg_backup_start('replica', true)`);
    await runProgram('cp', ['-R', data, copy], { cwd: folder, account });
    await runProgram('rm', ['-f', join(copy, 'postmaster.pid'), join(copy, 'postmaster.opts')], {
      cwd: folder,
      account,
    });
    const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
    // Both are read by the account, and removed by it.
    await writeFile(join(folder, 'backup_label'), rows[0]?.labelfile ?? '', { mode: 0o644 });
    await writeFile(join(folder, 'standby.signal'), '', { mode: 0o644 });
    const files = ['backup_label', 'standby.signal'].map((name) => join(folder, name));
    await runProgram('cp', [...files, copy], { cwd: folder, account });
    await runProgram('chmod', ['0700', copy], { cwd: folder, account });
  } finally {
    await client.end();
  }
}
