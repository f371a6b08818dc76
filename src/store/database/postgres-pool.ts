import knex, { type Knex } from 'knex';
import { LRUCache } from 'lru-cache';
import type { ClientConfig, PoolClient } from 'pg';
import { appendNothing, type Connection, type DatabaseLoad } from './connection.js';
import { translateDatabaseError } from './database-error.js';
import { GatheringSocket } from './gathering-socket.js';
import { Gate } from './gate.js';
import { silentLog } from './silent-log.js';
import type { Binding } from '../sql/sql.js';

const statementTimeoutMs = 20_000;
// Who waits longer for somebody's row would rather be told.
const lockTimeoutMs = 5_000;
const connectTimeoutMs = 3_000;
// The longest that a timer takes: three weeks.
const longestTimeoutMs = 2 ** 31 - 1;
// So many of all connections are for reads alone: who waits for a row does not keep others from reading.
const readingShare = 0.3;

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
export async function query(
  client: PoolClient,
  text: string,
  bindings: readonly Binding[],
  options: { readonly isPatient?: boolean } = {},
) {
  const { name, text: numberedText } = number(text);
  const statement = {
    text: numberedText,
    values: [...bindings],
    ...(name === undefined ? {} : { name }),
    ...(options.isPatient === true ? { query_timeout: longestTimeoutMs } : {}),
  };
  try {
    return await client.query(statement);
  } catch (error) {
    throw translateDatabaseError(error);
  }
}

interface ConnectionOptions {
  readonly append?: Connection['append'];
  /** Whether its statements may take as long as they like. */
  readonly isPatient?: boolean;
}

/** Statements on a connection that was taken from a pool. */
export function connectionOf(client: PoolClient, options: ConnectionOptions = {}): Connection {
  const { append = appendNothing } = options;
  return {
    // The caller names the columns in the statement, and with them the shape of its rows.
    all: async <Row>(text: string, bindings: readonly Binding[] = []) =>
      (await query(client, text, bindings, options)).rows as Row[],
    run: async (text, bindings = []) => (await query(client, text, bindings, options)).rowCount ?? 0,
    append,
  };
}

/** The part of knex's client that hands out connections; knex itself types it as any. */
interface ConnectionPool {
  acquireConnection(): Promise<PoolClient>;
  releaseConnection(connection: PoolClient): Promise<void>;
  readonly pool: { numUsed(): number; numFree(): number; numPendingAcquires(): number };
}

function connectionTo(
  url: string,
): Knex.PgConnectionConfig & Pick<ClientConfig, 'lock_timeout' | 'stream'> & { readonly pipeline: boolean } {
  return {
    connectionString: url,
    application_name: 'muster',
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 1_000,
    keepAlive: true,
    // Statements that are asked for at once are sent at once.
    pipeline: true,
    stream: () => new GatheringSocket(),
  };
}

/** Connections to one server. */
export class PostgresPool {
  readonly #knex: Knex;
  readonly #pool: ConnectionPool;
  readonly #writers: Gate;
  /** Each statement takes a connection of its own. */
  readonly connection: Connection = {
    append: appendNothing,
    all: (text, bindings) => this.withClient((client) => connectionOf(client).all(text, bindings)),
    run: (text, bindings) => this.withClient((client) => connectionOf(client).run(text, bindings)),
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
