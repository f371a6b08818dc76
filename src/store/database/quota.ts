import { LRUCache } from 'lru-cache';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { nowMs } from '../../clock.js';
import type { Database } from './connection.js';

/** How often something may be done: `limit` times in a window of so many seconds, for each key. */
export interface QuotaRules {
  readonly name: string;
  readonly limit: number;
  readonly seconds: number;
}

/** How a key stands when it has asked for something. */
export interface QuotaState {
  readonly granted: boolean;
  /** What is left in this window, as far as this process knows. */
  readonly remaining: number;
  /** When the next window begins. */
  readonly resetMs: number;
}

/** What this process may give away of a key's quota before it asks the counter again. */
interface Lease {
  left: number;
  /** What was given away without asking. */
  unreported: number;
  /** What nobody has leased, when the counter was asked last. */
  free: number;
  untilMs: number;
  renewal: Promise<void> | undefined;
}

const maxKeys = 20_000;
const shares = 10;

/**
 * A limit that processes over one database share. Each leases a tenth of a key's quota at a time, and begins a window with a tenth
 * that it reports when that is used up, so that most requests ask nobody. Together they grant no more than the limit and a tenth of
 * it for each process.
 */
export class Quota {
  readonly rules: QuotaRules;
  readonly #counter: RateLimiterAbstract;
  readonly #share: number;
  readonly #leases = new LRUCache<string, Lease>({ max: maxKeys });

  constructor({ dialect, reader }: Pick<Database, 'dialect' | 'reader'>, rules: QuotaRules) {
    this.rules = rules;
    this.#counter = dialect.counter(reader, { name: rules.name, points: rules.limit, seconds: rules.seconds });
    this.#share = Math.max(1, Math.floor(rules.limit / shares));
  }

  /** Takes one from the quota of a key, unless it is used up; at once where the lease of this process allows it. */
  take(key: string): QuotaState | Promise<QuotaState> {
    const lease = this.#leaseOf(key);
    if (lease.left > 0) {
      lease.left -= 1;
      return stateOf(lease, true);
    }
    return lease.free === 0 ? stateOf(lease, false) : this.#takeRenewed(key, lease);
  }

  /**
   * Takes as many as were done, whether they are left or not. What is more than the quota is a debt: nothing is granted until
   * as much time has passed as it would have taken.
   */
  async charge(key: string, points: number): Promise<void> {
    const lease = this.#leaseOf(key);
    const own = Math.min(lease.left, points);
    lease.left -= own;
    if (points === own) return;
    const { limit, seconds } = this.rules;
    const { consumed, resetMs } = await this.#count(key, lease, points - own);
    const debt = consumed - limit;
    if (debt <= 0) return;
    const blockedMs = resetMs + (debt / limit) * seconds * 1_000;
    await this.#counter.block(key, blockedMs / 1_000);
    Object.assign(lease, { left: 0, free: 0, untilMs: nowMs() + blockedMs });
  }

  async #takeRenewed(key: string, lease: Lease): Promise<QuotaState> {
    lease.renewal ??= this.#renew(key, lease).finally(() => {
      lease.renewal = undefined;
    });
    await lease.renewal;
    return this.take(key);
  }

  async #renew(key: string, lease: Lease): Promise<void> {
    const { consumed } = await this.#count(key, lease, this.#share);
    lease.left += Math.max(this.#share - Math.max(consumed - this.rules.limit, 0), 0);
  }

  /** Tells the counter what is taken now, and what was given away without asking. */
  async #count(key: string, lease: Lease, points: number): Promise<{ consumed: number; resetMs: number }> {
    const reported = points + lease.unreported;
    lease.unreported = 0;
    // A window that begins with this ends with the lease, which began with the first request of the window.
    const customDuration = Math.max(lease.untilMs - nowMs(), 1) / 1_000;
    const { consumedPoints, msBeforeNext } = await this.#counter.penalty(key, reported, { customDuration });
    lease.untilMs = nowMs() + msBeforeNext;
    lease.free = Math.max(this.rules.limit - consumedPoints, 0);
    return { consumed: consumedPoints, resetMs: msBeforeNext };
  }

  #leaseOf(key: string): Lease {
    const known = this.#leases.get(key);
    if (known !== undefined && (known.untilMs > nowMs() || known.renewal !== undefined)) return known;
    const { limit, seconds } = this.rules;
    const share = this.#share;
    const untilMs = nowMs() + seconds * 1_000;
    const lease = { left: share, unreported: share, free: limit - share, untilMs, renewal: undefined };
    this.#leases.set(key, lease);
    return lease;
  }
}

function stateOf({ left, free, untilMs }: Lease, granted: boolean): QuotaState {
  return { granted, remaining: left + free, resetMs: Math.max(untilMs - nowMs(), 0) };
}
