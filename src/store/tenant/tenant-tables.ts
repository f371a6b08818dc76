import { RequestError, unitsEnded } from '../../errors.js';
import type { NewEntry } from '../trail/change-chain.js';
import type { Connection, Database, Refuse } from '../database/connection.js';
import type { Dialect } from '../database/dialect.js';
import { keepUnits } from './live-units.js';
import { inScope, type TenantScope } from './scope.js';
import type { Binding, Sql } from '../sql/sql.js';
import { bindClient } from './tenant-statement.js';

/**
 * The only way to a tenant's rows. Every statement names the client as `:client` in the predicate of each table it
 * touches, or it is refused before it reaches the database.
 */
export class TenantTables {
  readonly scope: TenantScope;
  readonly dialect: Dialect;
  readonly #connection: Connection;
  readonly #scanner: Connection;

  constructor(scope: TenantScope, dialect: Dialect, connection: Connection, scanner = connection) {
    this.scope = scope;
    this.dialect = dialect;
    this.#connection = connection;
    this.#scanner = scanner;
  }

  /** Runs a statement and returns its rows. */
  all<Row>(text: string, bindings: readonly Binding[] = []): Promise<Row[]> {
    const bound = bindClient(text, this.scope.clientId, bindings);
    return this.#connection.all<Row>(bound.text, bound.bindings);
  }

  /** As `all`, for a statement whose cost grows with the client: outside of a transaction it does not hold the event loop. */
  scan<Row>(text: string, bindings: readonly Binding[] = []): Promise<Row[]> {
    const bound = bindClient(text, this.scope.clientId, bindings);
    return this.#scanner.all<Row>(bound.text, bound.bindings, this.scope.clientId);
  }

  /** Runs a statement and returns its first row. */
  async first<Row>(text: string, bindings: readonly Binding[] = []): Promise<Row | undefined> {
    const [row] = await this.all<Row>(text, bindings);
    return row;
  }

  /** As `scan`, for the first row. */
  async scanFirst<Row>(text: string, bindings: readonly Binding[] = []): Promise<Row | undefined> {
    const [row] = await this.scan<Row>(text, bindings);
    return row;
  }

  /** Runs a statement and returns how many rows it changed. */
  run(text: string, bindings: readonly Binding[] = []): Promise<number> {
    const bound = bindClient(text, this.scope.clientId, bindings);
    return this.#connection.run(bound.text, bound.bindings);
  }

  /** As `Connection.post`. */
  post(text: string, bindings: readonly Binding[] = [], refuse?: Refuse): Promise<void> {
    const bound = bindClient(text, this.scope.clientId, bindings);
    return this.#connection.post(bound.text, bound.bindings, refuse);
  }

  /** Appends an entry to the client's change log at the end of the transaction. */
  append(entry: Omit<NewEntry, 'clientId'>): void {
    this.#connection.append({ clientId: this.scope.clientId, ...entry });
  }

  /** The condition under which a row of users or groups is in scope. */
  inScope(alias: string): Sql {
    return inScope(this.scope, alias);
  }
}

/** The tables of one tenant for reading, outside any transaction. */
export function readTables(database: Database, scope: TenantScope): TenantTables {
  return new TenantTables(scope, database.dialect, database.reader, database.scanner);
}

/**
 * Reads much of one tenant: on the replica, when there is one that holds all that is committed by now, and else on the database
 * itself. `read` may be called twice, because the replica may fail meanwhile.
 */
export async function readMany<Result>(
  database: Database,
  scope: TenantScope,
  read: (tables: TenantTables) => Promise<Result>,
): Promise<Result> {
  const { replica } = database;
  const copy = await replica?.caughtUp();
  if (copy === undefined) return read(readTables(database, scope));
  try {
    return await read(new TenantTables(scope, database.dialect, copy));
  } catch (error) {
    if (error instanceof RequestError && error.status < 500) throw error;
    replica?.rest();
    return read(readTables(database, scope));
  }
}

/** How a write goes about it. */
export interface WriteOptions {
  /** The id of the resource whose row it locks before any other: those who write to the same one share commits. */
  readonly locksFirst?: string;
}

/**
 * Runs `work` with the tables of one tenant in one transaction, before the deadline of the scope; it is durable when this returns.
 * A scope of units has those alone that have not ended since it was made, and they stay until the transaction ends: what is
 * written cannot meet their end. Throws 401 when none is left.
 */
export function writeTables<Result>(
  database: Database,
  scope: TenantScope,
  work: (tables: TenantTables) => Promise<Result>,
  { locksFirst }: WriteOptions = {},
): Promise<Result> {
  const { dialect } = database;
  const terms = locksFirst === undefined ? scope : { ...scope, meetsAt: `${scope.clientId}/${locksFirst}` };
  return database.transaction(async (connection) => {
    const tables = new TenantTables(scope, dialect, connection);
    if (scope.units === undefined || scope.units.length === 0) return work(tables);
    const units = await keepUnits(tables, scope.units);
    if (units.length === 0) throw unitsEnded();
    return work(
      units.length === scope.units.length ? tables : new TenantTables({ ...scope, units }, dialect, connection),
    );
  }, terms);
}
