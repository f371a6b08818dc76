import knex, { type Knex } from 'knex';
import { LRUCache } from 'lru-cache';
import type { PoolClient } from 'pg';
import { appendNothing, type Connection } from './connection.js';
import { translateDatabaseError } from './database-error.js';
import type { Binding } from './sql.js';

const statementTimeoutMs = 20_000;
const connectTimeoutMs = 3_000;

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
export async function query(client: PoolClient, text: string, bindings: readonly Binding[]) {
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

/** Statements on a connection that was taken from a pool. */
export function connectionOf(client: PoolClient, append: Connection['append'] = appendNothing): Connection {
  return {
    // The caller names the columns in the statement, and with them the shape of its rows.
    all: async <Row>(text: string, bindings: readonly Binding[] = []) =>
      (await query(client, text, bindings)).rows as Row[],
    run: async (text, bindings = []) => (await query(client, text, bindings)).rowCount ?? 0,
    append,
  };
}

/** The part of knex's client that hands out connections; knex itself types it as any. */
interface ConnectionPool {
  acquireConnection(): Promise<PoolClient>;
  releaseConnection(connection: PoolClient): Promise<void>;
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

/** Connections to one server. */
export class PostgresPool {
  readonly #knex: Knex;
  readonly #pool: ConnectionPool;
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

  async close(): Promise<void> {
    await this.#knex.destroy();
  }
}
