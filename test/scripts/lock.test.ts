import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { whileLocked } from '../../scripts/lock.mjs';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

describe('the lock of the build', () => {
  let folder: string;
  let lock: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    lock = join(folder, 'lock');
  });
  afterEach(() => removeTemporaryFolder(folder));

  it('lets one in after the other', async () => {
    const steps: string[] = [];
    const work = (name: string) => async () => {
      steps.push(`${name} in`);
      await new Promise((resolve) => setImmediate(resolve));
      steps.push(`${name} out`);
    };
    await Promise.all([whileLocked(lock, work('a')), whileLocked(lock, work('b'))]);
    expect(steps).to.deep.equal(['a in', 'a out', 'b in', 'b out']);
  });

  it('is taken over from a process that has died', async () => {
    writeFileSync(lock, String(spawnSync(process.execPath, ['--version']).pid));
    expect(await whileLocked(lock, () => Promise.resolve('done'))).to.equal('done');
  });

  it('is given back when the work fails', async () => {
    const failure: unknown = await whileLocked(lock, () => Promise.reject(new Error('no'))).catch(
      (error: unknown) => error,
    );
    expect(failure).to.have.property('message', 'no');
    expect(existsSync(lock)).to.equal(false);
  });
});
