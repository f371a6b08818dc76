import knex, { type Knex } from 'knex';
import type { ClientConfig, PoolClient } from 'pg';
import { writeNothing, type Connection, type DatabaseLoad } from './connection.js';
import { translateDatabaseError } from './database-error.js';
import { Gate } from './gate.js';
import { Courier, statementsOn } from './postgres-courier.js';
import { silentLog } from './silent-log.js';

const statementTimeoutMs = 20_000;
// Who waits longer for somebody's row would rather be told.
const lockTimeoutMs = 5_000;
const connectTimeoutMs = 3_000;
// By then the database has given up itself, if it is there.
const answerTimeoutMs = statementTimeoutMs + 1_000;
// So many of all connections are for reads alone: who waits for a row does not keep others from reading.
const readingShare = 0.3;

/** What takes statements to the database on a connection that was taken from a pool. */
export function courierOn(client: PoolClient, options: { readonly isPatient?: boolean | undefined } = {}): Courier {
  return new Courier(client, options.isPatient === true ? undefined : answerTimeoutMs);
}

/** The part of knex's client that hands out connections; knex itself types it as any. */
interface ConnectionPool {
  acquireConnection(): Promise<PoolClient>;
  releaseConnection(connection: PoolClient): Promise<void>;
  readonly pool: { numUsed(): number; numFree(): number; numPendingAcquires(): number };
}

function connectionTo(url: string): Knex.PgConnectionConfig & Pick<ClientConfig, 'lock_timeout'> {
  return {
    connectionString: url,
    application_name: 'muster',
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    keepAlive: true,
  };
}

/** Connections to one server. */
export class PostgresPool {
  readonly #knex: Knex;
  readonly #pool: ConnectionPool;
  readonly #writers: Gate;
  /** Each statement takes a connection of its own. */
  readonly connection: Connection = {
    ...writeNothing,
    all: (text, bindings) => this.withClient((client) => statementsOn(courierOn(client)).all(text, bindings)),
    run: (text, bindings) => this.withClient((client) => statementsOn(courierOn(client)).run(text, bindings)),
  };

  /** No connection is made before the first statement, so a server that is away now may come back. */
  constructor(url: string, connections: number) {
    this.#knex = knex({
      client: 'pg',
      compileSqlOnError: false,
      log: silentLog,
      acquireConnectionTimeout: connectTimeoutMs,
      connection: connectionTo(url),
      pool: { min: 0, max: connections, idleTimeoutMillis: 30_000, propagateCreateError: true },
    });
    // With client "pg" its connections are those of node-postgres.
    this.#pool = this.#knex.client as ConnectionPool;
    const atOnce = Math.max(1, Math.floor(connections * (1 - readingShare)));
    this.#writers = new Gate({ atOnce, patienceMs: connectTimeoutMs });
  }

  /** As `withClient`, for what may wait for others. */
  withWriter<Result>(action: (client: PoolClient) => Promise<Result>): Promise<Result> {
    return this.#writers.pass(() => this.withClient(action));
  }

  /** Does something on one connection. Throws what `translateDatabaseError` makes of a failure. */
  async withClient<Result>(action: (client: PoolClient) => Promise<Result>): Promise<Result> {
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

  /** How busy it is; `ahead` wait elsewhere until one of them takes a connection for all. */
  load(ahead = 0): DatabaseLoad {
    const { pool } = this.#pool;
    return {
      connectionsUsed: pool.numUsed(),
      connectionsFree: pool.numFree(),
      connectionsWaiting: pool.numPendingAcquires() + this.#writers.waiting + ahead,
    };
  }

  async close(): Promise<void> {
    await this.#knex.destroy();
  }
}
