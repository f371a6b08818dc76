import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type SqliteConnection from 'better-sqlite3';
import knex, { type Knex } from 'knex';
import { nowMs } from '../../clock.js';
import type { Connection, Database, DatabaseLoad, DatabaseOptions, TransactionTerms } from './connection.js';
import { withinTime } from './deadline.js';
import { translateDatabaseError } from './database-error.js';
import { sqliteDialect } from './dialect.js';
import { GroupCommit } from './group-commit.js';
import { PreparedConnection } from './prepared-connection.js';
import { silentLog } from './silent-log.js';
import { SqliteReaderThread } from './sqlite-reader-thread.js';
import { SqliteWriter } from './sqlite-writer.js';

const forgetAttempts = 100;
const forgetRetryMs = 20;
// What a process that leaves room for another does in one transaction.
const shortBatches = { most: 16, longestMs: 2 };

/** Opens one connection through knex; its pool never holds more than that one. */
function openPool(path: string, options: { readonly readonly: boolean }): Knex {
  return knex({
    client: 'better-sqlite3',
    useNullAsDefault: true,
    compileSqlOnError: false,
    log: silentLog,
    connection: { filename: path, options: { readonly: options.readonly } },
    pool: {
      min: 1,
      max: 1,
      afterCreate: (
        connection: SqliteConnection.Database,
        done: (error: Error | null, connection: unknown) => void,
      ) => {
        // WAL alone would leave synchronous at NORMAL, and then an acknowledged write may be lost with the power.
        if (!options.readonly) connection.pragma('journal_mode = WAL');
        connection.pragma('synchronous = FULL');
        // What is deleted is overwritten with zeros.
        connection.pragma('secure_delete = ON');
        connection.pragma('foreign_keys = ON');
        connection.pragma('busy_timeout = 0');
        // In KiB. A reader that has walked a large client keeps all of it; what it needs often, the upper pages of indexes, is less.
        connection.pragma(`cache_size = -${options.readonly ? 8_192 : 16_384}`);
        // What a savepoint needs to be undone would go to a file of its own.
        connection.pragma('temp_store = MEMORY');
        done(null, connection);
      },
    },
  });
}

/** The embedded database: one writer whose transactions share commits, a reader of its own, and one in a thread for what takes long. */
class SqliteDatabase implements Database {
  readonly dialect = sqliteDialect;
  readonly reader: Connection;
  readonly scanner: SqliteReaderThread;
  readonly replica = undefined;
  readonly #path: string;
  readonly #held: readonly HeldConnection[];
  readonly #writer: SqliteWriter;
  readonly #commits: GroupCommit;

  constructor(
    path: string,
    held: { readonly writer: HeldConnection; readonly reader: HeldConnection },
    options: DatabaseOptions,
  ) {
    const { connection: writer } = held.writer;
    this.#path = path;
    this.#held = [held.reader, held.writer];
    this.#writer = new SqliteWriter(writer, options);
    this.reader = new PreparedConnection(held.reader.connection);
    this.scanner = new SqliteReaderThread(path);
    this.#commits = new GroupCommit(this.#writer, nowMs, options.leavesRoom ? shortBatches : undefined);
  }

  async transaction<Result>(
    work: (connection: Connection) => Promise<Result>,
    terms: TransactionTerms = {},
  ): Promise<Result> {
    try {
      return await this.#commits.submit(() => work(withinTime(this.#writer, terms.deadlineMs)), terms);
    } catch (error) {
      throw translateDatabaseError(error);
    }
  }

  /** The write-ahead log still holds pages as they were: it is folded into the file and cut off. */
  async forget(): Promise<void> {
    const held = await holdConnection(this.#path, { readonly: false });
    try {
      for (let attempt = 0; attempt < forgetAttempts && !cutsLogOff(held.connection); attempt++)
        await sleep(forgetRetryMs);
    } catch (error) {
      throw translateDatabaseError(error);
    } finally {
      await held.release();
    }
  }

  load(): DatabaseLoad {
    return { writesWaiting: this.#commits.waiting, scansWaiting: this.scanner.waiting };
  }

  async ping(): Promise<void> {
    await this.reader.all('select 1');
  }

  async close(): Promise<void> {
    await this.#commits.idle();
    await this.scanner.close();
    // The writer last: whoever closes last folds the write-ahead log into the file.
    for (const held of this.#held) await held.release();
  }
}

/** False while somebody reads what is in the log, or writes. */
function cutsLogOff(connection: SqliteConnection.Database): boolean {
  return connection.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0;
}

/** A connection that is never given back to its pool before the end. */
interface HeldConnection {
  readonly connection: SqliteConnection.Database;
  release(): Promise<void>;
}

/** The part of knex's client that hands out connections; knex itself types it as any. */
interface ConnectionPool {
  acquireConnection(): Promise<SqliteConnection.Database>;
  releaseConnection(connection: SqliteConnection.Database): Promise<void>;
}

async function holdConnection(path: string, options: { readonly readonly: boolean }): Promise<HeldConnection> {
  const pool = openPool(path, options);
  // With client "better-sqlite3" its connections are those of better-sqlite3.
  const client = pool.client as ConnectionPool;
  try {
    const connection = await client.acquireConnection();
    return {
      connection,
      release: async () => {
        // A pool waits at its end for what it has lent.
        await client.releaseConnection(connection);
        await pool.destroy();
      },
    };
  } catch (error) {
    await pool.destroy();
    throw error;
  }
}

/**
 * Makes the file, and its folder, where there is none, for its owner alone: people and hashes of secrets lie in it. SQLite gives the
 * files beside it the same mode. What is there stays as it is, because somebody may have let others in.
 */
function makePrivate(path: string): void {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch {
    // SQLite cannot make it either, and says so as it says all that is wrong with a file.
  }
}

/** Opens the file, or makes it. Throws 503 when it cannot be opened. */
export async function openSqlite(path: string, options: DatabaseOptions): Promise<Database> {
  try {
    makePrivate(path);
    // The writer first: it makes what is in the file.
    const writer = await holdConnection(path, { readonly: false });
    const reader = await holdConnection(path, { readonly: true });
    return new SqliteDatabase(path, { writer, reader }, options);
  } catch (error) {
    throw translateDatabaseError(error);
  }
}
