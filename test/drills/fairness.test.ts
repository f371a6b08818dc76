import { expect } from 'chai';
import { fairness } from '../../scripts/drills/fairness/fairness.js';
import { noises } from '../../scripts/drills/fairness/noise.js';

describe('a client beside one that sends twenty times what it may', function () {
  this.timeout(120_000);
  for (const database of ['sqlite', 'postgres'] as const) {
    it(`is answered all that it asks for: ${database}`, async () => {
      const short = { users: 500, seconds: 1, rounds: 1, noises, judgesTimes: false };
      const { figures, violations } = await fairness({ database, ...short });
      expect(violations, figures.join('\n')).to.deep.equal([]);
    });
  }
});
