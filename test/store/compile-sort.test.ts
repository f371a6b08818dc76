import { expect } from 'chai';
import { readConfig } from '../../src/config.js';
import { RequestError } from '../../src/errors.js';
import { requirePath } from '../../src/schema/attribute-path.js';
import { userType } from '../../src/schema/resource-type.js';
import type { SortOrder } from '../../src/protocol/list-query.js';
import { compileSortKey, orderBy } from '../../src/store/query/compile-sort.js';
import type { Database } from '../../src/store/database/connection.js';
import { sqliteDialect } from '../../src/store/database/dialect.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { readTables } from '../../src/store/tenant/tenant-tables.js';
import { forEachDatabase } from '../support/databases.js';
import { enterprise, ids, musterUser, people } from '../support/filter-people.js';
import { publicUrl, storeWorld } from '../support/filter-world.js';

const nicknames = new Map(Object.entries(ids).map(([name, id]) => [id as string, name]));

/** Those that have a value, in ascending order; the others follow. Equal ones stand in the order of their ids. */
const orders: readonly (readonly [string, string])[] = [
  ['userName', 'bare barbara inactive omalley long mandy strasse quote emoji'],
  ['title', 'strasse omalley barbara emoji'],
  ['nickName', 'quote emoji'],
  ['externalId', 'barbara long'],
  ['name.familyName', 'barbara omalley strasse'],
  ['emails', 'quote barbara mandy omalley emoji'],
  ['emails.type', 'quote emoji barbara omalley'],
  ['addresses.postalCode', 'barbara'],
  ['active', 'inactive mandy barbara omalley strasse quote emoji long bare'],
  ['meta.created', 'bare mandy barbara omalley strasse quote emoji inactive long'],
  ['meta.lastModified', 'bare mandy omalley strasse quote emoji inactive long barbara'],
  ['id', 'mandy barbara omalley strasse quote emoji inactive long bare'],
  [`${enterprise}:department`, 'barbara'],
  [`${enterprise}:manager`, 'barbara'],
  [`${musterUser}:units`, 'inactive barbara'],
  [`${musterUser}:clientId`, ''],
  ['roles.value', 'barbara omalley inactive'],
];

describe('compileSort', () => {
  forEachDatabase((testDatabase) => {
    let database: Database;
    before(async () => {
      database = await openDatabase(readConfig({ DATABASE_URL: await testDatabase.url() }).database);
      await storeWorld(database, people);
    });
    after(() => database.close());

    async function sorted(text: string, order: SortOrder): Promise<string[]> {
      const context = { type: userType, clientId: people.clientId, dialect: database.dialect, publicUrl };
      const by = orderBy(compileSortKey(context, requirePath(userType, text)), 'r.id', order);
      const rows = await readTables(database, { clientId: people.clientId, units: undefined }).all<{ id: string }>(
        `select r.id from users r where r.client_id = :client and r.deleted_at is null order by ${by.text}`,
        by.bindings,
      );
      return rows.map(({ id }) => nicknames.get(id) ?? id);
    }

    for (const [text, expected] of orders) {
      it(`puts users in the order of ${text}, those without it last, and the other way round (RFC 7644 §3.4.2.3)`, async () => {
        const present = expected.split(' ').filter((name) => name !== '');
        const ascending = await sorted(text, 'ascending');
        expect(ascending.slice(0, present.length)).to.deep.equal(present);
        expect(await sorted(text, 'descending')).to.deep.equal(ascending.toReversed());
      });
    }
  });

  it('refuses a complex attribute without a value (RFC 7644 §3.4.2.3)', () => {
    const context = { type: userType, clientId: people.clientId, dialect: sqliteDialect, publicUrl };
    expect(() => compileSortKey(context, requirePath(userType, 'name'))).to.throw(
      RequestError,
      /by one of its sub-attributes/,
    );
  });
});
