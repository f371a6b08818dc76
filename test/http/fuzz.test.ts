import { expect } from 'chai';
import { forEachDatabase } from '../support/databases.js';
import { fuzzServer } from '../support/fuzz-run.js';

// `npm run fuzz` sends as many as are asked for, and holds the server to its promise of 100 ms. Here a stall is only one that
// no machine is too busy for.
const requests = 1_500;
const seed = 7;
const stallMs = 3_000;

describe('requests at random', function () {
  this.timeout(300_000);

  forEachDatabase((database) => {
    it('get no answer of 500 or more, none that is no SCIM Error or problem, and hold up nobody (RFC 7644 §3.12)', async () => {
      const { statuses, faults, stalls } = await fuzzServer(await database.url(), { requests, seed });
      expect(faults, `seed ${seed}`).to.deep.equal([]);
      expect(stalls.filter((stall) => stall.stallMs > stallMs)).to.deep.equal([]);
      expect(statuses.get(200) ?? 0).to.be.greaterThan(requests / 50);
    });
  });
});
