import { setTimeout as sleep } from 'node:timers/promises';
import type SqliteConnection from 'better-sqlite3';
import { nowMs } from '../../clock.js';
import { appendEntries } from '../trail/append-entries.js';
import type { NewEntry } from '../trail/change-chain.js';
import { isOutage } from './database-error.js';
import type { CommitBackend } from './group-commit.js';
import { PreparedConnection } from './prepared-connection.js';
import { nextTurn } from './turns.js';

const beginTimeoutMs = 5_000;
const beginRetryMs = 2;
// Longer than another process takes to try again.
const restMs = 4;
// The commit of so many rows and the fold of the log into the file take tens of milliseconds each.
const manyChanges = 5_000;
// How long the log is when SQLite folds it; its own default.
const longLogPages = 1_000;

/**
 * The one writer of an SQLite file. Its transactions share commits; what they tell the change log is appended once, before the
 * commit.
 */
export class SqliteWriter extends PreparedConnection implements CommitBackend {
  readonly #connection: SqliteConnection.Database;
  readonly #statements: Readonly<
    Record<'begin' | 'commit' | 'rollback' | 'savepoint' | 'release', SqliteConnection.Statement>
  >;
  /** The entries of the transaction that runs, and those of the ones before it that are to be kept. */
  #entries: NewEntry[] = [];
  #batch: NewEntry[] = [];
  readonly #leavesRoom: boolean;
  #freeSinceMs = 0;
  readonly #totalChanges: () => number;
  #changesBefore = 0;

  /** With `leavesRoom` it rests between two transactions, so that another process has its turn. */
  constructor(connection: SqliteConnection.Database, { leavesRoom }: { readonly leavesRoom: boolean }) {
    super(connection);
    this.#leavesRoom = leavesRoom;
    this.#connection = connection;
    const totalChanges = connection.prepare('select total_changes()').pluck();
    // SQLite counts in a number.
    this.#totalChanges = () => totalChanges.get() as number;
    this.#statements = {
      // IMMEDIATE, so that a second process waits instead of losing its write.
      begin: connection.prepare('BEGIN IMMEDIATE'),
      commit: connection.prepare('COMMIT'),
      rollback: connection.prepare('ROLLBACK'),
      savepoint: connection.prepare('SAVEPOINT job'),
      release: connection.prepare('RELEASE job'),
    };
  }

  override append(entry: NewEntry): void {
    this.#entries.push(entry);
  }

  /** Waits for another process, without holding the event loop. */
  async begin(): Promise<void> {
    await this.#rest();
    const endMs = nowMs() + beginTimeoutMs;
    for (;;) {
      try {
        this.#statements.begin.run();
        this.#entries = [];
        this.#batch = [];
        return;
      } catch (error) {
        const locked = error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
        if (!locked || !isOutage(error) || nowMs() > endMs) throw error;
      }
      await sleep(beginRetryMs);
    }
  }

  async commit(): Promise<void> {
    await appendEntries(this, this.#batch);
    const changes = this.#totalChanges();
    const isLarge = changes - this.#changesBefore > manyChanges;
    this.#changesBefore = changes;
    await (isLarge ? this.#commitInTurns() : this.#statements.commit.run());
    this.#freeSinceMs = nowMs();
  }

  /** SQLite folds the log into the file in the commit that makes the log long: here that is another turn of the event loop. */
  async #commitInTurns(): Promise<void> {
    await nextTurn();
    this.#connection.pragma('wal_autocheckpoint = 0');
    try {
      this.#statements.commit.run();
    } finally {
      this.#connection.pragma(`wal_autocheckpoint = ${longLogPages}`);
    }
    await nextTurn();
    this.#foldLog();
    await nextTurn();
  }

  /** What is committed stays so, folded or not: as when SQLite does it, a failure is left for the next time. */
  #foldLog(): void {
    try {
      this.#connection.pragma('wal_checkpoint(PASSIVE)');
    } catch {
      // The log is longer until then.
    }
  }

  rollback(): void {
    this.#statements.rollback.run();
    this.#freeSinceMs = nowMs();
  }

  savepoint(): void {
    this.#entries = [];
    this.#statements.savepoint.run();
  }

  releaseSavepoint(): void {
    this.#statements.release.run();
  }

  keep(): void {
    for (const entry of this.#entries) this.#batch.push(entry);
  }

  rollbackToSavepoint(): void {
    this.#connection.exec('ROLLBACK TO job; RELEASE job');
  }

  async #rest(): Promise<void> {
    if (!this.#leavesRoom) return;
    // A clock that was set back must not make it longer.
    const restsMs = Math.min(this.#freeSinceMs + restMs - nowMs(), restMs);
    if (restsMs > 0) await sleep(restsMs);
  }
}
