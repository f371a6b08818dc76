import type { Database } from './connection.js';
import { withTransactions } from './with-transactions.js';

/** Ends a transaction that is not meant to be kept. */
class NotKept extends Error {
  override readonly name = 'NotKept';
}

/** The same database, on which every transaction is carried out and then undone: what it answers is what it would have done. */
export function dryRun(database: Database): Database {
  const undone = withTransactions(database, async (work, terms) => {
    const outcomes: Awaited<ReturnType<typeof work>>[] = [];
    try {
      await database.transaction(async (connection) => {
        outcomes.push(await work(connection));
        throw new NotKept();
      }, terms);
    } catch (error) {
      if (!(error instanceof NotKept)) throw error;
    }
    const outcome = outcomes.at(-1);
    // It was put there before the transaction was ended.
    return outcome as Awaited<ReturnType<typeof work>>;
  });
  return { ...undone, forget: () => Promise.resolve() };
}
