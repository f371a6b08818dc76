import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import {
  callerOf,
  enterpriseUrn,
  filtered,
  groupBody,
  patchBody,
  userBody,
  userUrn,
  type Caller,
  type ScimBody,
} from '../support/scim.js';

const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const nobody = `/Users/${randomUUID()}`;

describe('what every resource has', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let client: string;
    let call: Caller;
    before(async () => {
      muster = await database.startMuster();
    });

    let clients = 0;
    const callerIn = async (wish: object) => callerOf(muster, (await muster.createToken({ client, ...wish })).token);
    beforeEach(async () => {
      client = await muster.createClient(`client ${++clients}`);
      call = await callerIn({ dialect: 'strict' });
    });

    it('is an id from the service: never empty, never the client’s, never another’s, never "bulkId", and the same for ever (RFC 7643 §3.1)', async () => {
      const wanted = randomUUID();
      const made = [
        await call.create('/Users', userBody('ann', { id: wanted })),
        await call.create('/Users', userBody('bob', { id: wanted })),
        await call.create('/Groups', groupBody('Guides', { id: wanted })),
      ];
      const ids = made.map(({ id }) => id);
      expect(new Set([...ids, wanted])).to.have.lengthOf(4);
      for (const { id, meta } of made) {
        expect(id)
          .to.match(/\S/)
          .and.not.to.match(/bulkId/i);
        expect((await call('GET', meta.location)).body.id).to.equal(id);
      }
      const path = `/Users/${ids[0]}`;
      for (const answer of [
        await call('PUT', path, userBody('anna', { id: wanted })),
        await call('PATCH', path, patchBody({ op: 'replace', path: 'userName', value: 'anne' })),
      ]) {
        expect([answer.status, answer.body.id]).to.deep.equal([200, ids[0]]);
      }
    });

    it('is a meta from the service, whatever the client sends for it (RFC 7643 §3.1)', async () => {
      const forged = { resourceType: 'Group', created: '1999-01-01T00:00:00Z', location: '/x', version: 'W/"99"' };
      const posted = await call('POST', '/Users', userBody('ann', { meta: forged }));
      // The answer names the parts of `meta` that tests look at; these are the others.
      const metaOf = ({ body }: { body: ScimBody }) => body.meta as unknown as Readonly<Record<string, string>>;
      const first = metaOf(posted);
      expect(first).to.have.all.keys('resourceType', 'created', 'lastModified', 'location', 'version');
      expect(first).to.include({ resourceType: 'User', location: `${muster.baseUrl}/Users/${posted.body.id}` });
      expect(first['created']).to.match(dateTime);
      expect(first['lastModified']).to.equal(first['created']);
      const put = await call('PUT', `/Users/${posted.body.id}`, userBody('ann', { title: 'Guide', meta: forged }));
      const second = metaOf(put);
      expect(second['lastModified']).to.match(dateTime);
      expect((second['lastModified'] ?? '') >= (first['lastModified'] ?? '')).to.equal(true);
      expect(second['version']).not.to.equal(first['version']);
      for (const name of ['resourceType', 'created', 'location']) expect(second[name]).to.equal(first[name]);
      for (const { headers } of [posted, put, await call('GET', `/Users/${posted.body.id}`)]) {
        expect(headers['content-location']).to.equal(first['location']);
      }
    });

    it('is an externalId from the client alone, in its own letter case and its own client (RFC 7643 §3.1, RFC 7644 §6.2)', async () => {
      expect(await call.create('/Users', userBody('ann'))).not.to.have.property('externalId');
      await call.create('/Users', userBody('bob', { externalId: 'X-1' }));
      const found = async (caller: Caller, value: string) =>
        (await caller.read(filtered('/Users', `externalId eq "${value}"`))).totalResults;
      expect([await found(call, 'X-1'), await found(call, 'x-1')]).to.deep.equal([1, 0]);
      const other = await muster.createClient(`other ${clients}`);
      const theirs = callerOf(muster, (await muster.createToken({ client: other })).token);
      expect(await found(theirs, 'X-1')).to.equal(0);
      expect(await theirs.create('/Users', userBody('bob', { externalId: 'X-1' }))).to.include({ externalId: 'X-1' });
    });

    it('is a list of schemas: the base schema and those that it has attributes of, each once, however they are sent (RFC 7643 §3, §3.3)', async () => {
      const extension = { [enterpriseUrn]: { department: 'Tours' } };
      const orders = [
        [userUrn, enterpriseUrn],
        [enterpriseUrn, userUrn],
        [enterpriseUrn, userUrn, enterpriseUrn, userUrn],
      ];
      const shown: ScimBody[] = [];
      for (const [place, schemas] of orders.entries()) {
        shown.push(await call.create('/Users', { ...extension, schemas, userName: `u${place}` }));
      }
      for (const { schemas, ...rest } of shown) {
        expect(schemas[0]).to.equal(userUrn);
        expect(schemas).to.include(enterpriseUrn);
        expect(new Set(schemas)).to.have.lengthOf(schemas.length);
        expect(rest).to.deep.include(extension);
      }
      expect((await call.create('/Users', userBody('plain'))).schemas).not.to.include(enterpriseUrn);
      for (const schemas of [[], undefined, [enterpriseUrn]]) {
        const { status, body } = await call('POST', '/Users', { schemas, userName: 'nobody' });
        expect([status, body.scimType]).to.deep.equal([400, 'invalidSyntax']);
      }
      const { schemas } = await call.read(`/Users?filter=${encodeURIComponent(`schemas eq "${enterpriseUrn}"`)}`);
      expect(schemas).to.have.lengthOf(1);
    });

    it('is the same whatever the order of its attributes (RFC 7643 §2.3.8)', async () => {
      const attributes = {
        schemas: [userUrn],
        userName: 'ann',
        name: { givenName: 'Ann', familyName: 'Lee' },
        title: 'x',
      };
      const turned = Object.fromEntries(
        Object.entries({ ...attributes, name: { familyName: 'Lee', givenName: 'Ann' } }).toReversed(),
      );
      const { id, meta } = await call.create('/Users', attributes);
      const again = await call('PUT', `/Users/${id}`, turned);
      expect([again.status, again.body.meta]).to.deep.equal([200, meta]);
    });

    it('has no value, null or an empty list for the same: POST, PUT and filters (RFC 7643 §2.5)', async () => {
      const nothings = [{}, { title: null, emails: null }, { emails: [], name: null }, { name: {}, emails: [] }];
      for (const [place, nothing] of nothings.entries()) {
        const made = await call.create('/Users', userBody(`u${place}`, nothing));
        expect(made).not.to.have.any.keys('title', 'emails', 'name');
        const full = { title: 'x', emails: [{ value: 'a@example.com' }], name: { givenName: 'A' } };
        expect((await call('PUT', `/Users/${made.id}`, userBody(`u${place}`, full))).body).to.deep.include(full);
        const emptied = await call('PUT', `/Users/${made.id}`, userBody(`u${place}`, nothing));
        expect(emptied.body).not.to.have.any.keys('title', 'emails', 'name');
      }
      expect((await call.read(filtered('/Users', 'title pr or emails pr or name pr'))).totalResults).to.equal(0);
      expect((await call.read(filtered('/Users', 'title eq null'))).totalResults).to.equal(nothings.length);
    });

    it('is found at the references that lead to it: location, members, groups (RFC 7643 §2.3.7, §4.1.2)', async () => {
      const user = await call.create('/Users', userBody('ann'));
      const inner = await call.create('/Groups', groupBody('Inner', { members: [{ value: user.id }] }));
      const outer = await call.create('/Groups', groupBody('Outer', { members: [{ value: inner.id }] }));
      const shown = await call.read(`/Users/${user.id}`);
      const references = [inner.members, outer.members, shown.groups].flatMap((values) => values ?? []);
      expect(references).to.have.lengthOf(4);
      for (const reference of references) {
        const { status, body } = await call('GET', String(Reflect.get(reference, '$ref')));
        expect([status, body.id]).to.deep.equal([200, reference.value]);
        expect(body.meta.location).to.equal(Reflect.get(reference, '$ref'));
      }
      const kinds = shown.groups?.map((group) => `${group.display}: ${String(Reflect.get(group, 'type'))}`);
      expect(kinds).to.have.members(['Inner: direct', 'Outer: indirect']);
    });

    it('comes back as it was sent, whatever letters it has (RFC 7644 §3.8)', async () => {
      const displayName = 'Zoë “Åsa” 东京 😀 العربية';
      const { id } = await call.create('/Users', userBody('ann', { displayName }));
      const { text, body } = await call('GET', `/Users/${id}`);
      expect([body['displayName'], text.includes(displayName)]).to.deep.equal([displayName, true]);
      expect((await call.read(filtered('/Users', `displayName eq "${displayName}"`))).totalResults).to.equal(1);
    });

    it('has defaults that filters know: active is true unless said otherwise (RFC 7644 §3.4.2.2)', async () => {
      expect((await call.create('/Users', userBody('ann')))['active']).to.equal(true);
      await call.create('/Users', userBody('bob', { active: false }));
      const names = async (filter: string) =>
        (await call.read(filtered('/Users', filter))).Resources.map((each) => each['userName']);
      expect(await names('active eq true')).to.deep.equal(['ann']);
      expect(await names('active pr')).to.have.members(['ann', 'bob']);
    });

    it('is not made by PUT, PATCH or DELETE: 404 (RFC 7644 §3.2, §3.5.1, §3.12)', async () => {
      for (const [method, body] of [
        ['PUT', userBody('ann')],
        ['PATCH', patchBody({ op: 'add', path: 'userName', value: 'ann' })],
        ['DELETE', undefined],
      ] as const) {
        const { status, body: error } = await call(method, nobody, body);
        expect([status, error.status], method).to.deep.equal([404, '404']);
      }
      expect((await call.read('/Users')).totalResults).to.equal(0);
    });

    it('is restored as it was when one of several operations fails (RFC 7644 §3.5.2)', async () => {
      const user = await call.create('/Users', userBody('ann', { title: 'Guide' }));
      const good = { op: 'replace', path: 'title', value: 'Actor' };
      for (const [bad, scimType] of [
        [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'x' }, 'noTarget'],
        [{ op: 'remove', path: 'userName' }, 'mutability'],
        [{ op: 'add', path: 'shoeSize', value: 1 }, 'invalidPath'],
        [{ op: 'add', path: 'active', value: 'perhaps' }, 'invalidValue'],
        [{ op: 'move', path: 'title' }, 'invalidSyntax'],
      ] as const) {
        for (const operations of [
          [good, bad],
          [bad, good],
        ]) {
          const { status, body } = await call('PATCH', `/Users/${user.id}`, patchBody(...operations));
          expect([status, body.status, body.scimType]).to.deep.equal([400, '400', scimType]);
          expect(body.detail).to.match(/\S/);
        }
      }
      expect(await call.read(`/Users/${user.id}`)).to.deep.equal(user);
      const members = [good, { op: 'add', path: 'members', value: [{ value: randomUUID() }] }];
      const group = await call.create('/Groups', groupBody('Guides', { members: [{ value: user.id }] }));
      const failed = await call(
        'PATCH',
        `/Groups/${group.id}`,
        patchBody({ ...good, path: 'displayName' }, ...members.slice(1)),
      );
      expect([failed.status, failed.body.scimType]).to.deep.equal([400, 'invalidValue']);
      expect(await call.read(`/Groups/${group.id}`)).to.deep.equal(group);
    });

    it('is shown after a PATCH, or after one of a large group only where attributes were asked for (RFC 7644 §3.5.2)', async () => {
      const users = await Promise.all(
        Array.from({ length: 101 }, (_, index) => call.create('/Users', userBody(`u${index}`))),
      );
      const group = await call.create(
        '/Groups',
        groupBody('Guides', { members: users.map(({ id }) => ({ value: id })) }),
      );
      const rename = (displayName: string) => patchBody({ op: 'replace', path: 'displayName', value: displayName });
      const silent = await call('PATCH', `/Groups/${group.id}`, rename('A'));
      expect([silent.status, silent.text]).to.deep.equal([204, '']);
      expect(silent.headers).to.include({ location: group.meta.location, etag: 'W/"2"' });
      const asked = await call('PATCH', `/Groups/${group.id}?attributes=members`, rename('B'));
      expect([asked.status, asked.body.members?.length]).to.deep.equal([200, 101]);
      const named = await call('PATCH', `/Groups/${group.id}?attributes=displayName`, rename('C'));
      expect([named.status, named.body['displayName'], named.body.members]).to.deep.equal([200, 'C', undefined]);
      const person = await call('PATCH', `/Users/${users[0]?.id}`, rename('A'));
      expect([person.status, person.body['displayName']]).to.deep.equal([200, 'A']);
    });

    it('cannot be named by what cannot be seen: such a userName is refused (RFC 7644 §5, §7.8)', async () => {
      for (const hidden of ['\u0007', '\u202e', '\u200b', '\u2028', '\ue000', '\u00ad']) {
        const { status, body } = await call('POST', '/Users', userBody(`a${hidden}nn`));
        expect([status, body.scimType], JSON.stringify(hidden)).to.deep.equal([400, 'invalidValue']);
      }
      await call.create('/Users', userBody('ａｎｎ@example.com'));
      for (const alike of ['ann@example.com', 'ANN@EXAMPLE.COM', 'Ａnn@example.com']) {
        expect((await call('POST', '/Users', userBody(alike))).body.scimType, alike).to.equal('uniqueness');
      }
      for (const seen of ['Zoë O’Malley', 'می\u200cخواهم', '東京']) await call.create('/Users', userBody(seen));
    });
  });
});
