import { expect } from 'chai';
import { readConfig } from '../../src/config.js';
import type { Database } from '../../src/store/database/connection.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { forEachDatabase } from '../support/databases.js';

// What a list in words of SQL, of JSON or of PostgreSQL's arrays could take for its own.
const hardTexts = ['', ' ', 'NULL', 'null', '"', '\\', '\\"', '{}', '{a,b}', 'a,b', "'", '[', '?', '$1', 'é', 'É', '𝔐'];

async function withDatabase(url: string, work: (database: Database) => Promise<void>): Promise<void> {
  const database = await openDatabase(readConfig({ DATABASE_URL: url }).database);
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

describe('a list that is bound', () => {
  forEachDatabase((test) => {
    for (const door of ['reader', 'scanner'] as const) {
      it(`holds the very texts that were given to the ${door}`, async () => {
        await withDatabase(await test.url(), async ({ [door]: connection, dialect }) => {
          const found: string[] = [];
          for (const text of hardTexts) {
            const others = hardTexts.filter((other) => other !== text);
            const column = test.kind === 'postgres' ? '?::text' : '?';
            const rows = await connection.all<{ text: string }>(
              `select 'others' as text where ${column} ${dialect.isTextListed} union all select 'given' where ${column} ${dialect.isTextListed}`,
              [text, others, text, [text, ...others]],
            );
            found.push(...rows.map((row) => row.text));
          }
          expect(found).to.deep.equal(hardTexts.map(() => 'given'));
        });
      });
    }

    it('may be empty', async () => {
      await withDatabase(await test.url(), async ({ reader, dialect }) => {
        for (const condition of [`id ${dialect.isListed}`, `name ${dialect.isTextListed}`])
          expect(await reader.all(`select id from clients where ${condition}`, [[]])).to.deep.equal([]);
      });
    });

    if (test.kind === 'postgres')
      it('is made once for a table that is read from end to end, not for each of its rows', async () => {
        await withDatabase(await test.url(), async ({ reader, dialect }) => {
          for (const condition of [`id ${dialect.isListed}`, `name ${dialect.isTextListed}`]) {
            const lines = await reader.all<{ 'QUERY PLAN': string }>(
              `explain (costs off) select 1 from clients where ${condition}`,
              [['0190a000-0000-7000-8000-000000000000', '0190a000-0000-7000-8000-000000000001']],
            );
            const plan = lines.map((line) => line['QUERY PLAN']).join('\n');
            expect(plan).to.match(/ANY \('\{.*\}'::(uuid|text)\[\]\)/);
          }
        });
      });
  });
});
