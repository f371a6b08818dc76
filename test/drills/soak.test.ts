import { expect } from 'chai';
import { slopeOf, soak } from '../../scripts/drills/soak/soak.js';

describe('a server that is kept at work', function () {
  this.timeout(120_000);

  it('keeps its descriptors, and its write-ahead log within bounds, while reads never pause', async function () {
    // Descriptors are read from /proc.
    if (process.platform !== 'linux') return this.skip();
    const options = {
      database: 'sqlite',
      minutes: 0.1,
      users: 300,
      sampleMs: 1_000,
      progress: () => undefined,
    } as const;
    const { figures, violations } = await soak(options);
    expect(violations, figures.join('\n')).to.deep.equal([]);
    expect(figures.join('\n')).to.match(/[1-9]\d* reads, [1-9]\d* writes/);
  });

  it('is measured by the line that lies closest to the samples', () => {
    expect(slopeOf([0, 1, 2, 3].map((minute) => [minute, 100 + 2 * minute]))).to.equal(2);
    expect(slopeOf([0, 1, 2, 3].map((minute) => [minute, 100]))).to.equal(0);
  });
});
