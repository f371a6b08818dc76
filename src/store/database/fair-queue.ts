/** How much a queue holds. */
export interface QueueRules {
  readonly most: number;
  /** Of one key. */
  readonly mostOfOne: number;
}

/**
 * A bounded queue in which keys take turns: who has asked for much waits behind itself alone, and leaves room for others.
 * What has the same key comes out in the order in which it went in.
 */
export class FairQueue<Item> {
  readonly #rules: QueueRules;
  /** The key whose turn it is first. A key is here while something of it waits. */
  readonly #waiting = new Map<string, Item[]>();
  #size = 0;

  constructor(rules: QueueRules) {
    this.#rules = rules;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds an item behind those of its key; false when there is no room for it. */
  push(key: string, item: Item): boolean {
    const own = this.#waiting.get(key);
    if (this.#size >= this.#rules.most || (own?.length ?? 0) >= this.#rules.mostOfOne) return false;
    if (own === undefined) this.#waiting.set(key, [item]);
    else own.push(item);
    this.#size += 1;
    return true;
  }

  /** Takes the first item of the next key that may have its turn; that key waits for all others then. */
  shift(mayHaveTurn: (key: string) => boolean = () => true): Item | undefined {
    for (const [key, own] of this.#waiting) {
      if (!mayHaveTurn(key)) continue;
      const item = own.shift();
      this.#waiting.delete(key);
      if (own.length > 0) this.#waiting.set(key, own);
      this.#size -= 1;
      return item;
    }
    return undefined;
  }

  /** Takes everything, in turns. */
  clear(): readonly Item[] {
    const all: Item[] = [];
    for (let item = this.shift(); item !== undefined; item = this.shift()) all.push(item);
    return all;
  }
}
