import { expect } from 'chai';
import { readConfig } from '../../src/config.js';
import { newIdentifier } from '../../src/directory/identifiers.js';
import { readChanges, type ChangeSelection } from '../../src/store/trail/audit-store.js';
import { appendChange, type ChangeEntry } from '../../src/store/trail/change-log.js';
import { insertClient } from '../../src/store/tenant/client-store.js';
import type { Database } from '../../src/store/database/connection.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { writePlatform } from '../../src/store/tenant/platform-tables.js';
import { readTables, writeTables } from '../../src/store/tenant/tenant-tables.js';
import { forEachDatabase } from '../support/databases.js';

// More than one window of the log, less than three.
const entries = 5_200;
const everything: ChangeSelection = {
  targetId: undefined,
  actorId: undefined,
  action: undefined,
  from: undefined,
  to: undefined,
};

describe('reading the change log', () => {
  forEachDatabase((database) => {
    let opened: Database;
    const scope = { clientId: newIdentifier(), units: undefined };
    const [first, last, other] = [newIdentifier(), newIdentifier(), newIdentifier()];

    before('write a log', async function write() {
      this.timeout(60_000);
      opened = await openDatabase(readConfig({ DATABASE_URL: await database.url() }).database);
      await writePlatform(opened, (platform) =>
        insertClient(platform, {
          id: scope.clientId,
          name: 'ACME',
          active: true,
          createdAt: '2027-01-01T00:00:00.000Z',
        }),
      );
      const actor = { kind: 'service', id: 'test', requestId: 'test' } as const;
      await writeTables(opened, scope, async (tables) => {
        for (let index = 0; index < entries; index++) {
          const ends: Readonly<Record<number, string>> = { 0: first, [entries - 1]: last };
          const id = ends[index];
          const action: ChangeEntry['action'] = id === undefined ? 'update' : 'end';
          await appendChange(tables, actor, { action, resourceType: 'Unit', resourceId: id ?? other });
        }
      });
    });
    after(() => opened.close());

    const read = (selection: Partial<ChangeSelection>, newestFirst: boolean, count = 10_000) =>
      readChanges(readTables(opened, scope), { ...everything, ...selection }, { after: undefined, count, newestFirst });
    const targets = async (selection: Partial<ChangeSelection>, newestFirst: boolean) =>
      (await read(selection, newestFirst)).map(({ resourceId }) => resourceId);

    it('finds what lies windows apart, in either order', async () => {
      expect(await targets({ action: 'end' }, true)).to.deep.equal([last, first]);
      expect(await targets({ action: 'end' }, false)).to.deep.equal([first, last]);
      expect(await targets({ targetId: first }, true)).to.deep.equal([first]);
      expect(await targets({ actorId: 'nobody' }, true)).to.deep.equal([]);
    });

    it('gives every entry once', async () => {
      for (const newestFirst of [true, false]) {
        const positions = (await read({}, newestFirst)).map(({ position }) => position);
        expect(positions).to.have.length(entries);
        const sorted = positions.toSorted((a, b) => (newestFirst ? b - a : a - b));
        expect(positions).to.deep.equal(sorted);
      }
      expect(await read({}, true, 7)).to.have.length(7);
    });

    it('finds what lies within a time, also where nothing does', async () => {
      const [entry] = await read({ targetId: first }, true);
      const from = entry?.at ?? '';
      expect(await read({ from }, true)).to.have.length(entries);
      expect(await read({ to: from }, true)).to.have.length(0);
      expect(await read({ from: '2999-01-01T00:00:00.000Z' }, true)).to.have.length(0);
      expect(await read({ to: '2001-01-01T00:00:00.000Z' }, false)).to.have.length(0);
      expect(await read({ from, to: '2999-01-01T00:00:00.000Z', action: 'end' }, false)).to.have.length(2);
    });
  });
});
