import type { Suite } from 'mocha';

/** The end of a suite's title that keeps what is in it in the order written. */
const ordered = '(in order)';

/** A small generator of numbers in 0…1 that gives the same ones for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Brings the items into a random order, in place (Fisher–Yates). */
export function shuffle(items: unknown[], random: () => number): void {
  for (let last = items.length - 1; last > 0; last--) {
    const chosen = Math.floor(random() * (last + 1));
    [items[last], items[chosen]] = [items[chosen], items[last]];
  }
}

/** Shuffles the suites and the tests inside a suite, at every level; a title ending in `(in order)` keeps its own. */
export function shuffleSuite(suite: Suite, random: () => number): void {
  if (!suite.title.endsWith(ordered)) {
    shuffle(suite.tests, random);
    shuffle(suite.suites, random);
  }
  for (const inner of suite.suites) shuffleSuite(inner, random);
}

/** The seed to use: `MOCHA_SEED`, 0 for the order written, or a new one. */
export function chooseSeed(given: string | undefined): number {
  return given === undefined || given === '' ? Math.floor(Math.random() * 1_000_000) + 1 : Number(given);
}
