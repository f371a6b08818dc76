import type SqliteConnection from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import type { NewEntry } from '../trail/change-chain.js';
import { writeNothing, type Connection, type Refuse } from './connection.js';
import { translateDatabaseError } from './database-error.js';
import type { Binding, Value } from '../sql/sql.js';

const preparedStatements = 500;

type Cell = string | number | bigint | Buffer | null;

// SQLite looks at what is bound to a LIMIT to choose a plan, and compiles the whole statement anew each time something is bound
// to it; not so for an expression.
const steadyLimit = 'limit (? + 0)';

interface Prepared {
  readonly statement: SqliteConnection.Statement;
  /** The names of the columns of what it reads. */
  readonly columns: readonly string[];
}

/** Runs statements on one connection of SQLite, prepared once each. */
export class PreparedConnection implements Connection {
  readonly #connection: SqliteConnection.Database;
  readonly #prepared = new LRUCache<string, Prepared>({ max: preparedStatements });

  constructor(connection: SqliteConnection.Database) {
    this.#connection = connection;
  }

  async all<Row>(text: string, bindings: readonly Binding[] = []): Promise<Row[]> {
    return this.#attempt(() => {
      const { statement, columns } = this.#prepare(text);
      // In its raw form a statement reads lists.
      const lists = statement.all(...bindings.map(boundInSqlite)) as Cell[][];
      // The caller names the columns in the statement, and with them the shape of its rows.
      return lists.map((cells) => rowOf(columns, cells) as Row);
    });
  }

  async run(text: string, bindings: readonly Binding[] = []): Promise<number> {
    return this.#attempt(() => this.#prepare(text).statement.run(...bindings.map(boundInSqlite)).changes);
  }

  async post(text: string, bindings: readonly Binding[] = [], refuse: Refuse = (error) => error): Promise<void> {
    try {
      await this.run(text, bindings);
    } catch (error) {
      throw refuse(error);
    }
  }

  append(entry: NewEntry): void {
    writeNothing.append(entry);
  }

  #attempt<Result>(action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      throw translateDatabaseError(error);
    }
  }

  #prepare(text: string): Prepared {
    const known = this.#prepared.get(text);
    if (known !== undefined) return known;
    const statement = this.#connection.prepare(text.replaceAll('limit ?', steadyLimit));
    const columns = statement.reader
      ? statement
          .raw(true)
          .columns()
          .map(({ name }) => name)
      : [];
    const prepared = { statement, columns };
    this.#prepared.set(text, prepared);
    return prepared;
  }
}

/** SQLite knows no lists: they are bound as JSON. */
export function boundInSqlite(binding: Binding): Value {
  return typeof binding === 'object' && binding !== null ? JSON.stringify(binding) : binding;
}

/** A row made here: made by better-sqlite3, each name would be looked for anew for each row, a third of what a page costs. */
function rowOf(columns: readonly string[], cells: readonly Cell[]): Record<string, Cell> {
  const row: Record<string, Cell> = {};
  let place = 0;
  for (const name of columns) row[name] = cells[place++] ?? null;
  return row;
}
