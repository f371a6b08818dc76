import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { openDatabase } from '../../src/store/database/open-database.js';
import { readConfig } from '../../src/config.js';
import { operatorsLog } from '../../src/store/tenant/client-store.js';
import { forEachDatabase } from './databases.js';

const open = (url: string) => openDatabase(readConfig({ DATABASE_URL: url }).database);

describe('the databases that tests run on', () => {
  forEachDatabase((database) => {
    const seen: string[] = [];

    for (const round of ['first', 'second']) {
      it(`hands the ${round} test a migrated database of its own`, async () => {
        const url = await database.url();
        expect(seen).not.to.include(url);
        seen.push(url);
        const opened = await open(url);
        try {
          const clients = await opened.reader.all<{ id: string }>('select id from clients');
          expect(clients.map(({ id }) => id)).to.deep.equal([operatorsLog]);
          await opened.transaction((connection) =>
            connection.run(
              "insert into clients (id, name, name_key, created_at, last_modified) values ('00000000-0000-4000-8000-000000000001', 'A', 'a', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')",
            ),
          );
        } finally {
          await opened.close();
        }
      });
    }

    it('hands out a database without any table', async () => {
      const opened = await open(await database.blankUrl());
      try {
        const failure: unknown = await opened.reader.all('select * from clients').catch((error: unknown) => error);
        expect(failure).to.have.property('message').that.includes('clients');
      } finally {
        await opened.close();
      }
    });

    after('nothing is left on the disk', () => {
      for (const url of seen) {
        if (url.startsWith('sqlite:')) expect(existsSync(url.slice('sqlite:'.length))).to.equal(false);
      }
    });
  });
});
