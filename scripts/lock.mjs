import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether the process that wrote the lock is gone. @param {string} path */
function isAbandoned(path) {
  try {
    process.kill(Number(readFileSync(path, 'utf8')), 0);
    return false;
  } catch (error) {
    // EPERM: it runs, under another account. ENOENT: it was released just now.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** @param {string} path */
function take(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Does the work while no other process holds the lock; waits for one that does, and not for one that has died.
 * @template Result
 * @param {string} path the file that is the lock
 * @param {() => Promise<Result>} work
 */
export async function whileLocked(path, work) {
  while (!take(path)) {
    if (isAbandoned(path)) rmSync(path, { force: true });
    else await sleep(50);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}
