import type { Database } from '../store/database/connection.js';
import type { DirectoryContext } from './context.js';
import { Groups } from './groups/groups.js';
import { Users } from './users/users.js';

/** The services that a write of a sequence uses. */
export interface SequencedServices {
  readonly users: Users;
  readonly groups: Groups;
}

/** A write that has been started; `done` settles as the write does. */
export interface StartedWrite<Result> {
  readonly done: Promise<Result>;
}

/**
 * Writes that take effect in the order in which they are started, as if each had waited for the one before.
 * Where the database runs transactions in their order, the next may be started when this one stands in its queue, so that
 * they share a commit; elsewhere each is awaited.
 */
export class WriteSequence {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /** Starts a write of one transaction; resolves when the next one may be started, whatever becomes of this one. */
  async start<Result>(write: (services: SequencedServices) => Promise<Result>): Promise<StartedWrite<Result>> {
    const { database } = this.#context;
    const { promise: queued, resolve } = deferred();
    const announced = { ...this.#context, database: database.serial ? announcing(database, resolve) : database };
    const done = write({ users: new Users(announced), groups: new Groups(announced) });
    // What it throws is for the one who awaits `done`.
    await Promise.race([queued, done.then(resolve, resolve)]);
    return { done };
  }
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

/** The database, telling when a transaction has been asked for. */
function announcing(database: Database, announce: () => void): Database {
  const { dialect, reader, scanner, replica, serial } = database;
  return {
    dialect,
    reader,
    scanner,
    replica,
    serial,
    transaction: (work, terms) => {
      const done = database.transaction(work, terms);
      announce();
      return done;
    },
    forget: () => database.forget(),
    ping: () => database.ping(),
    close: () => database.close(),
  };
}
