import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { startMuster } from '../support/muster.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

describe('a database in a file', () => {
  it('is for its owner alone, with its folder and what lies beside it (RFC 7644 §7.7)', async () => {
    const folder = await temporaryFolder();
    const umask = process.umask(0o022);
    const muster = await startMuster(`sqlite:${join(folder, 'data', 'muster.sqlite')}`);
    try {
      await muster.createClient('ACME');
      const names = readdirSync(join(folder, 'data'));
      const modeOf = (name: string) => (statSync(join(folder, 'data', name)).mode & 0o777).toString(8);
      expect(names).to.include.members(['muster.sqlite', 'muster.sqlite-wal']);
      expect(names.map(modeOf)).to.deep.equal(names.map(() => '600'));
      expect(modeOf('.')).to.equal('700');
    } finally {
      await muster.stop();
      process.umask(umask);
      await removeTemporaryFolder(folder);
    }
  });
});
