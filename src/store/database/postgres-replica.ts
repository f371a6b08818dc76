import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../../clock.js';
import type { Connection, Replica } from './connection.js';
import type { PostgresPool } from './postgres-pool.js';

/** How long a read waits for the replica; most of the time it is some milliseconds behind. */
const patienceMs = 100;
const firstPauseMs = 2;
/** Who has waited in vain spares those who come after it the wait. */
const restMs = 2_000;

// The same cluster, seen from a database of the same name.
const identity = `select s.system_identifier::text || ' ' || current_database() as name from pg_control_system() s`;
const position = 'select pg_current_wal_flush_lsn()::text as lsn';
// Whoever was promoted stays where the promotion found it; who never was a replica has no such position.
const reached =
  'select coalesce(pg_is_in_recovery() and pg_last_wal_replay_lsn() >= ?::pg_lsn, false)::integer as reached';

/**
 * A streaming replica. It is used when it has replayed what the database had committed when it was asked, so that nobody
 * reads less than was acknowledged before, whichever process did that.
 */
export class PostgresReplica implements Replica {
  readonly #primary: Connection;
  readonly #pool: PostgresPool;
  #isKnown = false;
  #restsUntilMs = 0;

  constructor(primary: Connection, pool: PostgresPool) {
    this.#primary = primary;
    this.#pool = pool;
  }

  async caughtUp(): Promise<Connection | undefined> {
    if (nowMs() < this.#restsUntilMs) return undefined;
    // Connecting may take as long as it likes, reading may not.
    const impatience = new AbortController();
    const late = sleep(patienceMs, false, { signal: impatience.signal, ref: false }).catch(() => false);
    const isReady = await Promise.race([this.#catchesUp(nowMs() + patienceMs).catch(() => false), late]);
    impatience.abort();
    if (!isReady) this.rest();
    return isReady ? this.#pool.connection : undefined;
  }

  rest(): void {
    this.#restsUntilMs = nowMs() + restMs;
    this.#isKnown = false;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #catchesUp(untilMs: number): Promise<boolean> {
    if (!this.#isKnown && !(await this.#isOfPrimary())) return false;
    const [here] = await this.#primary.all<{ lsn: string }>(position);
    if (here === undefined) return false;
    for (let pauseMs = firstPauseMs; ; pauseMs *= 2) {
      const [row] = await this.#pool.connection.all<{ reached: number }>(reached, [here.lsn]);
      if (row?.reached === 1) return true;
      if (nowMs() + pauseMs > untilMs) return false;
      await sleep(pauseMs);
    }
  }

  async #isOfPrimary(): Promise<boolean> {
    const [[own], [other]] = await Promise.all([
      this.#primary.all<{ name: string }>(identity),
      this.#pool.connection.all<{ name: string }>(identity),
    ]);
    this.#isKnown = own !== undefined && own.name === other?.name;
    return this.#isKnown;
  }
}
