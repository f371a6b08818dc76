import type SqliteConnection from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import type { NewEntry } from '../trail/change-chain.js';
import { appendNothing, type Connection } from './connection.js';
import { translateDatabaseError } from './database-error.js';
import type { Binding } from '../sql/sql.js';

const preparedStatements = 500;

// SQLite looks at what is bound to a LIMIT to choose a plan, and compiles the whole statement anew each time something is bound
// to it; not so for an expression.
const steadyLimit = 'limit (? + 0)';

/** Runs statements on one connection of SQLite, prepared once each. */
export class PreparedConnection implements Connection {
  readonly #connection: SqliteConnection.Database;
  readonly #prepared = new LRUCache<string, SqliteConnection.Statement>({ max: preparedStatements });

  constructor(connection: SqliteConnection.Database) {
    this.#connection = connection;
  }

  async all<Row>(text: string, bindings: readonly Binding[] = []): Promise<Row[]> {
    // The caller names the columns in the statement, and with them the shape of its rows.
    return this.#attempt(() => this.#prepare(text).all(...bindings) as Row[]);
  }

  async run(text: string, bindings: readonly Binding[] = []): Promise<number> {
    return this.#attempt(() => this.#prepare(text).run(...bindings).changes);
  }

  append(_entry: NewEntry): void {
    appendNothing();
  }

  #attempt<Result>(action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      throw translateDatabaseError(error);
    }
  }

  #prepare(text: string): SqliteConnection.Statement {
    const known = this.#prepared.get(text);
    if (known !== undefined) return known;
    const statement = this.#connection.prepare(text.replaceAll('limit ?', steadyLimit));
    this.#prepared.set(text, statement);
    return statement;
  }
}
