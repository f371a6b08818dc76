import { nowMs } from '../clock.js';
import { unavailable } from '../errors.js';
import { FairQueue } from '../store/database/fair-queue.js';

/** How many may be at work. */
export interface TurnRules {
  readonly atOnce: number;
  /** Of one client; the rest is room for others. */
  readonly atOnceOfOne: number;
  /**
   * Of one client while there are others: what is at work together shares the event loop, and delays each of the others. What has
   * been at work for longer than `busyMs` waits for something else, and does not count here.
   */
  readonly atOnceBesideOthers: number;
  readonly busyMs: number;
  readonly waiting: number;
  readonly waitingOfOne: number;
}

export const turnRules: TurnRules = {
  atOnce: 64,
  atOnceOfOne: 32,
  atOnceBesideOthers: 1,
  busyMs: 50,
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

/** A request that is at work. */
export interface Turn {
  readonly client: string;
  readonly sinceMs: number;
}

/** Lets a bounded number of requests be at work; the others wait in turns, client by client, in a queue that is bounded too. */
export class Turns {
  readonly #rules: TurnRules;
  readonly #queue: FairQueue<{ readonly client: string; readonly start: (turn: Turn) => void }>;
  readonly #working = new Map<string, Set<Turn>>();
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
  take(client: string): Turn | Promise<Turn> {
    this.#presence.note(client);
    if (this.#queue.size === 0 && this.#hasRoom(client)) return this.#begin(client);
    return new Promise((start, refuse) => {
      const isQueued = this.#queue.push(client, { client, start });
      if (!isQueued) refuse(unavailable('too many requests are waiting', undefined, 1));
      this.fill();
    });
  }

  leave(turn: Turn): void {
    const own = this.#working.get(turn.client);
    if (own?.delete(turn) !== true) return;
    if (own.size === 0) this.#working.delete(turn.client);
    this.#atWork -= 1;
    this.fill();
  }

  /** Gives turns to those who wait and may have one now: time has passed, or somebody has left. */
  fill(): void {
    while (this.#queue.size > 0 && this.#atWork < this.#rules.atOnce) {
      const next = this.#queue.shift((client) => this.#hasRoom(client));
      if (next === undefined) return;
      next.start(this.#begin(next.client));
    }
  }

  #hasRoom(client: string): boolean {
    const { atOnce, atOnceOfOne, atOnceBesideOthers } = this.#rules;
    if (this.#atWork >= atOnce) return false;
    const own = this.#working.get(client);
    if (own === undefined) return true;
    return own.size < atOnceOfOne && (this.#presence.isAlone(client) || this.#busy(own) < atOnceBesideOthers);
  }

  #busy(turns: ReadonlySet<Turn>): number {
    const freshMs = nowMs() - this.#rules.busyMs;
    let busy = 0;
    for (const { sinceMs } of turns) if (sinceMs > freshMs) busy += 1;
    return busy;
  }

  #begin(client: string): Turn {
    const turn = { client, sinceMs: nowMs() };
    const own = this.#working.get(client);
    if (own === undefined) this.#working.set(client, new Set([turn]));
    else own.add(turn);
    this.#atWork += 1;
    return turn;
  }
}
