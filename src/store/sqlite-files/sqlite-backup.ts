import { existsSync, statSync } from 'node:fs';
import SqliteConnection from 'better-sqlite3';
import { RequestError } from '../../errors.js';
import { writeWhole } from './durable-file.js';
import { inspectSqlite, type Inspection } from './sqlite-inspection.js';

/** What became of a backup or of a restoration. */
export interface WrittenFile extends Inspection {
  /** In bytes. */
  readonly size: number;
}

/**
 * Writes all that is committed now into a file of its own, whoever writes meanwhile: one state, without what was deleted. The file
 * is there when all of it is on the disk and was read again, or not at all. Throws 409 where there is a file already.
 */
export async function backUpSqlite(path: string, target: string): Promise<WrittenFile> {
  if (existsSync(target)) throw new RequestError(409, `${target} is there already`);
  if (!existsSync(path)) throw new RequestError(409, `${path} is not there`);
  const inspection = await writeWhole(target, async (partial) => {
    copyInto(path, partial);
    return inspectSqlite(partial);
  });
  return { ...inspection, size: statSync(target).size };
}

function copyInto(path: string, target: string): void {
  const connection = new SqliteConnection(path, { readonly: true, fileMustExist: true });
  try {
    // In one statement, so one state; readers of a write-ahead log hold up nobody who writes.
    connection.prepare('vacuum into ?').run(target);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'an error';
    throw new RequestError(503, `the backup could not be written: ${reason}`, { cause: error });
  } finally {
    connection.close();
  }
}
