import type { PoolClient } from 'pg';
import { appendStatements } from '../trail/append-entries.js';
import type { NewEntry } from '../trail/change-chain.js';
import type { Connection } from './connection.js';
import { connectionOf, query } from './postgres-pool.js';

const beginPatiently =
  'BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0';
// The log is flushed up to here, together with whoever else waits for that; what flushes must write something.
const flush = `SELECT pg_logical_emit_message(true, 'muster', '')`;

/** A transaction on one connection. Nothing waits for the answer to what only marks a place in it. */
export class PostgresTransaction {
  readonly connection: Connection;
  readonly #client: PoolClient;
  readonly #entries: NewEntry[] = [];
  /** How many entries there were at the last savepoint. */
  #entriesBefore = 0;
  /** Whether there is a savepoint that nobody will go back to. */
  #isKept = false;
  /** What was wrong with a mark: then what stands between marks is not what is believed. */
  #fault: { readonly reason: unknown } | undefined;

  constructor(client: PoolClient, { isPatient = false }: { readonly isPatient?: boolean | undefined } = {}) {
    this.#client = client;
    this.connection = connectionOf(client, { append: (entry) => void this.#entries.push(entry), isPatient });
    // Sent together with the first statement: who waits for the answer to one waits for both.
    this.#mark(isPatient ? beginPatiently : 'BEGIN');
  }

  savepoint(): void {
    this.#entriesBefore = this.#entries.length;
    this.#mark(this.#isKept ? 'RELEASE job; SAVEPOINT job' : 'SAVEPOINT job');
    this.#isKept = false;
  }

  /** What was done since the savepoint is kept: the next one takes its place. */
  keep(): void {
    this.#isKept = true;
  }

  /** Throws when the transaction cannot go on. */
  async rollbackToSavepoint(): Promise<void> {
    this.#entries.length = this.#entriesBefore;
    await this.#client.query('ROLLBACK TO job; RELEASE job');
    this.#requireMarks();
  }

  /**
   * Appends the entries and commits: others see it when this resolves, with what resolves when it is durable. All of it is sent at
   * once, so that the lock of the head does not wait for this process. A statement that fails leaves nothing for the COMMIT behind it.
   */
  async commit(): Promise<{ readonly durable: Promise<unknown> }> {
    this.#requireMarks();
    const statements = appendStatements(this.#entries).map(({ text, bindings }) => query(this.#client, text, bindings));
    const committed = this.#client.query('COMMIT');
    const durable = this.#entries.length === 0 ? committed : this.#client.query(flush);
    // Whoever waits for it is told; nobody does when the commit fails.
    durable.catch(() => undefined);
    await Promise.all([...statements, committed]);
    this.#requireMarks();
    return { durable };
  }

  async rollback(): Promise<void> {
    await this.#client.query('ROLLBACK').catch(() => undefined);
  }

  #mark(statement: string): void {
    this.#client.query(statement).catch((reason: unknown) => {
      this.#fault ??= { reason };
    });
  }

  #requireMarks(): void {
    if (this.#fault !== undefined) throw this.#fault.reason;
  }
}
