import type { PoolClient } from 'pg';
import type { DatabaseAddress } from '../config.js';
import { unavailable } from '../errors.js';
import { appendStatements } from './append-entries.js';
import type { NewEntry } from './change-chain.js';
import type { Connection, Database, DatabaseLoad, TransactionTerms } from './connection.js';
import { requireTime, withinTime } from './deadline.js';
import { isRetryable } from './database-error.js';
import { postgresDialect } from './dialect.js';
import { connectionOf, PostgresPool, query } from './postgres-pool.js';
import { PostgresReplica } from './postgres-replica.js';

const attempts = 4;
const defaultConnections = 10;

// The log is flushed up to here, together with whoever else waits for that; what flushes must write something.
const commitAndFlush = `COMMIT; SELECT pg_logical_emit_message(true, 'muster', '')`;
const beginPatiently =
  'BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0';

/**
 * Appends the entries and commits; it is durable when this returns. All of it is sent at once, so that the lock of the head does
 * not wait for this process. A statement that fails leaves nothing for the COMMIT behind it.
 */
async function commit(client: PoolClient, entries: readonly NewEntry[]): Promise<void> {
  const statements = appendStatements(entries).map(({ text, bindings }) => query(client, text, bindings));
  await Promise.all([...statements, client.query(entries.length === 0 ? 'COMMIT' : commitAndFlush)]);
}

class PostgresDatabase implements Database {
  readonly dialect = postgresDialect;
  readonly serial = false;
  readonly reader: Connection;
  readonly scanner: Connection;
  readonly replica: PostgresReplica | undefined;
  readonly #pool: PostgresPool;

  constructor(pool: PostgresPool, replica: PostgresReplica | undefined) {
    this.#pool = pool;
    this.reader = pool.connection;
    this.scanner = pool.connection;
    this.replica = replica;
  }

  async transaction<Result>(
    work: (connection: Connection) => Promise<Result>,
    terms: TransactionTerms = {},
  ): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#pool.withWriter((client) => this.#transact(client, work, terms));
      } catch (error) {
        if (!isRetryable(error)) throw error;
        if (attempt === attempts) throw unavailable('too many writers meet at the same resources', error, 1);
      }
    }
  }

  forget(): Promise<void> {
    // Old versions of rows go with autovacuum, and what it leaves in pages when they are written anew.
    return Promise.resolve();
  }

  load(): DatabaseLoad {
    return this.#pool.load();
  }

  async ping(): Promise<void> {
    await this.reader.all('select 1');
  }

  async close(): Promise<void> {
    await this.replica?.close();
    await this.#pool.close();
  }

  async #transact<Result>(
    client: PoolClient,
    work: (connection: Connection) => Promise<Result>,
    { deadlineMs, isPatient = false }: TransactionTerms,
  ): Promise<Result> {
    // Sent together with the first statement: who waits for the answer to one waits for both. What is wrong with it is wrong with
    // the connection, and so with every statement behind it.
    const begun = client.query(isPatient ? beginPatiently : 'BEGIN');
    begun.catch(() => undefined);
    try {
      const entries: NewEntry[] = [];
      const connection = connectionOf(client, { append: (entry) => void entries.push(entry), isPatient });
      const result = await work(withinTime(connection, deadlineMs));
      requireTime(deadlineMs);
      await begun;
      await commit(client, entries);
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
}

/** Opens the server, and the replica that was named. */
export function openPostgres(address: Extract<DatabaseAddress, { kind: 'postgres' }>): Database {
  const { url, replicaUrl, connections = defaultConnections } = address;
  const pool = new PostgresPool(url, connections);
  const copies = replicaUrl === undefined ? undefined : new PostgresPool(replicaUrl, connections);
  return new PostgresDatabase(pool, copies && new PostgresReplica(pool.connection, copies));
}
