import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { RequestError } from '../../errors.js';

/**
 * Makes a file that is whole or not there: `write` fills an empty one beside it, which nobody else may read, and which takes its
 * name when it is on the disk. What a killed process leaves ends in `.partial`. Replaces what has the name already.
 */
export async function writeWhole<Result>(path: string, write: (partial: string) => Promise<Result>): Promise<Result> {
  const partial = `${path}.${randomBytes(4).toString('hex')}.partial`;
  makeEmpty(partial);
  try {
    const result = await write(partial);
    sync(partial, 'r+');
    renameSync(partial, path);
    syncFolder(dirname(path));
    return result;
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

function makeEmpty(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    throw new RequestError(409, error instanceof Error ? error.message : `${path} cannot be written`, { cause: error });
  }
}

function sync(path: string, flags: 'r' | 'r+'): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Without it a rename may be forgotten with the power; where a folder cannot be opened, the system sees to it. */
function syncFolder(path: string): void {
  if (process.platform !== 'win32') sync(path, 'r');
}
