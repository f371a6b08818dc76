import { expect } from 'chai';
import { readConfig } from '../../src/config.js';
import type { Database } from '../../src/store/database/connection.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { forEachDatabase } from '../support/databases.js';
import { people } from '../support/filter-people.js';
import { generateFilters } from '../support/filter-generator.js';
import { generateWorld } from '../support/filter-generated-world.js';
import { idsInDatabase, idsInMemory, readFilter } from '../support/filter-runs.js';
import { storeWorld } from '../support/filter-world.js';
import { expectedIds, filterCases } from './filter-cases.js';

const trees = Number(process.env['FILTER_TREES'] ?? 2_000);
const seed = Number(process.env['FILTER_SEED'] ?? 20_261_122);
const generated = generateWorld(seed);

/** Leaves that stand as often as a filter may have them: with values of their own, or made of many tests each. */
const longLists: readonly (readonly [(number: number) => string, string])[] = [
  [() => 'userName eq "bare"', 'bare'],
  [() => 'addresses pr', 'barbara'],
  [() => 'name pr', 'barbara omalley strasse'],
  [(number) => `emails.value ne "none ${number}"`, 'all but'],
];

describe('filters in memory', () => {
  for (const { type, title, cases } of filterCases) {
    describe(title, () => {
      for (const [text, found] of cases) {
        it(`finds ${found === '' ? 'nothing' : found} by ${shortened(text)} (RFC 7644 §3.4.2.2)`, () => {
          expect(idsInMemory(people, type, readFilter(type, text))).to.deep.equal(expectedIds(type, found));
        });
      }
    });
  }
});

describe('filters in SQL', () => {
  forEachDatabase((testDatabase) => {
    let database: Database;
    before(async () => {
      database = await openDatabase(readConfig({ DATABASE_URL: await testDatabase.url() }).database);
      // Both worlds in one database: a client must never find what is another's.
      await storeWorld(database, generated);
      await storeWorld(database, people);
    });
    after(() => database.close());

    for (const { type, title, cases } of filterCases) {
      it(`find for ${title} what the table says (RFC 7644 §3.4.2.2)`, async () => {
        for (const [text, found] of cases) {
          const filter = readFilter(type, text);
          const expected = expectedIds(type, found);
          expect(await idsInDatabase(database, people, type, filter, false), text).to.deep.equal(expected);
          expect(await idsInDatabase(database, people, type, filter, true), `${text}, exactly`).to.deep.equal(expected);
        }
      });
    }

    for (const [leaf, found] of longLists) {
      it(`find by 199 times ${leaf(0)} what one finds (RFC 7644 §3.4.2.2)`, async () => {
        for (const operator of [' or ', ' and ']) {
          const filter = readFilter('User', Array.from({ length: 199 }, (_, number) => leaf(number)).join(operator));
          const expected = expectedIds('User', found);
          expect(await idsInDatabase(database, people, 'User', filter, false), operator).to.deep.equal(expected);
        }
      });
    }

    for (const type of ['User', 'Group'] as const) {
      it(`find with ${trees} arbitrary trees over ${type}s what the matcher in memory finds (RFC 7644 §3.4.2.2)`, async function () {
        this.timeout(600_000);
        for (const text of generateFilters(generated, type, trees / 2, seed)) {
          const filter = readFilter(type, text);
          const expected = idsInMemory(generated, type, filter);
          expect(await idsInDatabase(database, generated, type, filter, false), text).to.deep.equal(expected);
          expect(await idsInDatabase(database, generated, type, filter, true), `${text}, exactly`).to.deep.equal(
            expected,
          );
        }
      });
    }
  });
});

function shortened(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
