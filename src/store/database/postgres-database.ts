import type { PoolClient } from 'pg';
import type { DatabaseAddress } from '../../config.js';
import { unavailable } from '../../errors.js';
import type { Connection, Database, DatabaseLoad, TransactionTerms } from './connection.js';
import { requireTerms, withinTime } from './deadline.js';
import { isRetryable } from './database-error.js';
import { postgresDialect } from './dialect.js';
import { PostgresPool } from './postgres-pool.js';
import { PostgresReplica } from './postgres-replica.js';
import { PostgresTransaction } from './postgres-transaction.js';
import { SharedTransactions } from './postgres-shared-transactions.js';

const attempts = 4;
const defaultConnections = 10;

class PostgresDatabase implements Database {
  readonly dialect = postgresDialect;
  readonly reader: Connection;
  readonly scanner: Connection;
  readonly replica: PostgresReplica | undefined;
  readonly #pool: PostgresPool;
  readonly #shared: SharedTransactions;

  constructor(pool: PostgresPool, replica: PostgresReplica | undefined) {
    this.#pool = pool;
    this.#shared = new SharedTransactions(pool);
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
        return await this.#attempt(work, terms);
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
    return this.#pool.load(this.#shared.waiting);
  }

  async ping(): Promise<void> {
    await this.reader.all('select 1');
  }

  async close(): Promise<void> {
    await this.replica?.close();
    await this.#pool.close();
  }

  #attempt<Result>(work: (connection: Connection) => Promise<Result>, terms: TransactionTerms): Promise<Result> {
    if (terms.meetsAt !== undefined) return this.#shared.run(terms.meetsAt, work, terms);
    return this.#pool.withWriter((client) => transact(client, work, terms));
  }
}

/** Runs `work` in a transaction of its own; it is durable when this returns. */
async function transact<Result>(
  client: PoolClient,
  work: (connection: Connection) => Promise<Result>,
  terms: TransactionTerms,
): Promise<Result> {
  const transaction = new PostgresTransaction(client, terms);
  try {
    const result = await work(withinTime(transaction.connection, terms.deadlineMs));
    await requireTerms(terms);
    const { durable } = await transaction.commit();
    await durable;
    return result;
  } catch (error) {
    const reason = transaction.reasonOf(error);
    await transaction.rollback();
    throw reason;
  }
}

/** Opens the server, and the replica that was named. */
export function openPostgres(address: Extract<DatabaseAddress, { kind: 'postgres' }>): Database {
  const { url, replicaUrl, connections = defaultConnections } = address;
  const pool = new PostgresPool(url, connections);
  const copies = replicaUrl === undefined ? undefined : new PostgresPool(replicaUrl, connections);
  return new PostgresDatabase(pool, copies && new PostgresReplica(pool.connection, copies));
}
