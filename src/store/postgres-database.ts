import knex, { type Knex } from 'knex';
import { LRUCache } from 'lru-cache';
import type { PoolClient } from 'pg';
import { unavailable } from '../errors.js';
import { appendStatements } from './append-entries.js';
import type { NewEntry } from './change-chain.js';
import { appendNothing, type Connection, type Database, type TransactionTerms } from './connection.js';
import { requireTime, withinTime } from './deadline.js';
import { isRetryable, translateDatabaseError } from './database-error.js';
import { postgresDialect } from './dialect.js';
import type { Binding } from './sql.js';

const statementTimeoutMs = 20_000;
const connectTimeoutMs = 3_000;
const attempts = 4;

// What goes wrong is thrown; knex would print it besides, with host names.
const silentLog = { warn() {}, error() {}, deprecate() {}, debug() {} };

interface Numbered {
  readonly text: string;
  readonly name: string | undefined;
}

const maxNamed = 400;
let named = 0;
const numbered = new LRUCache<string, Numbered>({ max: 2_000 });

/** `?` placeholders as PostgreSQL counts them; the first statements seen are prepared once on each connection. */
function number(text: string): Numbered {
  const known = numbered.get(text);
  if (known !== undefined) return known;
  let position = 0;
  const result = {
    text: text.replaceAll('?', () => `$${++position}`),
    name: named < maxNamed ? `s${++named}` : undefined,
  };
  numbered.set(text, result);
  return result;
}

/** Throws what `translateDatabaseError` makes of a failure: a unique value that is taken, an outage, or the error itself. */
async function query(client: PoolClient, text: string, bindings: readonly Binding[]) {
  const statement = number(text);
  const values = [...bindings];
  try {
    return await client.query(
      statement.name === undefined
        ? { text: statement.text, values }
        : { text: statement.text, name: statement.name, values },
    );
  } catch (error) {
    throw translateDatabaseError(error);
  }
}

function connectionOf(client: PoolClient, append: Connection['append'] = appendNothing): Connection {
  return {
    // The caller names the columns in the statement, and with them the shape of its rows.
    all: async <Row>(text: string, bindings: readonly Binding[] = []) =>
      (await query(client, text, bindings)).rows as Row[],
    run: async (text, bindings = []) => (await query(client, text, bindings)).rowCount ?? 0,
    append,
  };
}

// The log is flushed up to here, together with whoever else waits for that; what flushes must write something.
const commitAndFlush = `COMMIT; SELECT pg_logical_emit_message(true, 'muster', '')`;

/**
 * Appends the entries and commits; it is durable when this returns. All of it is sent at once, so that the lock of the head does
 * not wait for this process. A statement that fails leaves nothing for the COMMIT behind it.
 */
async function commit(client: PoolClient, entries: readonly NewEntry[]): Promise<void> {
  const statements = appendStatements(entries).map(({ text, bindings }) => query(client, text, bindings));
  await Promise.all([...statements, client.query(entries.length === 0 ? 'COMMIT' : commitAndFlush)]);
}

/** The part of knex's client that hands out connections; knex itself types it as any. */
interface ConnectionPool {
  acquireConnection(): Promise<PoolClient>;
  releaseConnection(connection: PoolClient): Promise<void>;
}

class PostgresDatabase implements Database {
  readonly dialect = postgresDialect;
  readonly serial = false;
  readonly #knex: Knex;
  readonly #pool: ConnectionPool;
  readonly reader: Connection = {
    append: appendNothing,
    all: (text, bindings) => this.#withClient((client) => connectionOf(client).all(text, bindings)),
    run: (text, bindings) => this.#withClient((client) => connectionOf(client).run(text, bindings)),
  };
  readonly scanner = this.reader;

  constructor(pool: Knex) {
    this.#knex = pool;
    // With client "pg" its connections are those of node-postgres.
    this.#pool = pool.client as ConnectionPool;
  }

  async transaction<Result>(
    work: (connection: Connection) => Promise<Result>,
    { deadlineMs }: TransactionTerms = {},
  ): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#withClient((client) => this.#transact(client, work, deadlineMs));
      } catch (error) {
        if (!isRetryable(error)) throw error;
        if (attempt === attempts) throw unavailable('too many writers meet at the same resources', error, 1);
      }
    }
  }

  async ping(): Promise<void> {
    await this.reader.all('select 1');
  }

  async close(): Promise<void> {
    await this.#knex.destroy();
  }

  async #transact<Result>(
    client: PoolClient,
    work: (connection: Connection) => Promise<Result>,
    deadlineMs: number | undefined,
  ): Promise<Result> {
    await client.query('BEGIN');
    try {
      const entries: NewEntry[] = [];
      const connection = connectionOf(client, (entry) => void entries.push(entry));
      const result = await work(withinTime(connection, deadlineMs));
      requireTime(deadlineMs);
      await commit(client, entries);
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  async #withClient<Result>(action: (client: PoolClient) => Promise<Result>): Promise<Result> {
    let client: PoolClient | undefined;
    try {
      client = await this.#pool.acquireConnection();
      return await action(client);
    } catch (error) {
      throw translateDatabaseError(error);
    } finally {
      if (client !== undefined) await this.#pool.releaseConnection(client);
    }
  }
}

function connectionTo(url: string): Knex.PgConnectionConfig & { readonly pipeline: boolean } {
  return {
    connectionString: url,
    application_name: 'muster',
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 1_000,
    keepAlive: true,
    // Statements that are asked for at once are sent at once.
    pipeline: true,
  };
}

/** Opens a pool; no connection is made before the first statement, so a database that is away now may come back. */
export function openPostgres(url: string): Database {
  const pool = knex({
    client: 'pg',
    compileSqlOnError: false,
    log: silentLog,
    acquireConnectionTimeout: connectTimeoutMs,
    connection: connectionTo(url),
    pool: { min: 0, max: 10, idleTimeoutMillis: 30_000, propagateCreateError: true },
  });
  return new PostgresDatabase(pool);
}
