import { expect } from 'chai';
import fc from 'fast-check';
import Mocha from 'mocha';
import { chooseSeed, randomNumbers, shuffle, shuffleSuite } from './random-order.js';

const shuffled = (count: number, seed: number) => {
  const items = Array.from({ length: count }, (_, index) => index);
  shuffle(items, randomNumbers(seed));
  return items;
};

describe('the random order of the tests', () => {
  it('loses nothing and repeats itself for the same seed', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(), (count, seed) => {
        const items = shuffled(count, seed);
        expect(items.toSorted((a, b) => a - b)).to.deep.equal(Array.from({ length: count }, (_, index) => index));
        expect(shuffled(count, seed)).to.deep.equal(items);
      }),
    );
  });

  it('differs from seed to seed', () => {
    expect(shuffled(20, 1)).not.to.deep.equal(shuffled(20, 2));
  });

  it('leaves a suite whose title says so in the order written', () => {
    const suite = Mocha.Suite.create(new Mocha.Suite(''), 'a day at the office (in order)');
    const titles = Array.from({ length: 20 }, (_, index) => String(index));
    for (const title of titles) suite.addTest(new Mocha.Test(title, () => undefined));
    shuffleSuite(suite, randomNumbers(7));
    expect(suite.tests.map((test) => test.title)).to.deep.equal(titles);
  });

  it('takes the seed that is given', () => {
    expect(chooseSeed('17')).to.equal(17);
    expect(chooseSeed(undefined)).to.be.greaterThan(0);
  });
});
