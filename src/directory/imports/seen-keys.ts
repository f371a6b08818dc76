const smallest = 1_024;

/**
 * Remembers which keys there were, in 16 to 32 bytes each and without garbage: a table of hashes of 53 bits. That two of a million
 * keys are taken for one has the odds of one in some ten thousand.
 */
export class SeenKeys {
  #table = new Float64Array(smallest);
  #count = 0;

  /** Adds a key; false when it was there before. */
  add(key: string): boolean {
    if (this.#count * 2 >= this.#table.length) this.#grow();
    return this.#put(this.#table, hashOf(key));
  }

  #put(table: Float64Array, hash: number): boolean {
    for (let place = hash % table.length; ; place = (place + 1) % table.length) {
      if (table[place] === hash) return false;
      if (table[place] !== 0) continue;
      table[place] = hash;
      this.#count += 1;
      return true;
    }
  }

  #grow(): void {
    const before = this.#table;
    this.#table = new Float64Array(before.length * 2);
    this.#count = 0;
    for (const hash of before) if (hash !== 0) this.#put(this.#table, hash);
  }
}

/** Two multiplicative hashes of 32 bits side by side, mixed at the end; never zero, which is an empty place. */
function hashOf(key: string): number {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < key.length; index += 1) {
    const unit = key.charCodeAt(index);
    high = Math.imul(high ^ unit, 2_654_435_761);
    low = Math.imul(low ^ unit, 1_597_334_677);
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return (high & 0x1f_ffff) * 0x1_0000_0000 + (low >>> 0) || 1;
}
