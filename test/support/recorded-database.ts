import type { Connection, Database } from '../../src/store/database/connection.js';
import type { Binding } from '../../src/store/sql/sql.js';

/** A statement as it is about to run. */
export interface RecordedStatement {
  readonly text: string;
  readonly bindings: readonly Binding[];
}

/** What a watcher is shown ahead of each statement: the statement, and the connection on which it will run. */
export type Watch = (statement: RecordedStatement, connection: Connection) => Promise<void>;

/** The same database; `watch` sees every statement before it runs, on the connection and in the transaction in which it runs. */
export function watchDatabase(database: Database, watch: Watch): Database {
  const watched = (connection: Connection): Connection => ({
    all: async (text, bindings = [], clientId) => {
      await watch({ text, bindings }, connection);
      return connection.all(text, bindings, clientId);
    },
    run: async (text, bindings = []) => {
      await watch({ text, bindings }, connection);
      return connection.run(text, bindings);
    },
    post: async (text, bindings = [], refuse) => {
      await watch({ text, bindings }, connection);
      await connection.post(text, bindings, refuse);
    },
    append: (entry) => connection.append(entry),
  });
  return {
    dialect: database.dialect,
    reader: watched(database.reader),
    scanner: watched(database.scanner),
    replica: undefined,
    transaction: (work, terms) => database.transaction((connection) => work(watched(connection)), terms),
    forget: () => database.forget(),
    ping: () => database.ping(),
    close: () => database.close(),
  };
}
