import { LRUCache } from 'lru-cache';
import type { TokenStanding } from '../../store/tenant/token-store.js';

const maxAgeMs = 1_000;
const maxTokens = 10_000;

/**
 * Remembers for at most a second how a token stands. A revocation in this process empties it at once; one in another
 * process is seen within that second.
 */
export class TokenCache {
  readonly #standings = new LRUCache<string, TokenStanding>({ max: maxTokens, ttl: maxAgeMs });
  /** Of personal tokens, which end with what becomes of people. */
  readonly #personal = new LRUCache<string, TokenStanding>({ max: maxTokens, ttl: maxAgeMs });
  #generation = 0;

  /** How the token with this public id stands; asks `load` when it is not remembered. */
  async get(publicId: string, load: () => Promise<TokenStanding | undefined>): Promise<TokenStanding | undefined> {
    const known = this.#remembered(publicId);
    if (known !== undefined) return known;
    const generation = this.#generation;
    // The second begins ahead of the question: how long the answer takes must not add to it.
    const start = performance.now();
    const standing = await load();
    // What was read before a revocation must not be remembered after it.
    if (standing !== undefined && generation === this.#generation) this.#remember(standing, start);
    return standing;
  }

  /** Whether this is what is remembered of its token: that it stands as it was read to stand. */
  isCurrent(standing: TokenStanding): boolean {
    return this.#remembered(standing.token.publicId) === standing;
  }

  /** Forgets everything: a token, a person, a unit or a client may have ended. */
  clear(): void {
    this.#standings.clear();
    this.clearPersonal();
  }

  /** Forgets how personal tokens stand: a person may have ended, or administer something else. */
  clearPersonal(): void {
    this.#generation++;
    // To clear it costs what it could hold.
    if (this.#personal.size > 0) this.#personal.clear();
  }

  #remembered(publicId: string): TokenStanding | undefined {
    return this.#standings.get(publicId) ?? this.#personal.get(publicId);
  }

  #remember(standing: TokenStanding, start: number): void {
    const { kind, publicId } = standing.token;
    (kind === 'user' ? this.#personal : this.#standings).set(publicId, standing, { start });
  }
}
