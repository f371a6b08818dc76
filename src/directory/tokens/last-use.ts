import { LRUCache } from 'lru-cache';
import { instantOf, nowMs } from '../../clock.js';
import type { Database } from '../../store/database/connection.js';
import { writePlatform } from '../../store/tenant/platform-tables.js';
import { writeLastUse } from '../../store/tenant/token-store.js';

const writtenEveryMs = 60_000;
const maxTokens = 10_000;

interface Use {
  readonly usedMs: number;
  readonly writtenMs: number;
}

/** Remembers when each token was used, and writes it at most once a minute, behind the request that used it. */
export class LastUse {
  readonly #database: Database;
  readonly #uses = new LRUCache<string, Use>({ max: maxTokens });
  readonly #writes = new Set<Promise<void>>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** A token is used now. Returns at once; a write that fails is made up for a minute later. */
  note(id: string): void {
    const usedMs = nowMs();
    const writtenMs = this.#uses.get(id)?.writtenMs ?? 0;
    const isDue = usedMs - writtenMs >= writtenEveryMs;
    this.#uses.set(id, { usedMs, writtenMs: isDue ? usedMs : writtenMs });
    if (isDue) this.#write(id, usedMs);
  }

  /** When a token was last used, as far as this process or the database knows: ISO 8601 UTC. */
  of(id: string, written: string | undefined): string | undefined {
    const use = this.#uses.get(id);
    if (use === undefined) return written;
    const seen = instantOf(use.usedMs);
    return written === undefined || written < seen ? seen : written;
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    await Promise.all(this.#writes);
  }

  #write(id: string, usedMs: number): void {
    const use = { id, at: instantOf(usedMs), unlessSince: instantOf(usedMs - writtenEveryMs) };
    const write = writePlatform(this.#database, (platform) => writeLastUse(platform, use))
      // When it was used is worth less than an answer: an outage shows elsewhere.
      .catch(() => undefined)
      .finally(() => this.#writes.delete(write));
    this.#writes.add(write);
  }
}
