import { unavailable } from '../../errors.js';

/** How much a gate lets through. */
export interface GateRules {
  readonly atOnce: number;
  readonly patienceMs: number;
}

/** Lets a bounded number of works be under way; the others wait in their order, and are answered 503 when that takes too long. */
export class Gate {
  readonly #rules: GateRules;
  readonly #waiting = new Set<() => void>();
  #underWay = 0;

  constructor(rules: GateRules) {
    this.#rules = rules;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  async pass<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#underWay < this.#rules.atOnce) this.#underWay += 1;
    else await this.#turn();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** Resolves when somebody who leaves gives up the place. */
  #turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        clearTimeout(impatience);
        resolve();
      };
      const impatience = setTimeout(() => {
        this.#waiting.delete(enter);
        reject(unavailable('too many writes are waiting', undefined, 1));
      }, this.#rules.patienceMs);
      this.#waiting.add(enter);
    });
  }

  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#underWay -= 1;
    else {
      this.#waiting.delete(next);
      next();
    }
  }
}
