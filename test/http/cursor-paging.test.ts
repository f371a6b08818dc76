import { expect } from 'chai';
import { nowMs } from '../../src/clock.js';
import { readConfig } from '../../src/config.js';
import { cursorTimeoutSeconds, digestQuery, sealCursor } from '../../src/protocol/cursor.js';
import { readListQuery } from '../../src/protocol/list-query.js';
import { userType } from '../../src/schema/resource-type.js';
import type { Database } from '../../src/store/database/connection.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { readCursorSecret } from '../../src/store/tenant/settings-store.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import {
  callerOf,
  filtered,
  groupBody,
  musterUserUrn,
  ordinaryGroups,
  userBody,
  type Caller,
  type ScimBody,
} from '../support/scim.js';
import { walk, withParameter } from '../support/walk.js';

const names = ({ resources }: { readonly resources: readonly ScimBody[] }) => resources.map((each) => each['userName']);

async function withDatabase<Result>(url: string, work: (database: Database) => Promise<Result>): Promise<Result> {
  const database = await openDatabase(readConfig({ DATABASE_URL: url }).database);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

describe('paging by cursor', () => {
  forEachDatabase((database) => {
    let url: string;
    let muster: Muster;
    let client: string;
    let call: Caller;

    before(async () => {
      url = await database.url();
      muster = await database.startMuster({ url });
    });

    let clients = 0;
    beforeEach(async () => {
      client = await muster.createClient(`client ${++clients}`);
      call = callerOf(muster, (await muster.createToken({ client })).token);
    });

    async function createUsers(count: number, more: (index: number) => object = () => ({})): Promise<ScimBody[]> {
      const users: ScimBody[] = [];
      for (let index = 0; index < count; index++) {
        users.push(await call.create('/Users', userBody(`j${String(index).padStart(2, '0')}`, more(index))));
      }
      return users;
    }

    it('answers the example: each page but the last has a nextCursor, none has a startIndex (RFC 9865 §2)', async () => {
      await createUsers(25);
      await call.create('/Users', userBody('other'));
      const first = await call('GET', '/Users?filter=userName%20sw%20J&cursor&count=10');
      expect(first.status).to.equal(200);
      expect(first.headers['content-type']).to.equal('application/scim+json');
      expect(first.body).to.include({ totalResults: 25, itemsPerPage: 10 });
      expect(first.body.schemas).to.deep.equal(['urn:ietf:params:scim:api:messages:2.0:ListResponse']);
      expect(first.body).to.have.all.keys('schemas', 'totalResults', 'itemsPerPage', 'nextCursor', 'Resources');
      // As printed there, the attribute is in another letter case.
      const rest = await walk(call, '/Users?filter=username%20sw%20J&count=10');
      const second = await call.read(
        `/Users?filter=username%20sw%20J&cursor=${String(first.body['nextCursor'])}&count=10`,
      );
      expect(second.Resources).to.deep.equal(rest.pages[1]?.Resources);
      expect(rest.pages.map(({ Resources }) => Resources.length)).to.deep.equal([10, 10, 5]);
      expect(rest.pages.map(({ totalResults }) => totalResults)).to.deep.equal([25, 25, 25]);
      expect(rest.pages[2]).not.to.have.property('nextCursor');
      expect(rest.resources).to.have.lengthOf(25);
    });

    it('has no nextCursor on a page that ends with the last resource, nor on an empty one (RFC 9865 §2)', async () => {
      await createUsers(10);
      expect((await walk(call, '/Users?count=5')).pages).to.have.lengthOf(2);
      const none = await call.read(`${filtered('/Users', 'userName eq "nobody"')}&cursor=`);
      expect(none).to.deep.include({ totalResults: 0, itemsPerPage: 0, Resources: [] });
      expect(none).not.to.have.property('nextCursor');
    });

    it('gives the total alone for a count of 0 or less, and no more than maxPageSize (RFC 9865 §2)', async () => {
      await createUsers(3);
      for (const count of ['0', '-7']) {
        const page = await call.read(`/Users?cursor=&count=${count}`);
        expect(page).to.deep.include({ totalResults: 3, itemsPerPage: 0, Resources: [] });
        expect(page).not.to.have.property('nextCursor');
      }
      expect((await call.read('/Users?cursor=&count=1000000')).Resources).to.have.lengthOf(3);
    });

    it('is only used when it is asked for (RFC 9865 §2.4)', async () => {
      await createUsers(3);
      const page = await call.read('/Users?count=2');
      expect(page).to.include({ startIndex: 1, itemsPerPage: 2 }).and.not.to.have.property('nextCursor');
      const both = await call('GET', '/Users?startIndex=1&cursor=&count=2');
      expect(both).to.deep.include({ status: 400 });
      expect(both.body.scimType).to.equal('invalidValue');
    });

    const sorts = [
      'userName',
      'title',
      'emails.value',
      'emails',
      'active',
      'name.familyName',
      'meta.lastModified',
      'id',
    ];
    it('keeps the order that was asked for, resources without a value last or first (RFC 9865 §2.2, RFC 7644 §3.4.2.3)', async () => {
      const titles = ['b', 'A', undefined, 'a', 'ß', undefined, '\u{10FFFF}', 'ﬀ', 'B', 'ss', 'x'.repeat(3_000)];
      await createUsers(titles.length, (index) => ({
        title: titles[index],
        active: index % 3 > 0,
        emails: index % 2 === 0 ? [] : [{ value: `${index % 5}@x` }, { value: `${9 - index}@x`, primary: index > 6 }],
        name: { familyName: index > 2 ? 'Jensen' : undefined },
      }));
      for (const sort of sorts) {
        for (const order of ['ascending', 'descending']) {
          const path = `/Users?sortBy=${sort}&sortOrder=${order}`;
          const whole = (await call.read(path)).Resources;
          const walked = await walk(call, `${path}&count=2`);
          expect(names(walked), path).to.deep.equal(names({ resources: whole }));
          expect(walked.pages).to.have.lengthOf(6);
        }
      }
    });

    it('walks groups, and users and groups together (RFC 9865 §2, RFC 7644 §3.4.2.1)', async () => {
      await createUsers(7, (index) => ({ displayName: index % 2 === 0 ? `d${index % 4}` : undefined }));
      for (let index = 0; index < 5; index++) await call.create('/Groups', groupBody(`D${index}`));
      expect((await walk(call, `${ordinaryGroups}&count=2`)).resources).to.have.lengthOf(5);
      for (const sort of ['', '&sortBy=displayName', '&sortBy=displayName&sortOrder=descending', '&sortBy=active']) {
        const whole = (await call.read(`/?count=100${sort}`)).Resources.map(({ id }) => id);
        const { resources, pages } = await walk(call, `/?count=5${sort}`);
        expect(
          resources.map(({ id }) => id),
          sort,
        ).to.deep.equal(whole);
        expect(pages.map(({ totalResults }) => totalResults)).to.deep.equal([13, 13, 13]);
      }
    });

    it('shows of each resource what is asked for, whatever it was on the page before (RFC 7644 §3.9)', async () => {
      await createUsers(2);
      const { nextCursor } = await call.read('/Users?count=1&cursor=');
      const second = await call.read(withParameter('/Users?count=1&attributes=userName', 'cursor', String(nextCursor)));
      expect(Object.keys(second.Resources[0] ?? {})).to.have.members(['schemas', 'id', 'userName']);
    });

    it('refuses a cursor with another query, count or of another making, and tells nothing by it (RFC 9865 §2.1, §5.2)', async () => {
      await createUsers(3);
      const query = '/Users?sortBy=userName&count=1';
      const cursor = String((await call.read(`${query}&cursor=`))['nextCursor']);
      const refusal = async (path: string, text = cursor) => {
        const { status, body } = await call('GET', withParameter(path, 'cursor', text));
        return [status, body.scimType];
      };
      expect(await refusal(query)).to.deep.equal([200, undefined]);
      expect(await refusal('/Users?sortBy=userName&count=2')).to.deep.equal([400, 'invalidCount']);
      expect(await refusal('/Users?sortBy=userName')).to.deep.equal([400, 'invalidCount']);
      expect(await refusal('/Users?sortBy=userName&count=-1')).to.deep.equal([400, 'invalidCount']);
      expect(await refusal('/Users?sortBy=userName&count=one')).to.deep.equal([400, 'invalidCount']);
      const others = [
        '/Users?count=1',
        '/Users?sortBy=title&count=1',
        `${query}&sortOrder=descending`,
        `${query}&filter=id%20pr`,
        '/Groups?count=1',
        '/?sortBy=userName&count=1',
      ];
      for (const path of others) expect(await refusal(path), path).to.deep.equal([400, 'invalidCursor']);
      for (const text of [
        'VZUTiyhEQJ94IR',
        cursor.slice(1),
        `${cursor.slice(0, -2)}xx`,
        `${cursor}%00`,
        "' or 1=1 --",
      ]) {
        expect(await refusal(query, text), text).to.deep.equal([400, 'invalidCursor']);
      }
    });

    it('is worth nothing to another client or to other units, and the same to another token of these (RFC 9865 §5.2)', async () => {
      const support = await muster.createUnit(client, 'Support');
      await muster.createUnit(client, 'Research');
      await createUsers(4, (index) => ({ [musterUserUrn]: { units: [index < 3 ? 'Support' : 'Research'] } }));
      const path = '/Users?count=1';
      const cursor = String((await call.read(`${path}&cursor=`))['nextCursor']);
      const callAs = async (wish: object) => callerOf(muster, (await muster.createToken({ client, ...wish })).token);
      const other = await muster.createClient(`other ${clients}`);
      const inSupport = await callAs({ units: [support] });
      for (const stranger of [await callAs({ client: other }), inSupport]) {
        const { status, body } = await stranger('GET', withParameter(path, 'cursor', cursor));
        expect([status, body.scimType, body.detail]).to.deep.equal([
          400,
          'invalidCursor',
          'the cursor is not one of this query',
        ]);
      }
      expect((await (await callAs({})).read(withParameter(path, 'cursor', cursor))).Resources).to.have.lengthOf(1);
      expect(names(await walk(inSupport, path))).to.deep.equal(['j00', 'j01', 'j02']);
    });

    it('authorises each page anew: what leaves the units in the middle of a walk is not shown (RFC 9865 §5.2)', async () => {
      const support = await muster.createUnit(client, 'Support');
      await muster.createUnit(client, 'Research');
      const users = await createUsers(4, () => ({ [musterUserUrn]: { units: ['Support'] } }));
      const inSupport = callerOf(muster, (await muster.createToken({ client, units: [support] })).token);
      const moved = await walk(inSupport, '/Users?count=1', async (page) => {
        if (page !== 1) return;
        const value = { [musterUserUrn]: { units: ['Research'] } };
        const operation = { op: 'replace', value };
        await call('PATCH', `/Users/${String(users[3]?.id)}`, {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
          Operations: [operation],
        });
      });
      expect(names(moved)).to.deep.equal(['j00', 'j01', 'j02']);
    });

    it('has expired after the cursorTimeout (RFC 9865 §2.1, §4)', async () => {
      const users = await createUsers(2);
      const secret = await withDatabase(url, readCursorSecret);
      const query = digestQuery(readListQuery([userType], {}));
      const position = { key: null, id: users[0]?.id ?? '', totalResults: 2 };
      const cursorOf = (issuedMs: number) =>
        sealCursor({ secret, scope: `${client},*`, query, count: 1, nowMs: issuedMs }, position);
      const agesMs = [(cursorTimeoutSeconds - 60) * 1_000, (cursorTimeoutSeconds + 1) * 1_000];
      const [alive, expired] = agesMs.map((ageMs) =>
        withParameter('/Users?count=1', 'cursor', cursorOf(nowMs() - ageMs)),
      );
      expect(names({ resources: (await call.read(alive ?? '')).Resources })).to.deep.equal(['j01']);
      const { status, body } = await call('GET', expired ?? '');
      expect([status, body.scimType]).to.deep.equal([400, 'expiredCursor']);
    });

    it('goes on in another process over the same database (RFC 9865 §2)', async () => {
      await createUsers(3);
      const second = await database.startMuster({ url });
      const there = callerOf(second, (await second.createToken({ client })).token);
      const { nextCursor } = await call.read('/Users?count=2&cursor=');
      const page = await there.read(withParameter('/Users?count=2', 'cursor', String(nextCursor)));
      expect(names({ resources: page.Resources })).to.deep.equal(['j02']);
    });

    it('uses one secret, however many ask for it first (RFC 9865 §5.2)', async () => {
      const fresh = await database.url();
      const secrets = await Promise.all(Array.from({ length: 4 }, () => withDatabase(fresh, readCursorSecret)));
      expect(new Set(secrets.map((secret) => secret.toString('hex')))).to.have.lengthOf(1);
      expect(secrets[0]).to.have.lengthOf(32);
    });
  });
});
