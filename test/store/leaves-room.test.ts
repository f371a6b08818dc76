import { join } from 'node:path';
import { expect } from 'chai';
import { nowMs } from '../../src/clock.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

const transactions = 20;
// It rests for 4 ms, which a timer may take for a little less.
const shortestRestMs = 2;

describe('a process that leaves room for others on SQLite', () => {
  const outcomes: Readonly<Record<string, () => Promise<void>>> = {
    commits: async () => undefined,
    'has to undo': async () => {
      throw new Error('refused');
    },
  };
  for (const [outcome, work] of Object.entries(outcomes)) {
    it(`rests behind each transaction that it ${outcome}`, async () => {
      const folder = await temporaryFolder();
      const database = await openDatabase({ kind: 'sqlite', path: join(folder, 'm.sqlite') }, { leavesRoom: true });
      try {
        const startMs = nowMs();
        for (let count = 0; count < transactions; count++) await database.transaction(work).catch(() => undefined);
        expect(nowMs() - startMs).to.be.at.least((transactions - 1) * shortestRestMs);
      } finally {
        await database.close();
        await removeTemporaryFolder(folder);
      }
    });
  }
});
