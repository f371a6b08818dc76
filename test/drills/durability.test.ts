import { expect } from 'chai';
import { canTrace, durability } from '../../scripts/drills/durability/durability.js';
import { countOf, orderOf, readTrace } from '../../scripts/drills/durability/trace.js';

const log = '</tmp/x/muster.sqlite-wal>';
const socket = '<TCP:[127.0.0.1:1->127.0.0.1:2]>';

describe('the trace of a commit', () => {
  const written = `7 pwrite64(21${log}, "…mark-a-1-…", 4096, 0) = 4096`;
  const answer = `7 write(25${socket}, "HTTP/1.1 201 Created mark-a-1-", 24) = 24`;

  it('shows a write that was synced before its answer', () => {
    const events = readTrace([written, `7 fdatasync(21${log}) = 0`, answer].join('\n'));
    expect(orderOf(events, 'mark-a-1-')).to.equal('synced before');
    expect(countOf(events, 'synced')).to.equal(1);
  });

  const faults: readonly (readonly [string, readonly string[], string])[] = [
    ['that was answered before the sync', [written, answer, `7 fdatasync(21${log}) = 0`], 'answered before the sync'],
    ['whose sync came before it', [`7 fdatasync(21${log}) = 0`, written, answer], 'answered before the sync'],
    [
      'whose sync failed',
      [written, `7 fdatasync(21${log}) = -1 EIO (Input/output error)`, answer],
      'answered before the sync',
    ],
    [
      'whose sync was of another file',
      [written, '7 fdatasync(22</tmp/x/muster.sqlite>) = 0', answer],
      'answered before the sync',
    ],
    [
      'whose sync had only begun',
      [written, `8 fdatasync(21${log} <unfinished ...>`, answer, '8 <... fdatasync resumed>) = 0'],
      'answered before the sync',
    ],
    ['that was not written', [`7 fdatasync(21${log}) = 0`, answer], 'never written'],
    ['that was not answered', [written, `7 fdatasync(21${log}) = 0`], 'never answered'],
  ];
  for (const [what, lines, order] of faults) {
    it(`tells a write ${what}`, () => {
      expect(orderOf(readTrace(lines.join('\n')), 'mark-a-1-')).to.equal(order);
    });
  }
});

describe('durability', function () {
  this.timeout(180_000);

  it('every write is on the disk before it is acknowledged, alone and in a commit that others share, where the machine can show it', async function () {
    if (!canTrace()) return this.skip();
    const { figures, violations } = await durability({ writes: 40, concurrency: 8 });
    expect(violations, figures.join('\n')).to.deep.equal([]);
    expect(figures.join('\n')).to.contain('40 acknowledged writes, 40 synced before');
  });
});
