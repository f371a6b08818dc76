import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';

// A thread of its own that reads an SQLite file, started by src/store/database/sqlite-reader-thread.ts. It is JavaScript because a
// thread starts without what lets the tests run TypeScript, and as small as it is because of that.

/** @type {{ path: string }} */
const { path } = workerData;
const connection = new Database(path, { readonly: true });
connection.pragma('busy_timeout = 0');
connection.pragma('cache_size = -16384');

/** @type {LRUCache<string, import('better-sqlite3').Statement>} */
const prepared = new LRUCache({ max: 200 });

/** @param {string} text */
function prepare(text) {
  const known = prepared.get(text);
  if (known !== undefined) return known;
  const statement = connection.prepare(text);
  prepared.set(text, statement);
  return statement;
}

/** @param {{ text: string, bindings: readonly (string | number | null)[] }} question */
function answer({ text, bindings }) {
  try {
    return { rows: prepare(text).all(...bindings) };
  } catch (error) {
    if (!(error instanceof Error)) return { error: { message: String(error), code: '' } };
    return { error: { message: error.message, code: 'code' in error ? String(error.code) : '' } };
  }
}

parentPort?.on('message', (question) => parentPort?.postMessage(answer(question)));
