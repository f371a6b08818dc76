import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import {
  collaborationWorld,
  expectStatus,
  insideBody,
  past,
  type ApiBody,
  type CollaborationWorld,
} from '../support/collaboration-world.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { groupBody, musterGroupUrn, patchBody, type ScimBody } from '../support/scim.js';

const add = (...ids: readonly string[]) =>
  patchBody({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) });

/** What a group of a collaboration is as a record of the companion API. */
interface GroupRecord {
  readonly groupId: string;
  readonly users: readonly string[];
}

describe('groups of collaborations', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let acme: CollaborationWorld;
    let beta: CollaborationWorld;
    before(async () => {
      muster = await database.startMuster();
      acme = await collaborationWorld(muster, 'Acme');
      beta = await collaborationWorld(muster, 'Beta');
    });

    /** A collaboration with two members. */
    async function team(): Promise<{ readonly one: ApiBody; readonly people: readonly ScimBody[] }> {
      const one = await acme.collaboration();
      const people = [await acme.person('Support'), await acme.person('Support')];
      await acme.admin.scim('PATCH', `/Groups/${one.id}`, add(...people.map(({ id }) => id)));
      return { one, people };
    }

    async function makeGroup(parent: string, more: object = {}): Promise<GroupRecord> {
      const body = { name: randomUUID(), parent, ...more };
      return expectStatus(201, await acme.support.api('POST', '/groups', body)) as unknown as GroupRecord;
    }

    it('C17 a group is made in a collaboration on both surfaces, a duplicate is 409', async () => {
      const { one } = await team();
      const body = { name: 'Editors', kind: 'collaboration-group', parent: one.id, shortName: 'editors' };
      const made = expectStatus(201, await acme.support.api('POST', '/groups', body));
      expect(made).to.deep.include({
        parent: one.id,
        urn: `${one.urn}:editors`,
        users: [],
        autoProvisionMembers: false,
      });
      expect((await acme.support.api('POST', '/groups', body)).status).to.equal(409);
      const sameShortName = { ...body, name: 'Others' };
      expect((await acme.support.api('POST', '/groups', sameShortName)).status).to.equal(409);
      const over = await acme.support.scim('POST', '/Groups', insideBody(one.id, 'EDITORS'));
      expect([over.status, over.body.scimType]).to.deep.equal([409, 'uniqueness']);
      const scim = await acme.support.scim.read(`/Groups/${String(made['groupId'])}`);
      expect(scim[musterGroupUrn]).to.deep.include({ parent: one.id, units: ['Support'] });
    });

    it('C17 with autoProvisionMembers it has all active members, and those who join later', async () => {
      const { one, people } = await team();
      const [first, second] = people.map(({ id }) => id);
      await acme.admin.scim('PATCH', `/Users/${second}`, patchBody({ op: 'replace', path: 'active', value: false }));
      const made = await makeGroup(one.id, { autoProvisionMembers: true });
      expect(made.users).to.deep.equal([first]);
      const late = await acme.person('Support');
      await acme.support.api('POST', `/collaborations/${one.id}/members`, { userId: late.id });
      const after = await acme.admin.scim.read(`/Groups/${made.groupId}`);
      expect(after.members?.map(({ value }) => value)).to.have.members([first, late.id]);
      const ended = await acme.person('Support');
      await acme.support.api('POST', `/collaborations/${one.id}/members`, { userId: ended.id, expiresAt: past });
      expect((await acme.admin.scim.read(`/Groups/${made.groupId}`)).members).to.have.length(2);
    });

    it("C17 a parent that is none, another client's, or beyond the units is refused, and its units are the parent's", async () => {
      const { support, admin } = acme;
      const theirs = await beta.collaboration();
      const plain = await admin.scim.create(
        '/Groups',
        groupBody(randomUUID(), { [musterGroupUrn]: { units: ['Support'] } }),
      );
      for (const parent of [randomUUID(), theirs.id, plain.id, 'nonsense']) {
        const answer = await support.scim('POST', '/Groups', insideBody(parent, randomUUID()));
        expect([answer.status, answer.body.scimType], parent).to.deep.equal([400, 'invalidValue']);
        expect((await support.api('POST', '/groups', { name: randomUUID(), parent })).status).to.equal(400);
      }
      const elsewhere = await acme.collaboration({ units: ['Research'] });
      const outside = await support.api('POST', '/groups', { name: randomUUID(), parent: elsewhere.id });
      expect(outside.status).to.equal(403);
      expect(outside.text).not.to.contain(elsewhere.name);
      const kind = { [musterGroupUrn]: { kind: 'collaboration-group' } };
      expect((await admin.scim('POST', '/Groups', groupBody(randomUUID(), kind))).status).to.equal(400);
      const one = await acme.collaboration();
      const others = insideBody(one.id, randomUUID(), { units: ['Research'] });
      expect((await admin.scim('POST', '/Groups', others)).status).to.equal(400);
      expect((await support.scim('POST', '/Groups', others)).status).to.equal(403);
    });

    it('C18 name, description and autoProvisionMembers are changed, the short name is not, unknown keys are refused', async () => {
      const { one, people } = await team();
      const made = await makeGroup(one.id);
      const path = `/groups/${made.groupId}`;
      const name = randomUUID();
      for (const method of ['PUT', 'PATCH']) {
        const wish = { name: name + method, description: method };
        expect(expectStatus(200, await acme.support.api(method, path, wish))).to.deep.include(wish);
        expect((await acme.support.api(method, path, { shortName: 'another' })).status).to.equal(400);
        expect((await acme.support.api(method, path, { nonsense: 1 })).status).to.equal(400);
      }
      const provisioned = expectStatus(200, await acme.support.api('PATCH', path, { autoProvisionMembers: true }));
      expect(provisioned['users']).to.have.members(people.map(({ id }) => id));
      const shortName = patchBody({ op: 'replace', path: `${musterGroupUrn}:shortName`, value: 'another' });
      expect((await acme.support.scim('PATCH', `/Groups/${made.groupId}`, shortName)).body.scimType).to.equal(
        'mutability',
      );
      const units = patchBody({ op: 'replace', path: `${musterGroupUrn}:units`, value: ['Research'] });
      expect((await acme.admin.scim('PATCH', `/Groups/${made.groupId}`, units)).body.scimType).to.equal('mutability');
    });

    it('C18 attributes of another kind are refused', async () => {
      const { admin } = acme;
      const { one } = await team();
      for (const [attribute, value] of [
        ['expiresAt', '2099-01-01T00:00:00Z'],
        ['labels', ['x']],
      ] as const) {
        const answer = await admin.scim('POST', '/Groups', insideBody(one.id, randomUUID(), { [attribute]: value }));
        expect([answer.status, answer.body.scimType], attribute).to.deep.equal([400, 'invalidValue']);
      }
      const plain = groupBody(randomUUID(), { [musterGroupUrn]: { shortName: 'plain' } });
      expect((await admin.scim('POST', '/Groups', plain)).body.scimType).to.equal('invalidValue');
      const auto = patchBody({ op: 'add', path: `${musterGroupUrn}:autoProvisionMembers`, value: true });
      expect((await admin.scim('PATCH', `/Groups/${one.id}`, auto)).body.scimType).to.equal('invalidValue');
    });

    it('C19 deleting a group leaves its members in the collaboration', async () => {
      const { one } = await team();
      const made = await makeGroup(one.id, { autoProvisionMembers: true });
      expect((await acme.research.api('DELETE', `/groups/${made.groupId}`)).status).to.equal(403);
      expect((await acme.support.api('DELETE', `/groups/${made.groupId}`)).status).to.equal(204);
      expect((await acme.support.api('GET', `/groups/${made.groupId}`)).status).to.equal(404);
      expect((await acme.admin.scim.read(`/Groups/${one.id}`)).members).to.have.length(2);
    });

    it('C20 a member of the collaboration joins its group; others are 409, 404 and, a second time, 409', async () => {
      const { one, people } = await team();
      const made = await makeGroup(one.id);
      const path = `/groups/${made.groupId}/members`;
      const userId = people[0]?.id;
      expect((await acme.support.api('POST', path, { userId })).status).to.equal(201);
      expect((await acme.support.api('POST', path, { userId })).status).to.equal(409);
      const userName = people[1]?.['userName'];
      expect((await acme.support.api('POST', path, { userName })).status).to.equal(201);
      const stranger = await acme.person('Support');
      expect((await acme.support.api('POST', path, { userId: stranger.id })).status).to.equal(409);
      const theirs = await beta.person();
      for (const unknown of [theirs.id, randomUUID(), 'nonsense']) {
        expect((await acme.support.api('POST', path, { userId: unknown })).status).to.equal(404);
      }
      expect((await acme.research.api('POST', path, { userId })).status).to.equal(403);
    });

    it('C20 over SCIM a member is added once, and who is not in the collaboration is 409 (RFC 7644 §3.5.2.1)', async () => {
      const { one, people } = await team();
      const made = await makeGroup(one.id);
      const path = `/Groups/${made.groupId}`;
      const userId = people[0]?.id ?? '';
      const first = await acme.support.scim('PATCH', path, add(userId));
      const again = await acme.support.scim('PATCH', path, add(userId));
      expect([first.status, again.status]).to.deep.equal([200, 200]);
      expect(again.body.meta.version).to.equal(first.body.meta.version);
      const stranger = await acme.person('Support');
      expect((await acme.support.scim('PATCH', path, add(stranger.id))).status).to.equal(409);
      const put = insideBody(one.id, randomUUID(), {}, { members: [{ value: stranger.id }] });
      expect((await acme.support.scim('PUT', path, put)).status).to.equal(409);
      expect((await acme.support.scim('POST', '/Groups', put)).status).to.equal(409);
      const theirs = await beta.person();
      expect((await acme.support.scim('PATCH', path, add(theirs.id))).body.scimType).to.equal('invalidValue');
      expect((await acme.admin.scim.read(path)).members).to.have.length(1);
      expect((await acme.support.scim('PATCH', `/Groups/${one.id}`, add(made.groupId))).body.scimType).to.equal(
        'invalidValue',
      );
    });

    it('C20 who has expired in the collaboration cannot join its group', async () => {
      const { one } = await team();
      const made = await makeGroup(one.id);
      const ended = await acme.person('Support');
      const members = `/collaborations/${one.id}/members`;
      await acme.support.api('POST', members, { userId: ended.id, expiresAt: past });
      expect((await acme.support.api('POST', `/groups/${made.groupId}/members`, { userId: ended.id })).status).to.equal(
        409,
      );
    });

    it('C21 who is taken out of a group stays in the collaboration', async () => {
      const { one, people } = await team();
      const made = await makeGroup(one.id, { autoProvisionMembers: true });
      const path = `/groups/${made.groupId}/members/${people[0]?.id ?? ''}`;
      expect((await acme.research.api('DELETE', path)).status).to.equal(403);
      expect((await acme.support.api('DELETE', path)).status).to.equal(204);
      expect((await acme.support.api('DELETE', path)).status).to.equal(404);
      const left = await acme.admin.scim.read(`/Users/${people[0]?.id ?? ''}`);
      expect(left.groups?.map(({ value }) => value)).to.deep.equal([one.id]);
    });

    it('E6 a collaboration that is connected, or into which somebody is invited, is not deleted as a group', async () => {
      const { one } = await team();
      const { support, admin } = acme;
      const made = await makeGroup(one.id);
      const { id } = expectStatus(201, await admin.api('POST', '/services', { name: randomUUID(), approval: 'auto' }));
      await support.api('PUT', `/collaborations/${one.id}/services/${id}`);
      const reasons = async () => [
        (await support.api('DELETE', `/groups/${one.id}`)).status,
        (await support.scim('DELETE', `/Groups/${one.id}`)).status,
        (await support.api('POST', '/groups/bulk-delete', { ids: [one.id] })).status,
      ];
      expect(await reasons()).to.deep.equal([409, 409, 409]);
      await support.api('DELETE', `/collaborations/${one.id}/services/${id}`);
      const invites = { invites: [`${randomUUID()}@example.com`], groups: [made.groupId] };
      const [invited] = expectStatus(
        201,
        await support.api('PUT', `/collaborations/${one.id}/invitations`, invites),
      ) as unknown as readonly ApiBody[];
      expect(await reasons()).to.deep.equal([409, 409, 409]);
      expect((await support.api('DELETE', `/groups/${made.groupId}`)).status).to.equal(409);
      await support.api('DELETE', `/invitations/${invited?.id ?? ''}`);
      const both = { ids: [one.id, made.groupId] };
      expect((await support.api('POST', '/groups/bulk-delete', both)).status).to.equal(204);
      expect((await admin.scim('GET', `/Groups/${made.groupId}`)).status).to.equal(404);
    });
  });
});
