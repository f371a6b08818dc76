import { Worker } from 'node:worker_threads';
import { unavailable } from '../../errors.js';
import { writeNothing, type Connection } from './connection.js';
import { translateDatabaseError } from './database-error.js';
import { FairQueue } from './fair-queue.js';
import { boundInSqlite } from './prepared-connection.js';
import type { Binding } from '../sql/sql.js';

const program = new URL('../../../db/sqlite-reader-thread.js', import.meta.url);
const queueRules = { most: 500, mostOfOne: 250 };

type Answer = { readonly rows: unknown[] } | { readonly error: { readonly message: string; readonly code: string } };

interface Question {
  readonly text: string;
  readonly bindings: readonly Binding[];
  readonly succeed: (rows: unknown[]) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * A reader of an SQLite file in a thread of its own: a statement that reads a whole client holds nobody else up.
 * Statements run one after the other, and clients take turns. The thread starts with the first one, and anew after it has
 * failed; a queue that is full is answered 503.
 */
export class SqliteReaderThread implements Connection {
  readonly #path: string;
  #worker: Worker | undefined;
  /** What the thread is being asked. */
  #asked: Question | undefined;
  readonly #waiting = new FairQueue<Question>(queueRules);

  constructor(path: string) {
    this.#path = path;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  async all<Row>(text: string, bindings: readonly Binding[] = [], clientId = ''): Promise<Row[]> {
    const rows = await new Promise<unknown[]>((succeed, fail) => {
      if (this.#waiting.push(clientId, { text, bindings, succeed, fail })) this.#askNext();
      else fail(unavailable('too many long queries are waiting', undefined, 1));
    });
    // The caller names the columns in the statement, and with them the shape of its rows.
    return rows as Row[];
  }

  run(): Promise<number> {
    return Promise.reject(new Error('a reader changes nothing'));
  }

  readonly post = writeNothing.post;
  readonly append = writeNothing.append;

  /** Ends the thread; what still waits is answered 503. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#abandon(undefined);
    await worker?.terminate();
  }

  #askNext(): void {
    if (this.#asked !== undefined) return;
    this.#asked = this.#waiting.shift();
    if (this.#asked === undefined) return;
    const { text, bindings } = this.#asked;
    const worker = (this.#worker ??= this.#start());
    // A process must not end while it waits for an answer, and must be able to end while it waits for none.
    worker.ref();
    worker.postMessage({ text, bindings: bindings.map(boundInSqlite) });
  }

  #start(): Worker {
    const worker = new Worker(program, { workerData: { path: this.#path } });
    const ended = (cause: unknown) => {
      if (this.#worker === worker) this.#abandon(cause);
    };
    worker.on('message', (answer: Answer) => {
      if (this.#worker === worker) this.#settle(worker, answer);
    });
    worker.on('error', ended);
    worker.on('exit', ended);
    return worker;
  }

  #settle(worker: Worker, answer: Answer): void {
    const question = this.#asked;
    this.#asked = undefined;
    worker.unref();
    this.#askNext();
    if ('rows' in answer) question?.succeed(answer.rows);
    else
      question?.fail(
        translateDatabaseError(Object.assign(new Error(answer.error.message), { code: answer.error.code })),
      );
  }

  #abandon(cause: unknown): void {
    this.#worker = undefined;
    const abandoned = [...(this.#asked === undefined ? [] : [this.#asked]), ...this.#waiting.clear()];
    this.#asked = undefined;
    for (const { fail } of abandoned) fail(unavailable('the reader of the database has ended', cause, 1));
  }
}
