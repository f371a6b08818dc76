import { LRUCache } from 'lru-cache';
import type { Connection, Database, TransactionTerms } from '../database/connection.js';
import type { Dialect } from '../database/dialect.js';
import { requirePlatform } from '../sql/require-client.js';
import type { TenantScope } from './scope.js';
import type { Binding } from '../sql/sql.js';
import { TenantTables } from './tenant-tables.js';

const checked = new LRUCache<string, true>({ max: 500 });

function check(text: string): string {
  if (checked.get(text) === undefined) {
    requirePlatform(text);
    checked.set(text, true);
  }
  return text;
}

/**
 * The only way to the tables of the platform: clients, tokens, the catalogue of roles, settings. A statement that names another
 * table of a tenant is refused before it reaches the database.
 */
export class PlatformTables {
  readonly #dialect: Dialect;
  readonly #connection: Connection;
  readonly #scanner: Connection;

  constructor(dialect: Dialect, connection: Connection, scanner = connection) {
    this.#dialect = dialect;
    this.#connection = connection;
    this.#scanner = scanner;
  }

  /** Runs a statement and returns its rows. */
  all<Row>(text: string, bindings: readonly Binding[] = []): Promise<Row[]> {
    return this.#connection.all<Row>(check(text), bindings);
  }

  /** Runs a statement and returns its first row. */
  async first<Row>(text: string, bindings: readonly Binding[] = []): Promise<Row | undefined> {
    const [row] = await this.all<Row>(text, bindings);
    return row;
  }

  /** Runs a statement and returns how many rows it changed. */
  run(text: string, bindings: readonly Binding[] = []): Promise<number> {
    return this.#connection.run(check(text), bindings);
  }

  /** The tables of one tenant, in the same transaction. */
  tenant(scope: TenantScope): TenantTables {
    return new TenantTables(scope, this.#dialect, this.#connection, this.#scanner);
  }
}

/** The tables of the platform for reading, outside any transaction. */
export function readPlatform(database: Database): PlatformTables {
  return new PlatformTables(database.dialect, database.reader, database.scanner);
}

/** Runs `work` with the tables of the platform in one transaction; it is durable when this returns. */
export function writePlatform<Result>(
  database: Database,
  work: (platform: PlatformTables) => Promise<Result>,
  terms?: TransactionTerms,
): Promise<Result> {
  return database.transaction((connection) => work(new PlatformTables(database.dialect, connection)), terms);
}
