import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { headersOf } from '../../scripts/bootstrap.mjs';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

describe('the headers that better-sqlite3 is compiled with', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    mkdirSync(join(folder, 'include/node'), { recursive: true });
    const lines = ['MAJOR 20', 'MINOR 20', 'PATCH 2'].map((text) => `#define NODE_${text.replace(' ', '_VERSION ')}\n`);
    writeFileSync(join(folder, 'include/node/node_version.h'), lines.join(''));
  });
  afterEach(() => removeTemporaryFolder(folder));

  it('are those beside the Node that runs, so that none are fetched', () => {
    expect(headersOf(join(folder, 'bin/node'), '20.20.2')).to.equal(folder);
  });

  it('are never those of another version', () => {
    expect(headersOf(join(folder, 'bin/node'), '20.20.20')).to.equal(undefined);
    expect(headersOf(join(folder, 'bin/node'), '22.20.2')).to.equal(undefined);
  });

  it('are left to npm where there are none', () => {
    expect(headersOf(join(folder, 'elsewhere/bin/node'), '20.20.2')).to.equal(undefined);
  });
});
