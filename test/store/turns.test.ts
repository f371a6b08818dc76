import { expect } from 'chai';
import { nextTurn } from '../../src/store/database/turns.js';

const workMs = 8;

/** Keeps the event loop, as a large body does that is parsed. */
function work(): void {
  const endMs = performance.now() + workMs;
  while (performance.now() < endMs);
}

describe('turns of the event loop', () => {
  it('leave room for others between the work of many who wait at once', async () => {
    const order: string[] = [];
    const others = setInterval(() => order.push('others'), 1);
    const working = async (name: string): Promise<void> => {
      await nextTurn();
      work();
      order.push(name);
    };
    await Promise.all(['first', 'second', 'third'].map(working));
    clearInterval(others);
    const between = (from: string, to: string) => order.slice(order.indexOf(from) + 1, order.indexOf(to));
    expect(between('first', 'second')).to.include('others');
    expect(between('second', 'third')).to.include('others');
  });

  it('come in the order in which they were asked for, however often one asks again', async () => {
    const order: string[] = [];
    const working = async (name: string): Promise<void> => {
      for (let step = 1; step <= 3; step++) {
        await nextTurn();
        work();
        order.push(`${name}${step}`);
      }
    };
    await Promise.all(['a', 'b', 'c'].map(working));
    expect(order.join(' ')).to.equal('a1 b1 c1 a2 b2 c2 a3 b3 c3');
  });
});
