import { expect } from 'chai';
import { Journey, type Errand } from '../../src/store/database/postgres-journey.js';

describe('what is told of a journey to PostgreSQL', () => {
  let told: string[];
  beforeEach(() => {
    told = [];
  });

  function errand(text: string, hurries = false): Errand {
    const tell = (what: string) => () => void told.push(`${text} ${what}`);
    return { text, name: undefined, bindings: [], hurries, done: tell('done'), failed: tell('failed') };
  }

  function journeyOf(...errands: readonly Errand[]): Journey {
    return new Journey(errands, () => void told.push('ended'));
  }

  it('is done when the database is ready: what stands behind a COMMIT is committed then, and not when it is answered', () => {
    const journey = journeyOf(errand('COMMIT', true), errand('flush'));
    journey.handleCommandComplete({ text: 'COMMIT' });
    journey.handleCommandComplete({ text: 'SELECT 1' });
    expect(told).to.deep.equal(['COMMIT done']);
    journey.handleReadyForQuery();
    expect(told).to.deep.equal(['COMMIT done', 'flush done', 'ended']);
  });

  it('is failed when the connection goes between the last answer and that', () => {
    const journey = journeyOf(errand('COMMIT', true), errand('flush'));
    journey.handleCommandComplete({ text: 'COMMIT' });
    journey.handleCommandComplete({ text: 'SELECT 1' });
    journey.handleError(new Error('the connection is gone'));
    expect(told).to.deep.equal(['COMMIT done', 'flush failed', 'ended']);
  });

  it('is done for what came before a statement that failed, and failed for what came behind it', () => {
    const journey = journeyOf(errand('first'), errand('second'), errand('third'));
    journey.handleCommandComplete({ text: 'INSERT 0 1' });
    journey.handleError(new Error('not unique'));
    expect(told).to.deep.equal(['first done', 'second failed', 'third failed', 'ended']);
  });
});
