import { expect } from 'chai';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import {
  callerOf,
  enterpriseUrn,
  filtered,
  groupBody,
  musterUserUrn,
  ordinaryGroups,
  userBody,
  userUrn,
  type Caller,
  type ScimBody,
} from '../support/scim.js';

const namesIn = ({ Resources }: ScimBody) => Resources.map((each) => each['userName']);
const keysOf = (value: unknown) => Object.keys(value instanceof Object ? value : {}).toSorted();

describe('lists of resources', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let call: Caller;
    before(async () => {
      muster = await database.startMuster();
    });

    let clients = 0;
    beforeEach(async () => {
      const client = await muster.createClient(`client ${++clients}`);
      call = callerOf(muster, (await muster.createToken({ client })).token);
    });

    describe('paged by index', () => {
      beforeEach(async () => {
        for (let index = 0; index < 7; index++) await call.create('/Users', userBody(`u${index}`));
      });

      it('begin at 1 and hold as many as there are up to count, as in the example (RFC 7644 §3.4.2.4)', async () => {
        const first = await call('GET', '/Users?startIndex=1&count=3');
        expect(first.status).to.equal(200);
        expect(first.headers['content-type']).to.equal('application/scim+json');
        const { Resources, ...rest } = first.body;
        expect(rest).to.deep.equal({
          schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
          totalResults: 7,
          startIndex: 1,
          itemsPerPage: 3,
        });
        expect(Resources).to.have.lengthOf(3);
        const last = await call.read('/Users?startIndex=7&count=3');
        expect(last).to.include({ totalResults: 7, startIndex: 7, itemsPerPage: 1 });
      });

      it('put together give each resource once, in the same order whatever the page size (RFC 7644 §3.4.2.4)', async () => {
        const whole = namesIn(await call.read('/Users'));
        expect(whole).to.have.members(['u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6']);
        for (const count of [1, 2, 3]) {
          const walked: unknown[] = [];
          for (let startIndex = 1; startIndex <= 7; startIndex += count) {
            walked.push(...namesIn(await call.read(`/Users?startIndex=${startIndex}&count=${count}`)));
          }
          expect(walked).to.deep.equal(whole);
        }
      });

      it('take a startIndex below 1 as 1 (RFC 7644 §3.4.2.4 table 6)', async () => {
        for (const startIndex of ['0', '-1', '-999999999']) {
          const page = await call.read(`/Users?startIndex=${startIndex}&count=2`);
          expect(page).to.include({ startIndex: 1, itemsPerPage: 2 });
        }
      });

      it('give the total alone for a count of 0 or less (RFC 7644 §3.4.2.4 table 6)', async () => {
        for (const count of ['0', '-1', '-50']) {
          const page = await call.read(`/Users?count=${count}`);
          expect(page).to.deep.include({ totalResults: 7, itemsPerPage: 0, Resources: [] });
        }
        expect(await call.read(`${filtered('/Users', 'userName eq "u3"')}&count=0`)).to.include({ totalResults: 1 });
      });

      it('are empty beyond the end and say the total (RFC 7644 §3.4.2.4)', async () => {
        for (const startIndex of ['8', '100000', '999999999999999']) {
          const page = await call.read(`/Users?startIndex=${startIndex}`);
          expect(page).to.deep.include({ totalResults: 7, itemsPerPage: 0, Resources: [] });
          expect(page['startIndex']).to.equal(Number(startIndex));
        }
      });

      it('never hold more than the maximum that is published (RFC 7644 §3.4.2.4, RFC 9865 §4)', async () => {
        const page = await call.read('/Users?count=999999999999999');
        expect(page).to.include({ totalResults: 7, itemsPerPage: 7 });
      });

      it('refuse numbers that are none (RFC 7644 §3.12)', async () => {
        for (const query of ['startIndex=one', 'count=1.5', 'count=1e3', `count=${'9'.repeat(30)}`, 'startIndex=0x1']) {
          const { status, body } = await call('GET', `/Users?${query}`);
          expect([status, body.scimType], query).to.deep.equal([400, 'invalidValue']);
        }
      });

      it('know parameters in any letter case and pass over those that they do not know (RFC 7644 §3.4.2)', async () => {
        expect(await call.read('/Users?COUNT=2&startindex=3&shoeSize=44')).to.include({
          startIndex: 3,
          itemsPerPage: 2,
        });
      });

      it('are not guessed at when one is given twice: lists are put together, anything else is refused (RFC 7644 §3.12)', async () => {
        const page = await call.read('/Users?attributes=userName&attributes=active&count=1&COUNT=1');
        expect(keysOf(page.Resources[0])).to.deep.equal(['active', 'id', 'schemas', 'userName']);
        for (const query of ['count=1&count=2', 'filter=userName%20pr&filter=active%20eq%20true', 'cursor=&cursor=x']) {
          const { status, body } = await call('GET', `/Users?${query}`);
          expect([status, body.scimType], query).to.deep.equal([400, 'invalidValue']);
        }
      });

      it('find nothing with success: 200 and a total of 0 (RFC 7644 §3.4.2)', async () => {
        const { status, body } = await call('GET', filtered('/Users', 'userName eq "nobody"'));
        expect(status).to.equal(200);
        expect(body).to.deep.include({ totalResults: 0, Resources: [] });
      });
    });

    describe('sorted', () => {
      const order = async (query: string) => namesIn(await call.read(`/Users?${query}`));

      it('put resources without a value last, or first when descending (RFC 7644 §3.4.2.3)', async () => {
        for (const [name, title] of [['a', 'Guide'], ['b'], ['c', 'Actor']]) {
          await call.create('/Users', userBody(String(name), { title }));
        }
        expect(await order('sortBy=title')).to.deep.equal(['c', 'a', 'b']);
        expect(await order('sortBy=title&sortOrder=ascending')).to.deep.equal(['c', 'a', 'b']);
        expect(await order('sortBy=title&sortOrder=descending')).to.deep.equal(['b', 'a', 'c']);
      });

      it('take no notice of letter case unless the attribute does (RFC 7644 §3.4.2.3)', async () => {
        for (const [name, value] of [
          ['u1', 'b'],
          ['u2', 'A'],
          ['u3', 'C'],
          ['u4', 'ä'],
        ]) {
          await call.create('/Users', userBody(String(name), { title: value, externalId: value }));
        }
        expect(await order('sortBy=title')).to.deep.equal(['u2', 'u1', 'u3', 'u4']);
        expect(await order('sortBy=externalId')).to.deep.equal(['u2', 'u3', 'u1', 'u4']);
        expect(await order('sortBy=userName&sortOrder=descending')).to.deep.equal(['u4', 'u3', 'u2', 'u1']);
      });

      it('go by the primary value of many, or else the first, and by sub-attributes and extensions (RFC 7644 §3.4.2.3, §3.10)', async () => {
        await call.create('/Users', {
          ...userBody('u1', { emails: [{ value: 'c@x' }, { value: 'a@x' }], name: { givenName: 'b' } }),
          [enterpriseUrn]: { department: 'Sales' },
        });
        await call.create('/Users', {
          ...userBody('u2', { emails: [{ value: 'd@x' }, { value: 'b@x', primary: true }], name: { givenName: 'a' } }),
          [enterpriseUrn]: { department: 'People' },
        });
        for (const by of [
          'emails.value',
          'emails',
          'name.givenName',
          `${enterpriseUrn}:department`,
          `${userUrn}:emails`,
        ]) {
          expect(await order(`sortBy=${by}`), by).to.deep.equal(['u2', 'u1']);
        }
      });

      it('keep the order of resources that are tied, from page to page (RFC 7644 §3.4.2.3)', async () => {
        for (let index = 0; index < 5; index++) await call.create('/Users', userBody(`u${index}`, { title: 'Guide' }));
        for (const sortOrder of ['ascending', 'descending']) {
          const path = `sortBy=title&sortOrder=${sortOrder}`;
          const pages = [1, 3, 5].map((startIndex) => order(`${path}&count=2&startIndex=${startIndex}`));
          expect((await Promise.all(pages)).flat()).to.deep.equal(await order(path));
        }
      });

      it('refuse what cannot be sorted by (RFC 7644 §3.12)', async () => {
        for (const query of ['sortBy=shoeSize', 'sortBy=password', 'sortBy=name', 'sortBy=userName&sortOrder=up']) {
          const { status, body } = await call('GET', `/Users?${query}`);
          expect([status, body.scimType], query).to.deep.equal([400, 'invalidValue']);
        }
      });
    });

    describe('with chosen attributes', () => {
      const first = async (query: string) => (await call.read(`/Users?${query}`)).Resources[0];

      beforeEach(async () => {
        await call.create('/Users', {
          ...userBody('bjensen', { displayName: 'Babs', name: { givenName: 'Barbara', familyName: 'Jensen' } }),
          emails: [{ value: 'b@x', type: 'work' }],
          [enterpriseUrn]: { department: 'Tours', costCenter: '4130' },
        });
      });

      it('show those and what is always returned, as in the example (RFC 7644 §3.4.2, §3.9)', async () => {
        expect(keysOf(await first('attributes=userName'))).to.deep.equal(['id', 'schemas', 'userName']);
        const some = await first(`attributes=NAME.familyname,emails.type,${enterpriseUrn}:department,shoeSize`);
        expect(some).to.deep.include({
          name: { familyName: 'Jensen' },
          emails: [{ type: 'work' }],
          [enterpriseUrn]: { department: 'Tours' },
        });
        expect(keysOf(some)).to.have.lengthOf(5);
      });

      it('show all but those, and what is always returned all the same (RFC 7644 §3.9)', async () => {
        const rest = await first(`excludedAttributes=id,userName,name.givenName,${enterpriseUrn}`);
        expect(rest).to.include.keys('id', 'schemas', 'displayName', 'meta');
        expect(rest).not.to.have.any.keys('userName', enterpriseUrn);
        expect(rest?.['name']).to.deep.equal({ familyName: 'Jensen' });
      });

      it('never show what is never returned (RFC 7643 §7)', async () => {
        expect(keysOf(await first('attributes=password,userName'))).to.deep.equal(['id', 'schemas', 'userName']);
      });

      it('exclude one another (RFC 7644 §3.9)', async () => {
        const { status, body } = await call('GET', '/Users?attributes=userName&excludedAttributes=name');
        expect([status, body.scimType]).to.deep.equal([400, 'invalidValue']);
      });

      it('do so for single resources and in the answers of writes (RFC 7644 §3.9)', async () => {
        const path = '/Users?attributes=displayName';
        const created = await call('POST', path, userBody('jsmith', { displayName: 'Jim', title: 'Guide' }));
        const own = `/Users/${created.body.id}?attributes=displayName`;
        const put = await call('PUT', own, userBody('jsmith', { displayName: 'James' }));
        for (const { body } of [created, put, await call('GET', own)]) {
          expect(keysOf(body)).to.deep.equal(['displayName', 'id', 'schemas']);
        }
      });

      it('show each person in their own groups, shared or not, direct or not (RFC 7643 §4.1.2)', async () => {
        const people = [];
        for (let index = 0; index < 5; index++) people.push(await call.create('/Users', userBody(`member${index}`)));
        const group = (name: string, ...members: readonly (ScimBody | undefined)[]) =>
          call.create('/Groups', groupBody(name, { members: members.map((member) => ({ value: member?.id })) }));
        const [both, outer] = [await group('Both', ...people.slice(0, 3)), await group('Inner', people[3])];
        await group('One', people[0]);
        await group('Outer', outer);
        const { Resources } = await call.read(filtered('/Users', 'userName sw "member"'));
        const shown = Resources.map(({ groups = [] }) => groups.map(({ display }) => display).toSorted());
        expect(shown).to.deep.equal([['Both', 'One'], ['Both'], ['Both'], ['Inner', 'Outer'], []]);
        for (const each of Resources) expect((await call.read(`/Users/${each.id}`)).groups).to.deep.equal(each.groups);
        expect(both.members).to.have.lengthOf(3);
      });

      it('leave members out of groups (RFC 7644 §3.9)', async () => {
        const user = await first('attributes=id');
        await call.create('/Groups', groupBody('Guides', { members: [{ value: user?.id }] }));
        const [whole, part] = await Promise.all([
          call.read(ordinaryGroups),
          call.read(`${ordinaryGroups}&excludedAttributes=members`),
        ]);
        expect(whole.Resources[0]?.members).to.have.lengthOf(1);
        expect(part.Resources[0]).to.not.have.property('members');
        expect(part.Resources[0]).to.include({ displayName: 'Guides' });
      });
    });

    it('show every user of the client and none of another (RFC 7644 §3.4.2)', async () => {
      await call.create('/Users', userBody('mine'));
      const other = await muster.createClient(`other ${clients}`);
      await callerOf(muster, (await muster.createToken({ client: other })).token).create('/Users', userBody('theirs'));
      const page = await call.read('/Users');
      expect(namesIn(page)).to.deep.equal(['mine']);
      expect(page.Resources[0]?.[musterUserUrn]).to.have.property('clientId');
    });
  });
});
