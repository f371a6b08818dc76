import type { Database } from './connection.js';

/** The same database, whose transactions are carried out by `transaction`. */
export function withTransactions(database: Database, transaction: Database['transaction']): Database {
  const { dialect, reader, scanner, replica } = database;
  return {
    dialect,
    reader,
    scanner,
    replica,
    transaction,
    forget: () => database.forget(),
    ping: () => database.ping(),
    close: () => database.close(),
  };
}
