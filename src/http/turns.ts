import { nowMs } from '../clock.js';
import { unavailable } from '../errors.js';
import { FairQueue } from '../store/fair-queue.js';

/** How many may be at work. */
export interface TurnRules {
  readonly atOnce: number;
  /** Of one client; the rest is room for others. */
  readonly atOnceOfOne: number;
  /** Of one client while there are others: what is at work together shares the event loop, and delays each of the others. */
  readonly atOnceBesideOthers: number;
  readonly waiting: number;
  readonly waitingOfOne: number;
}

export const turnRules: TurnRules = {
  atOnce: 64,
  atOnceOfOne: 32,
  atOnceBesideOthers: 4,
  waiting: 2_000,
  waitingOfOne: 1_000,
};

/** For so long a client counts as there, and up to twice as long. */
const presenceMs = 1_000;

/** Who has been there of late. */
class Presence {
  #now = new Set<string>();
  #before = new Set<string>();
  #untilMs = 0;

  note(client: string): void {
    const now = nowMs();
    if (now >= this.#untilMs) {
      this.#before = now >= this.#untilMs + presenceMs ? new Set() : this.#now;
      this.#now = new Set();
      this.#untilMs = now + presenceMs;
    }
    this.#now.add(client);
  }

  isAlone(client: string): boolean {
    return [this.#now, this.#before].every((there) => there.size === 0 || (there.size === 1 && there.has(client)));
  }
}

/** Lets a bounded number of requests be at work; the others wait in turns, client by client, in a queue that is bounded too. */
export class Turns {
  readonly #rules: TurnRules;
  readonly #queue: FairQueue<{ readonly client: string; readonly start: () => void }>;
  readonly #working = new Map<string, number>();
  readonly #presence = new Presence();
  #atWork = 0;

  constructor(rules: TurnRules) {
    this.#rules = rules;
    this.#queue = new FairQueue({ most: rules.waiting, mostOfOne: rules.waitingOfOne });
  }

  get waiting(): number {
    return this.#queue.size;
  }

  get atWork(): number {
    return this.#atWork;
  }

  /** Takes a turn, which `leave` gives back: at once where there is room, else when it comes. Throws 503 when the queue is full. */
  take(client: string): Promise<void> | undefined {
    this.#presence.note(client);
    if (this.#queue.size === 0 && this.#hasRoom(client)) {
      this.#begin(client);
      return undefined;
    }
    return new Promise((start, refuse) => {
      if (!this.#queue.push(client, { client, start }))
        refuse(unavailable('too many requests are waiting', undefined, 1));
      this.#fill();
    });
  }

  leave(client: string): void {
    const others = (this.#working.get(client) ?? 1) - 1;
    if (others === 0) this.#working.delete(client);
    else this.#working.set(client, others);
    this.#atWork -= 1;
    this.#fill();
  }

  #hasRoom(client: string): boolean {
    const { atOnce, atOnceOfOne, atOnceBesideOthers } = this.#rules;
    if (this.#atWork >= atOnce) return false;
    const own = this.#working.get(client) ?? 0;
    return own < atOnceOfOne && (own < atOnceBesideOthers || this.#presence.isAlone(client));
  }

  #begin(client: string): void {
    this.#atWork += 1;
    this.#working.set(client, (this.#working.get(client) ?? 0) + 1);
  }

  #fill(): void {
    while (this.#queue.size > 0 && this.#atWork < this.#rules.atOnce) {
      const next = this.#queue.shift((client) => this.#hasRoom(client));
      if (next === undefined) return;
      this.#begin(next.client);
      next.start();
    }
  }
}
