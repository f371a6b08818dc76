import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import SqliteConnection from 'better-sqlite3';
import { unavailable } from '../../errors.js';
import { translateDatabaseError } from '../database/database-error.js';

const waitsMs = 30_000;
const attempts = 300;
const retryMs = 100;

/** How large a file was, and is, in bytes. */
export interface Compaction {
  readonly before: number;
  readonly after: number;
}

/**
 * Writes an SQLite file anew: without the space of what was deleted, and without the copies that SQLite leaves where it moves rows
 * from page to page. Servers may run; their writes wait meanwhile. Throws 503 when somebody else writes, or reads, for too long.
 */
export async function compactSqlite(path: string): Promise<Compaction> {
  const before = sizeOf(path);
  const connection = new SqliteConnection(path, { fileMustExist: true, timeout: waitsMs });
  try {
    connection.pragma('synchronous = FULL');
    connection.exec('VACUUM');
    await cutLogOff(connection);
  } catch (error) {
    throw translateDatabaseError(error);
  } finally {
    connection.close();
  }
  return { before, after: sizeOf(path) };
}

/** The new file is in the write-ahead log, and what it replaces in the file, until the log is folded in. */
async function cutLogOff(connection: SqliteConnection.Database): Promise<void> {
  connection.pragma('busy_timeout = 0');
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (connection.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0) return;
    await sleep(retryMs);
  }
  throw unavailable('the database is read without a pause; try again later');
}

function sizeOf(path: string): number {
  return ['', '-wal'].reduce((sum, end) => sum + (statSync(path + end, { throwIfNoEntry: false })?.size ?? 0), 0);
}
