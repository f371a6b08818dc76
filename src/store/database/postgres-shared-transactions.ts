import { nowMs } from '../../clock.js';
import type { Connection, TransactionTerms } from './connection.js';
import { isLockTimeout, isRetryable, translateDatabaseError } from './database-error.js';
import { withinTime } from './deadline.js';
import { GroupCommit, type CommitBackend } from './group-commit.js';
import type { PostgresPool } from './postgres-pool.js';
import { PostgresTransaction } from './postgres-transaction.js';

// Of more savepoints than 64 in one transaction PostgreSQL tells others slowly whether they are committed.
const batchRules = { most: 60, longestMs: 30 };

/** A transaction, and what settles when it is durable or given up; until then it has its connection. */
interface OpenTransaction {
  readonly transaction: PostgresTransaction;
  readonly settled: Promise<unknown>;
  readonly settle: (outcome?: Promise<unknown>) => void;
}

/** Where writers meet: they go through one after the other, and share commits as the writers of SQLite do. */
class Meeting implements CommitBackend {
  readonly commits = new GroupCommit(this, nowMs, batchRules);
  /** How many have not been answered. */
  present = 0;
  readonly #pool: PostgresPool;
  #open: OpenTransaction | undefined;

  constructor(pool: PostgresPool) {
    this.#pool = pool;
  }

  get open(): OpenTransaction {
    if (this.#open === undefined) throw new Error('no transaction is open');
    return this.#open;
  }

  async begin(): Promise<void> {
    this.#open = await new Promise<OpenTransaction>((opened, refused) => {
      const lent = this.#pool.withWriter((client) => {
        const open = openOn(client);
        opened(open);
        return open.settled;
      });
      lent.catch(refused);
    });
  }

  /** The next may begin, on another connection, while this one waits for the disk. */
  async commit(): Promise<void> {
    const { transaction, settle } = this.open;
    settle((await transaction.commit({ hurries: true })).durable);
  }

  async rollback(): Promise<void> {
    const { transaction, settle } = this.open;
    await transaction.rollback();
    settle();
  }

  savepoint(): void {
    this.open.transaction.savepoint();
  }

  releaseSavepoint(): void {
    this.open.transaction.keep();
  }

  rollbackToSavepoint(): Promise<void> {
    return this.open.transaction.rollbackToSavepoint();
  }

  keep(): void {
    // What is to be kept is in the transaction.
  }

  /** The victim of a deadlock, or who met a lock while others in the transaction hold theirs. */
  mayComeAgain(error: unknown, isFirst: boolean): boolean {
    return isRetryable(error) || (!isFirst && isLockTimeout(error));
  }
}

function openOn(client: ConstructorParameters<typeof PostgresTransaction>[0]): OpenTransaction {
  let settle: OpenTransaction['settle'] = () => undefined;
  const settled = new Promise<unknown>((resolve) => {
    settle = (outcome) => resolve(outcome);
  });
  return { transaction: new PostgresTransaction(client), settled, settle };
}

/** One of the works of a transaction: what it posted is judged before the next one begins. */
async function carryOut<Result>(
  transaction: PostgresTransaction,
  work: (connection: Connection) => Promise<Result>,
  { deadlineMs }: TransactionTerms,
): Promise<Result> {
  try {
    const result = await work(withinTime(transaction.connection, deadlineMs));
    await transaction.settle();
    return result;
  } catch (error) {
    throw transaction.reasonOf(error);
  }
}

/**
 * Transactions that meet at a place: in this process they go through one after the other, and share one connection and one commit,
 * each in its own savepoint, each acknowledged when it is durable.
 */
export class SharedTransactions {
  readonly #pool: PostgresPool;
  readonly #meetings = new Map<string, Meeting>();

  constructor(pool: PostgresPool) {
    this.#pool = pool;
  }

  /** How many transactions wait. */
  get waiting(): number {
    let waiting = 0;
    for (const { commits } of this.#meetings.values()) waiting += commits.waiting;
    return waiting;
  }

  /**
   * Runs `work` behind those that meet at the same place; resolves when it is durable. Throws what `translateDatabaseError` makes of
   * a failure, that of a mark or of the commit included.
   */
  async run<Result>(
    place: string,
    work: (connection: Connection) => Promise<Result>,
    terms: TransactionTerms,
  ): Promise<Result> {
    const meeting = this.#meetingAt(place);
    meeting.present += 1;
    try {
      let settled: Promise<unknown> | undefined;
      const result = await meeting.commits.submit(() => {
        settled = meeting.open.settled;
        return carryOut(meeting.open.transaction, work, terms);
      }, terms);
      await settled;
      return result;
    } catch (error) {
      throw translateDatabaseError(error);
    } finally {
      meeting.present -= 1;
      if (meeting.present === 0) this.#meetings.delete(place);
    }
  }

  #meetingAt(place: string): Meeting {
    const known = this.#meetings.get(place);
    if (known !== undefined) return known;
    const meeting = new Meeting(this.#pool);
    this.#meetings.set(place, meeting);
    return meeting;
  }
}
