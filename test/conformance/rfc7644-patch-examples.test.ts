import { expect } from 'chai';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { callerOf, filtered, groupBody, patchBody, userBody, type Caller, type ScimBody } from '../support/scim.js';

const addresses = [
  { type: 'work', streetAddress: '100 Universal City Plaza', locality: 'Hollywood', primary: false },
  { type: 'home', streetAddress: '456 Hollywood Blvd', locality: 'Hollywood', primary: true },
];
const newWork = {
  type: 'work',
  streetAddress: '911 Universal City Plaza',
  locality: 'Hollywood',
  region: 'CA',
  postalCode: '91608',
  country: 'US',
  formatted: '911 Universal City Plaza\nHollywood, CA 91608 US',
  primary: true,
};

describe('the examples of PATCH', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let call: Caller;
    let babs: ScimBody;
    let james: ScimBody;
    let group: ScimBody;
    before(async () => {
      muster = await database.startMuster();
    });

    let clients = 0;
    beforeEach(async () => {
      const client = await muster.createClient(`client ${++clients}`);
      call = callerOf(muster, (await muster.createToken({ client, dialect: 'strict' })).token);
      babs = await call.create('/Users', userBody('bjensen', { displayName: 'Babs Jensen', addresses }));
      james = await call.create('/Users', userBody('jsmith', { displayName: 'James Smith' }));
      group = await call.create('/Groups', groupBody('Tour Guides'));
    });

    const memberOf = ({ id, displayName }: ScimBody) => ({
      display: displayName,
      $ref: `${muster.baseUrl}/Users/${id}`,
      value: id,
    });
    const shown = (user: ScimBody) => ({ ...memberOf(user), type: 'User' });
    const patch = (resource: ScimBody, ...operations: readonly object[]) => {
      const path = new URL(resource.meta.location).pathname.replace('/scim/v2', '');
      return call('PATCH', path, patchBody(...operations), { 'If-Match': resource.meta.version });
    };
    /** The group with these members, by the example that replaces them. */
    const groupOf = async (...users: readonly ScimBody[]) => {
      const { body } = await patch(group, { op: 'replace', path: 'members', value: users.map(memberOf) });
      return body;
    };
    const membersAfter = async (resource: ScimBody, ...operations: readonly object[]) => {
      const { status, headers, body, text } = await patch(resource, ...operations);
      expect(status, text).to.equal(200);
      expect(headers).to.include({ etag: body.meta.version, location: resource.meta.location });
      return body.members ?? [];
    };

    it('add a member to a group, and once more without a change (RFC 7644 §3.5.2 figure 6, §3.5.2.1)', async () => {
      const add = { op: 'add', path: 'members', value: [memberOf(babs)] };
      expect(await membersAfter(group, add)).to.deep.equal([shown(babs)]);
      const current = await call.read(`/Groups/${group.id}`);
      const again = await patch(current, add);
      expect([again.status, again.body.meta]).to.deep.equal([200, current.meta]);
    });

    it('add attributes without a path, named in another letter case (RFC 7644 §3.5.2.1)', async () => {
      // Printed with a closing brace too few, and "nickname" for nickName.
      const value = { emails: [{ value: 'babs@jensen.org', type: 'home' }], nickname: 'Babs' };
      const work = { value: 'bjensen@example.com', type: 'work' };
      const { body: before } = await patch(babs, { op: 'add', path: 'emails', value: [work] });
      const { body } = await patch(before, { op: 'add', value });
      expect(body).to.deep.include({ emails: [work, ...value.emails], nickName: 'Babs' });
    });

    it('remove one member of a group, who may not be one (RFC 7644 §3.5.2.2)', async () => {
      const remove = { op: 'remove', path: `members[value eq "${babs.id}"]` };
      expect(await membersAfter(await groupOf(babs, james), remove)).to.deep.equal([shown(james)]);
      const current = await call.read(`/Groups/${group.id}`);
      const again = await patch(current, remove);
      expect([again.status, again.body.meta]).to.deep.equal([200, current.meta]);
    });

    it('remove all members of a group (RFC 7644 §3.5.2.2)', async () => {
      const { status, body } = await patch(await groupOf(babs, james), { op: 'remove', path: 'members' });
      expect([status, body.members]).to.deep.equal([200, undefined]);
    });

    it('remove the values that a filter over two sub-attributes finds (RFC 7644 §3.5.2.2)', async () => {
      const emails = [
        { value: 'bjensen@example.com', type: 'work' },
        { value: 'bjensen@example.org', type: 'work' },
        { value: 'babs@example.com', type: 'home' },
      ];
      const { body: before } = await patch(babs, { op: 'add', path: 'emails', value: emails });
      const path = 'emails[type eq "work" and value ew "example.com"]';
      const { body } = await patch(before, { op: 'remove', path });
      expect(body['emails']).to.deep.equal(emails.slice(1));
    });

    it('remove and add a member in one request, by a path without the space that the grammar demands (RFC 7644 §3.5.2.2)', async () => {
      const remove = { op: 'remove', path: `members[value eq"${babs.id}"]` };
      const add = { op: 'add', path: 'members', value: [memberOf(james)] };
      expect(await membersAfter(await groupOf(babs), remove, add)).to.deep.equal([shown(james)]);
      for (const filter of [`members[value eq"${james.id}"]`, `members.value eq"${james.id}"`]) {
        expect((await call.read(filtered('/Groups', filter))).totalResults, filter).to.equal(1);
      }
    });

    it('replace all members by removing them and adding others (RFC 7644 §3.5.2.2)', async () => {
      const operations = [
        { op: 'remove', path: 'members' },
        { op: 'add', path: 'members', value: [memberOf(babs), memberOf(james)] },
      ];
      expect(await membersAfter(await groupOf(james), ...operations)).to.have.deep.members([shown(babs), shown(james)]);
    });

    it('replace all members in one operation (RFC 7644 §3.5.2.3)', async () => {
      const replace = { op: 'replace', path: 'members', value: [memberOf(babs), memberOf(james)] };
      expect(await membersAfter(group, replace)).to.have.deep.members([shown(babs), shown(james)]);
    });

    it('replace the whole work address, whose primary clears that of the others (RFC 7644 §3.5.2.3)', async () => {
      const { body } = await patch(babs, { op: 'replace', path: 'addresses[type eq "work"]', value: newWork });
      expect(body['addresses']).to.deep.equal([newWork, { ...addresses[1], primary: false }]);
    });

    it('replace one sub-attribute of the work address (RFC 7644 §3.5.2.3)', async () => {
      const path = 'addresses[type eq "work"].streetAddress';
      const { body } = await patch(babs, { op: 'replace', path, value: '1010 Broadway Ave' });
      expect(body['addresses']).to.deep.equal([{ ...addresses[0], streetAddress: '1010 Broadway Ave' }, addresses[1]]);
    });

    it('replace all values of some attributes without a path, and leave others alone (RFC 7644 §3.5.2.3)', async () => {
      const emails = [{ value: 'old@example.com', type: 'other' }];
      const { body: before } = await patch(babs, { op: 'add', value: { emails, nickName: 'B' } });
      // Printed with a closing brace too few, and "nickname" for nickName.
      const value = {
        emails: [
          { value: 'bjensen@example.com', type: 'work', primary: true },
          { value: 'babs@jensen.org', type: 'home' },
        ],
        nickname: 'Babs',
      };
      const { body } = await patch(before, { op: 'replace', value });
      const { meta: _before, ...unchanged } = before;
      const { meta: _after, ...changed } = body;
      expect(changed).to.deep.equal({ ...unchanged, emails: value.emails, nickName: 'Babs' });
    });

    const paths: readonly (readonly [path: string, type: 'User' | 'Group', value: unknown])[] = [
      ['members', 'Group', []],
      ['name.familyName', 'User', 'Jensen'],
      ['addresses[type eq "work"]', 'User', newWork],
    ];
    for (const [path, type, value] of paths) {
      it(`take the example path ${path} (RFC 7644 §3.5.2 figure 8)`, async () => {
        const { status, text } = await patch(type === 'User' ? babs : group, { op: 'replace', path, value });
        expect(status, text).to.equal(200);
      });
    }

    it('take the example path of one member, and know that a member has no displayName (RFC 7644 §3.5.2 figure 8)', async () => {
      const path = `members[value eq "${babs.id}"]`;
      const current = await groupOf(babs);
      // `displayName` is printed, but RFC 7643 §4.2 gives members no such sub-attribute.
      const { status, body } = await patch(current, { op: 'remove', path: `${path}.displayName` });
      expect([status, body.scimType]).to.deep.equal([400, 'invalidPath']);
      expect((await patch(current, { op: 'remove', path })).status).to.equal(200);
    });

    it('add an extension’s URN to schemas with its first attribute (RFC 7644 §3.5.2)', async () => {
      const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
      expect(babs.schemas).not.to.include(urn);
      const { body } = await patch(babs, { op: 'add', path: `${urn}:employeeNumber`, value: '701984' });
      expect(body.schemas).to.include(urn);
      expect(body[urn]).to.deep.equal({ employeeNumber: '701984' });
      const removed = await patch(body, { op: 'remove', path: `${urn}:employeeNumber` });
      expect(removed.body.schemas).not.to.include(urn);
    });
  });
});
