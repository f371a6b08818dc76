import { constants, copyFileSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import SqliteConnection from 'better-sqlite3';
import { RequestError } from '../../errors.js';
import { operatorsLog } from '../tenant/client-store.js';
import { writeWhole } from './durable-file.js';
import type { WrittenFile } from './sqlite-backup.js';
import { inspectSqlite, type Inspection } from './sqlite-inspection.js';

/** What may be restored in spite of something. */
export interface RestoreTerms {
  /** Although there is a database with clients in it, which is lost then. */
  readonly overwrites: boolean;
  /** Although a change log of the backup is not as it was written. */
  readonly takesFaults: boolean;
}

/**
 * Puts a backup in the place of a database. The backup is copied beside it and read to its end first, then takes its name: there
 * is the old database or the new one, whenever the power goes. Throws 409 for a file that is no whole database of this service or
 * whose logs were changed, for a database that has clients, and, whatever the terms, for one that a process has open.
 */
export async function restoreSqlite(file: string, path: string, terms: RestoreTerms): Promise<WrittenFile> {
  requireClosed(file);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const inspection = await writeWhole(path, async (partial) => {
    copyFileSync(file, partial, constants.COPYFILE_FICLONE);
    const found = await inspectSqlite(partial, file);
    requireFaultless(file, found, terms);
    clearPlace(path, terms);
    return found;
  });
  return { ...inspection, size: statSync(path).size };
}

/** A database that is in use is more than its file. */
function requireClosed(file: string): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) throw new RequestError(409, `${file} is not there`);
  const log = statSync(`${file}-wal`, { throwIfNoEntry: false });
  if (log !== undefined && log.size > 0) {
    throw new RequestError(409, `${file} is in use, or was not closed in order: make a backup with muster backup`);
  }
}

function requireFaultless(file: string, { faults }: Inspection, { takesFaults }: RestoreTerms): void {
  const [first] = faults;
  if (first === undefined || takesFaults) return;
  throw new RequestError(
    409,
    `the change log of ${first.client} in ${file} is not as it was written: ${first.fault.detail}`,
  );
}

/** Leaves nothing of an old database that SQLite would take for a part of the new one. */
function clearPlace(path: string, { overwrites }: RestoreTerms): void {
  if (!existsSync(path)) return;
  const state = closeForGood(path);
  if (state === 'open') throw new RequestError(409, `${path} is in use: stop what uses it`);
  if (state !== 'empty' && !overwrites)
    throw new RequestError(409, `${path} holds a database: say that it may be lost`);
  for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true });
}

/** Folds the write-ahead log into the file, which succeeds only where nobody else has it open. */
function closeForGood(path: string): 'open' | 'empty' | 'used' {
  const connection = new SqliteConnection(path, { timeout: 0 });
  try {
    connection.pragma('journal_mode = DELETE');
    const tables = connection.prepare(`select count(*) from sqlite_master where name = 'clients'`).pluck().get();
    return tables === 0 || !holdsClients(connection) ? 'empty' : 'used';
  } catch (error) {
    // What cannot be read is not known to be empty.
    return isLocked(error) ? 'open' : 'used';
  } finally {
    connection.close();
  }
}

function holdsClients(connection: SqliteConnection.Database): boolean {
  return connection.prepare('select 1 from clients where id <> ?').pluck().get(operatorsLog) !== undefined;
}

function isLocked(error: unknown): boolean {
  return error instanceof SqliteConnection.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code);
}
