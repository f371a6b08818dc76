import { expect } from 'chai';
import { readConfig } from '../../src/config.js';
import type { Database, TransactionTerms } from '../../src/store/database/connection.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { forEachDatabase } from '../support/databases.js';

const places: Readonly<Record<string, TransactionTerms>> = {
  alone: {},
  'with others that meet at a place': { meetsAt: 'a/place' },
};

describe('a transaction whose caller may do it no more when it is done (RFC 6750 §3.1)', () => {
  forEachDatabase((testDatabase) => {
    let database: Database;
    before(async () => {
      database = await openDatabase(readConfig({ DATABASE_URL: await testDatabase.url() }).database);
      await database.transaction(async (connection) => {
        await connection.run('create table notes (text text not null)');
      });
    });
    after(() => database.close());

    for (const [place, terms] of Object.entries(places)) {
      it(`is undone, and takes no other with it: ${place}`, async () => {
        const write = (text: string, requireStanding?: () => Promise<void>) =>
          database.transaction(
            async (connection) => {
              await connection.run('insert into notes (text) values (?)', [`${place}: ${text}`]);
            },
            { ...terms, requireStanding },
          );
        const refused = () => Promise.reject(new Error('no more'));
        const outcomes = await Promise.allSettled([
          write('first', () => Promise.resolve()),
          write('second', refused),
          write('third'),
        ]);
        expect(outcomes.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
        const kept = await database.reader.all<{ text: string }>('select text from notes order by text');
        expect(kept.map(({ text }) => text).filter((text) => text.startsWith(place))).to.deep.equal([
          `${place}: first`,
          `${place}: third`,
        ]);
      });
    }
  });
});
