import { createHash } from 'node:crypto';

const smallest = 1_024;

/**
 * Remembers which keys there were, in 16 to 32 bytes each: a table of hashes of 64 bits. That two of a million keys are taken for
 * one has the odds of one in some ten million.
 */
export class SeenKeys {
  #table = new BigUint64Array(smallest);
  #count = 0;

  /** Adds a key; false when it was there before. */
  add(key: string): boolean {
    // Zero is an empty place.
    const hash = createHash('sha256').update(key).digest().readBigUInt64LE() || 1n;
    if (this.#count * 2 >= this.#table.length) this.#grow();
    return this.#put(this.#table, hash);
  }

  #put(table: BigUint64Array, hash: bigint): boolean {
    const mask = table.length - 1;
    for (let place = Number(hash & BigInt(mask)); ; place = (place + 1) & mask) {
      if (table[place] === hash) return false;
      if (table[place] !== 0n) continue;
      table[place] = hash;
      this.#count += 1;
      return true;
    }
  }

  #grow(): void {
    const larger = new BigUint64Array(this.#table.length * 2);
    const before = this.#table;
    this.#count = 0;
    for (const hash of before) if (hash !== 0n) this.#put(larger, hash);
    this.#table = larger;
  }
}
