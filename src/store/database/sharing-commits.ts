import type { Database } from './connection.js';
import { withTransactions } from './with-transactions.js';

/**
 * The database, for many writes of one piece of work: the transactions of a client go through one after the other, in the order in which
 * they are asked for, and share commits. `announce` is told when one has been asked for.
 */
export function sharingCommits(database: Database, announce: () => void = () => undefined): Database {
  return withTransactions(database, (work, terms) => {
    const done = database.transaction(work, { ...terms, meetsAt: `${terms?.clientId ?? ''}/sequences` });
    announce();
    return done;
  });
}
