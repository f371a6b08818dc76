import { expect } from 'chai';
import { readConfig } from '../../src/config.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { forEachDatabase } from '../support/databases.js';
import { callerOf, patchBody, userBody, type Caller } from '../support/scim.js';
import { seedTenant } from '../support/seed.js';
import { personId } from '../support/staff.js';
import { walk } from '../support/walk.js';

const users = 10_000;

/** The people that are deleted in the course of the walks: every 37th. */
const leavers = Array.from({ length: users }, (_, index) => index).filter((index) => index % 37 === 0);

describe('walking 10,000 users by cursor while others are created, changed and deleted', function () {
  this.timeout(60_000);

  forEachDatabase((database) => {
    let call: Caller;

    before(async () => {
      const url = await database.url();
      const muster = await database.startMuster({ url });
      const client = await muster.createClient('ACME');
      call = callerOf(muster, (await muster.createToken({ client })).token);
      const store = await openDatabase(readConfig({ DATABASE_URL: url }).database);
      await seedTenant(store, client, { users, groups: [] });
      await store.close();
    });

    // Each walk deletes leavers of its own.
    const walks = [
      { path: '/Users?count=250&attributes=title', what: 'by id', offset: 0 },
      {
        path: '/Users?count=250&attributes=title&sortBy=userName&sortOrder=descending',
        what: 'by userName',
        offset: 1,
      },
      { path: '/Users?count=500&attributes=title&sortBy=name.familyName', what: 'by family name', offset: 2 },
    ];
    for (const { path, what, offset } of walks) {
      it(`shows each user that was there throughout exactly once, ${what} (RFC 9865 §2)`, async () => {
        const leaving = leavers.filter((_, place) => place % 3 === offset);
        const { resources } = await walk(call, path, (page) => churn(page));
        const counts = new Map<string, number>();
        for (const { id } of resources) counts.set(id, (counts.get(id) ?? 0) + 1);
        const gone = new Set(leavers);
        const wrong = Array.from({ length: users }, (_, index) => index).filter(
          (index) => !gone.has(index) && counts.get(personId(index)) !== 1,
        );
        expect(wrong).to.deep.equal([]);
        expect([...counts.values()].filter((count) => count > 1)).to.deep.equal([]);

        async function churn(page: number): Promise<void> {
          // Never a leaver.
          const changed = personId(page * 222 + 1);
          const title = { op: 'replace', path: 'title', value: `title ${page}` };
          const answers = await Promise.all([
            call(
              'POST',
              '/Users',
              userBody(`new.${offset}.${page}@acme.example`, { name: { familyName: `N${page}` } }),
            ),
            call('PATCH', `/Users/${changed}`, patchBody(title)),
            call('DELETE', `/Users/${personId(leaving[page] ?? 0)}`),
          ]);
          expect(answers.map(({ status }) => status)).to.deep.equal([201, 200, 204]);
        }
      });
    }
  });
});
