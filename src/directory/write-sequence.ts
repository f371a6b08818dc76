import { sharingCommits } from '../store/database/sharing-commits.js';
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
 * Writes that take effect in the order in which they are started, as if each had waited for the one before. The next may be started
 * when this one stands in the queue of those that meet at the place, so that they share commits.
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
    const announced = { ...this.#context, database: sharingCommits(database, resolve) };
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
