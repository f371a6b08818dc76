import { expect } from 'chai';
import fc from 'fast-check';
import { FairQueue } from '../../src/store/database/fair-queue.js';

const rules = { most: 10, mostOfOne: 6 };

describe('the fair queue', () => {
  it('lets keys take turns, and keeps the order of each', () => {
    const queue = new FairQueue<string>(rules);
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) queue.push(name.charAt(0), name);
    expect(queue.clear()).to.deep.equal(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('passes over a key that may not have its turn, which keeps its place', () => {
    const queue = new FairQueue<string>(rules);
    for (const name of ['a1', 'b1', 'b2']) queue.push(name.charAt(0), name);
    expect(queue.shift((key) => key !== 'a')).to.equal('b1');
    expect(queue.shift((key) => key === 'c')).to.equal(undefined);
    expect(queue.clear()).to.deep.equal(['a1', 'b2']);
  });

  it('holds no more than it may of one key, and of all', () => {
    const queue = new FairQueue<number>(rules);
    const pushed = (key: string) =>
      Array.from({ length: 8 }, (_, item) => queue.push(key, item)).filter(Boolean).length;
    expect([pushed('a'), pushed('b'), pushed('c')]).to.deep.equal([6, 4, 0]);
    expect(queue.size).to.equal(10);
  });

  it('gives every item once, those of a key in their order, whatever is asked of it', () => {
    const step = fc.oneof(fc.constantFrom('a', 'b', 'c', 'd'), fc.constant(undefined));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new FairQueue<readonly [string, number]>(rules);
        const kept: (readonly [string, number])[] = [];
        const given: (readonly [string, number])[] = [];
        for (const [place, key] of steps.entries()) {
          if (key !== undefined && queue.push(key, [key, place])) kept.push([key, place]);
          const item = key === undefined ? queue.shift() : undefined;
          if (item !== undefined) given.push(item);
        }
        given.push(...queue.clear());
        expect(queue.size).to.equal(0);
        const of = (items: typeof given, key: string) => items.filter(([name]) => name === key);
        for (const key of ['a', 'b', 'c', 'd']) expect(of(given, key)).to.deep.equal(of(kept, key));
      }),
      { seed: 20_261 },
    );
  });
});
