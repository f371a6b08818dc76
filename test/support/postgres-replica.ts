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
 * Copies the data of a running server into a folder that its account may write to, with all of the write-ahead log that the copy
 * needs: what pg_basebackup does, which is not among the programs that npm has (PostgreSQL, "Making a base backup using the low
 * level API").
 */
export async function copyRunning({ data, url, account }: CopySource, folder: string): Promise<void> {
  const copy = join(folder, 'data');
  const run = (program: string, ...args: readonly string[]) => runProgram(program, args, { cwd: folder, account });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`select pg_backup_start('copy', true)`);
    await run('cp', '-R', data, copy);
    await run('rm', '-f', join(copy, 'postmaster.pid'), join(copy, 'postmaster.opts'));
    const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
    await run('cp', '-R', join(data, 'pg_wal'), copy);
    await place(copy, 'backup_label', rows[0]?.labelfile ?? '', run);
    await run('chmod', '0700', copy);
  } finally {
    await client.end();
  }
}

/** As `copyRunning`, so that a server that is started there follows the other. */
export async function copyForReplica(source: CopySource, folder: string): Promise<void> {
  await copyRunning(source, folder);
  await place(join(folder, 'data'), 'standby.signal', '', (program, ...args) =>
    runProgram(program, args, { cwd: folder, account: source.account }),
  );
}

/** Writes a file as the account, which reads it, and removes it. */
async function place(
  copy: string,
  name: string,
  text: string,
  run: (program: string, ...args: readonly string[]) => Promise<void>,
): Promise<void> {
  const file = join(copy, '..', name);
  await writeFile(file, text, { mode: 0o644 });
  await run('cp', file, copy);
}
