import type { PoolClient } from 'pg';
import { appendStatements } from '../trail/append-entries.js';
import type { NewEntry } from '../trail/change-chain.js';
import type { Binding } from '../sql/sql.js';
import type { Connection, Refuse } from './connection.js';
import { translateDatabaseError } from './database-error.js';
import { statementsOn, type Courier } from './postgres-courier.js';
import { SkippedStatement } from './postgres-journey.js';
import { courierOn } from './postgres-pool.js';

const beginPatiently = [
  'BEGIN',
  'SET LOCAL statement_timeout = 0',
  'SET LOCAL lock_timeout = 0',
  'SET LOCAL idle_in_transaction_session_timeout = 0',
];
// The log is flushed up to here, together with whoever else waits for that; what flushes must write something.
const flush = `SELECT pg_logical_emit_message(true, 'muster', '')`;

// Who has locked something already waits for more no longer than a single write takes, so that nobody waits for each other in a circle:
// PostgreSQL would look for one after a second. The session has its own patience back for the log.
const hurryLocks = `SET LOCAL lock_timeout = '5ms'`;
const resetLocks = 'SET LOCAL lock_timeout TO DEFAULT';

interface Failure {
  readonly reason: unknown;
}

/** A transaction on one connection. Nothing waits for the answer to what only marks a place in it, or to what is posted. */
export class PostgresTransaction {
  readonly connection: Connection;
  readonly #courier: Courier;
  readonly #entries: NewEntry[] = [];
  /** How many entries there were at the last savepoint. */
  #entriesBefore = 0;
  /** Whether there is a savepoint that nobody will go back to. */
  #isKept = false;
  #hurriesLocks = false;
  /** What was wrong with a mark: then what stands between marks is not what is believed. */
  #fault: Failure | undefined;
  /** What was wrong with a statement that was posted. */
  #failure: Failure | undefined;

  constructor(client: PoolClient, { isPatient }: { readonly isPatient?: boolean | undefined } = {}) {
    this.#courier = courierOn(client, { isPatient });
    this.connection = {
      ...statementsOn(this.#courier),
      append: (entry) => void this.#entries.push(entry),
      post: async (...statement) => this.#post(...statement),
    };
    // Sent together with the first statement: who waits for the answer to one waits for both.
    for (const mark of isPatient === true ? beginPatiently : ['BEGIN']) this.#mark(mark);
  }

  savepoint(): void {
    this.#entriesBefore = this.#entries.length;
    if (this.#isKept) this.#mark('RELEASE job');
    if (!this.#hurriesLocks) this.#mark(hurryLocks);
    this.#mark('SAVEPOINT job');
    this.#isKept = false;
    this.#hurriesLocks = true;
  }

  /** What was done since the savepoint is kept: the next one takes its place. */
  keep(): void {
    this.#isKept = true;
  }

  /** Throws when the transaction cannot go on. */
  async rollbackToSavepoint(): Promise<void> {
    this.#entries.length = this.#entriesBefore;
    // A journey of its own: what was posted before may fail.
    await this.#courier.arrive();
    this.#mark('ROLLBACK TO job');
    this.#mark('RELEASE job');
    await this.#courier.arrive();
    this.#failure = undefined;
    this.#requireMarks();
  }

  /** Waits for what was posted. Throws what was wrong with it. */
  async settle(): Promise<void> {
    await this.#courier.arrive();
    if (this.#failure !== undefined) throw this.#failure.reason;
  }

  /** What a transaction throws that fails with this. */
  reasonOf(error: unknown): unknown {
    if (!(error instanceof SkippedStatement)) return error;
    return this.#failure === undefined ? translateDatabaseError(error.cause) : this.#failure.reason;
  }

  /**
   * Appends the entries and commits: others see it when this resolves, with what resolves when it is durable. All of it is sent at
   * once, with what was posted, so that the lock of the head does not wait for this process. When a statement fails, there is no
   * COMMIT.
   */
  async commit({ hurries = false } = {}): Promise<{ readonly durable: Promise<void> }> {
    this.#requireMarks();
    if (this.#hurriesLocks) this.#mark(resetLocks);
    for (const { text, bindings } of appendStatements(this.#entries)) this.#post(text, bindings);
    const committed = this.#sent('COMMIT', hurries);
    const durable = this.#entries.length === 0 ? committed : this.#sent(flush);
    // Whoever waits for it is told; nobody does when the commit fails.
    durable.catch(() => undefined);
    this.#courier.go();
    await committed;
    this.#requireMarks();
    return { durable };
  }

  async rollback(): Promise<void> {
    this.#courier.drop(new Error('the transaction is given up'));
    await this.#courier.ask('ROLLBACK', []).catch(() => undefined);
  }

  #post(text: string, bindings: readonly Binding[] = [], refuse: Refuse = (error) => error): void {
    const failed = (error: unknown) => {
      this.#failure ??= {
        reason: error instanceof SkippedStatement ? this.reasonOf(error) : refuse(translateDatabaseError(error)),
      };
    };
    this.#courier.post(text, bindings, { failed });
  }

  #mark(statement: string): void {
    const failed = (reason: unknown) => {
      this.#fault ??= { reason };
    };
    this.#courier.post(statement, [], { failed });
  }

  /** Resolves when a statement is done that travels with what is sent next. */
  #sent(statement: string, hurries = false): Promise<void> {
    return new Promise((done, refused) => {
      this.#courier.post(statement, [], { hurries, done, failed: (error) => refused(this.reasonOf(error)) });
    });
  }

  #requireMarks(): void {
    if (this.#fault !== undefined) throw this.reasonOf(this.#fault.reason);
  }
}
