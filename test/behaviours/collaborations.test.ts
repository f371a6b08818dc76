import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import {
  collaborationWorld,
  expectStatus,
  future,
  insideBody,
  past,
  type CollaborationWorld,
} from '../support/collaboration-world.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { filtered, groupBody, musterGroupUrn, patchBody, userBody, type ScimBody } from '../support/scim.js';

const add = (id: string) => patchBody({ op: 'add', path: 'members', value: [{ value: id }] });

describe('collaborations', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let acme: CollaborationWorld;
    let beta: CollaborationWorld;
    before(async () => {
      muster = await database.startMuster();
      acme = await collaborationWorld(muster, 'Acme');
      beta = await collaborationWorld(muster, 'Beta');
    });

    it('C8 a unit token creates a collaboration with its units, and is refused 403 when it names others', async () => {
      const { support } = acme;
      const own = expectStatus(201, await support.api('POST', '/collaborations', { name: randomUUID() }));
      expect(own.units).to.deep.equal(['Support']);
      for (const units of [['Research'], ['Support', 'Research'], ['Nowhere']]) {
        const answer = await support.api('POST', '/collaborations', { name: randomUUID(), units });
        expect(answer.status, units.join()).to.equal(403);
      }
      const body = groupBody(randomUUID(), { [musterGroupUrn]: { kind: 'collaboration' } });
      const over = await support.scim.create('/Groups', body);
      expect(over[musterGroupUrn]).to.deep.include({ kind: 'collaboration', units: ['Support'] });
      const others = groupBody(randomUUID(), { [musterGroupUrn]: { kind: 'collaboration', units: ['Research'] } });
      expect((await support.scim('POST', '/Groups', others)).status).to.equal(403);
    });

    it('C9 the name is required and unique, the short name obeys its grammar, or is made and unique', async () => {
      const { api } = acme.admin;
      const missing = await api('POST', '/collaborations', {});
      expect(missing.status).to.equal(400);
      expect(missing.body.detail).to.contain('name');
      const name = `Team Süd ${randomUUID()}`;
      const first = expectStatus(201, await api('POST', '/collaborations', { name }));
      expect(first.shortName).to.match(/^team-sud-[a-z0-9-]+$/);
      expect((await api('POST', '/collaborations', { name: name.toUpperCase() })).status).to.equal(409);
      for (const shortName of ['12begin', '', 'a b', 'x'.repeat(41), 'a:b']) {
        const answer = await api('POST', '/collaborations', { name: randomUUID(), shortName });
        expect(answer.status, shortName).to.equal(400);
      }
      const given = expectStatus(201, await api('POST', '/collaborations', { name: `1${name}`, shortName: 'Given_1' }));
      expect(given).to.deep.include({ shortName: 'given_1', urn: 'acme:given_1' });
      expect((await api('POST', '/collaborations', { name: `2${name}`, shortName: 'given_1' })).status).to.equal(409);
      const inOther = { name, units: ['Support'] };
      const second = expectStatus(201, await api('POST', '/collaborations', inOther));
      expect(second.shortName).not.to.equal(first.shortName);
    });

    it('C10 a unit token reads its own; others are 403 without a name, unknown ones and those of other clients 404', async () => {
      const { admin, support } = acme;
      const own = await acme.collaboration();
      const read = expectStatus(200, await support.api('GET', `/collaborations/${own.id}`));
      expect(read).to.deep.include({ id: own.id, name: own.name, units: ['Support'], status: 'active' });
      for (const units of [['Research'], ['Support', 'Research'], []]) {
        const other = await acme.collaboration({ units });
        const answer = await support.api('GET', `/collaborations/${other.id}`);
        expect(answer.status).to.equal(403);
        expect(answer.text)
          .not.to.contain(other.name)
          .and.not.to.match(/research/i);
      }
      const theirs = await beta.collaboration();
      const group = await admin.scim.create('/Groups', groupBody(randomUUID()));
      for (const id of [theirs.id, randomUUID(), 'nonsense', group.id]) {
        expect((await admin.api('GET', `/collaborations/${id}`)).status).to.equal(404);
      }
    });

    it('C11 deleting takes its groups and open invitations with it, and leaves its people', async () => {
      const { admin, support, research } = acme;
      const one = await acme.collaboration();
      const person = await acme.person('Support');
      await admin.scim('PATCH', `/Groups/${one.id}`, add(person.id));
      const inside = await admin.scim.create('/Groups', insideBody(one.id, randomUUID()));
      const service = expectStatus(201, await admin.api('POST', '/services', { name: randomUUID(), approval: 'auto' }));
      await admin.api('PUT', `/collaborations/${one.id}/services/${service.id}`);
      const email = `${randomUUID()}@example.com`;
      const invitations = `/collaborations/${one.id}/invitations`;
      const [invited] = expectStatus(201, await support.api('PUT', invitations, { invites: [email] })) as unknown as [
        { readonly id: string; readonly code: string },
      ];
      const isThere = async () => (await admin.scim.read(filtered('/Users', `userName eq "${email}"`))).totalResults;
      expect([(await admin.api('GET', `/invitations/${invited.id}`)).status, await isThere()]).to.deep.equal([200, 1]);
      expect((await research.api('DELETE', `/collaborations/${one.id}`)).status).to.equal(403);
      expect((await support.api('DELETE', `/collaborations/${one.id}`)).status).to.equal(204);
      for (const id of [one.id, inside.id]) {
        expect((await admin.scim('GET', `/Groups/${id}`)).status).to.equal(404);
        const log = expectStatus(200, await admin.api('GET', `/audit?action=delete&targetId=${id}`));
        expect(log['entries'], 'the change log').to.have.length(1);
      }
      expect([(await admin.api('GET', `/invitations/${invited.id}`)).status, await isThere()]).to.deep.equal([404, 0]);
      expect((await admin.api('POST', '/invitations/accept', { code: invited.code })).status).to.equal(404);
      const stays = await admin.scim.read(`/Users/${person.id}`);
      expect(stays['active']).to.equal(true);
      expect(stays.groups).to.equal(undefined);
      expect((await support.api('DELETE', `/collaborations/${one.id}`)).status).to.equal(404);
    });

    it('C12 more members than are read at once are all listed, once each', async () => {
      const one = await acme.collaboration();
      const people = Array.from({ length: 503 }, () => `${randomUUID()}@example.com`);
      const answer = await acme.admin.scim('POST', '/Bulk', {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        Operations: [
          ...people.map((name) => ({ method: 'POST', path: '/Users', bulkId: name, data: userBody(name) })),
          {
            method: 'PATCH',
            path: `/Groups/${one.id}`,
            data: patchBody({ op: 'add', path: 'members', value: people.map((name) => ({ value: `bulkId:${name}` })) }),
          },
        ],
      });
      expect(answer.status, answer.text).to.equal(200);
      const { body } = await acme.admin.api('GET', `/collaborations/${one.id}/members`);
      // The answer was held against its schema.
      const members = body as unknown as readonly { readonly userName: string }[];
      expect(members.map(({ userName }) => userName)).to.have.members(people);
    });

    it('C12 the role of a member is changed by id or userName; others are 400, 403 and 404', async () => {
      const { admin, support, research } = acme;
      const one = await acme.collaboration();
      const person = await acme.person('Support');
      const path = `/collaborations/${one.id}/members`;
      expectStatus(201, await support.api('POST', path, { userId: person.id }));
      const made = expectStatus(200, await support.api('PUT', path, { userId: person.id, role: 'admin' }));
      expect(made).to.deep.include({ userId: person.id, role: 'admin', status: 'active' });
      const userName = String(person['userName']).toUpperCase();
      expect(expectStatus(200, await admin.api('PUT', path, { userName, role: 'member' })).role).to.equal('member');
      expect((await support.api('PUT', path, { userId: person.id, role: 'nope' })).status).to.equal(400);
      expect((await support.api('PUT', path, { role: 'admin' })).status).to.equal(400);
      const stranger = await acme.person('Support');
      expect((await support.api('PUT', path, { userId: stranger.id, role: 'admin' })).status).to.equal(404);
      const theirs = await beta.person();
      expect((await admin.api('PUT', path, { userId: theirs.id, role: 'admin' })).status).to.equal(404);
      expect((await research.api('PUT', path, { userId: person.id, role: 'admin' })).status).to.equal(403);
      expect((await support.api('POST', path, { userId: person.id })).status).to.equal(409);
    });

    it('C13 a member who is removed leaves its groups too; a second time is 404', async () => {
      const { admin, support } = acme;
      const one = await acme.collaboration();
      const person = await acme.person('Support');
      await support.api('POST', `/collaborations/${one.id}/members`, { userId: person.id });
      const inside = await support.scim.create(
        '/Groups',
        insideBody(one.id, randomUUID(), {}, { members: [{ value: person.id }] }),
      );
      expect(inside.members).to.have.length(1);
      const path = `/collaborations/${one.id}/members/${person.id}`;
      expect((await acme.research.api('DELETE', path)).status).to.equal(403);
      expect((await support.api('DELETE', path)).status).to.equal(204);
      expect((await admin.scim.read(`/Groups/${inside.id}`)).members).to.equal(undefined);
      expect((await admin.scim.read(`/Groups/${inside.id}`)).meta.version).not.to.equal(inside.meta.version);
      expect((await support.api('DELETE', path)).status).to.equal(404);
    });

    it('C13 a member who leaves over SCIM leaves its groups too (RFC 7644 §3.5.2.2)', async () => {
      const { admin } = acme;
      const one = await acme.collaboration();
      const person = await acme.person('Support');
      await admin.scim('PATCH', `/Groups/${one.id}`, add(person.id));
      const inside = await admin.scim.create('/Groups', insideBody(one.id, randomUUID()));
      expect((await admin.scim('PATCH', `/Groups/${inside.id}`, add(person.id))).status).to.equal(200);
      const removal = patchBody({ op: 'remove', path: `members[value eq "${person.id}"]` });
      expect((await admin.scim('PATCH', `/Groups/${one.id}`, removal)).status).to.equal(200);
      expect((await admin.scim.read(`/Users/${person.id}`)).groups).to.equal(undefined);
    });

    it('C14 only a token of the whole client moves a collaboration, and its groups go with it', async () => {
      const { admin, support, research } = acme;
      const one = await acme.collaboration();
      const inside = await admin.scim.create('/Groups', insideBody(one.id, randomUUID()));
      const path = `/collaborations/${one.id}/units`;
      expect((await support.api('PUT', path, ['Support'])).status).to.equal(403);
      expect((await support.api('PUT', path, ['Research'])).status).to.equal(403);
      expect((await admin.api('PUT', path, ['Nowhere'])).status).to.equal(400);
      expect((await support.api('GET', `/collaborations/${one.id}`)).status).to.equal(200);
      expect(expectStatus(200, await admin.api('PUT', path, ['Research'])).units).to.deep.equal(['Research']);
      expect((await support.api('GET', `/collaborations/${one.id}`)).status).to.equal(403);
      expect((await support.scim('GET', `/Groups/${inside.id}`)).status).to.equal(403);
      expect((await research.scim.read(`/Groups/${inside.id}`))[musterGroupUrn]).to.deep.include({
        units: ['Research'],
      });
      expect(expectStatus(200, await admin.api('PUT', path, { units: ['Support'] })).units).to.deep.equal(['Support']);
    });

    it('C14 a unit token of all the units involved cannot move one over SCIM either', async () => {
      const one = await acme.collaboration();
      const { token } = await muster.createToken({ client: acme.client, units: ['Support', 'Research'] });
      const body = patchBody({ op: 'replace', path: `${musterGroupUrn}:units`, value: ['Research'] });
      const answer = await muster.request('PATCH', `/Groups/${one.id}`, { token, body });
      expect(answer.status).to.equal(403);
    });

    it('C15 a service is connected at once or pending until approved, and repeating changes nothing', async () => {
      const { admin, support, research } = acme;
      const one = await acme.collaboration();
      const make = async (approval: string) =>
        expectStatus(201, await admin.api('POST', '/services', { name: randomUUID(), approval }));
      const [auto, manual] = [await make('auto'), await make('manual')];
      const path = (id: string) => `/collaborations/${one.id}/services/${id}`;
      for (const _ of [1, 2]) {
        expect(expectStatus(200, await support.api('PUT', path(auto.id))).status).to.equal('connected');
        expect(expectStatus(202, await support.api('PUT', path(manual.id))).status).to.equal('pending');
      }
      expect((await support.api('POST', `${path(manual.id)}/approve`)).status).to.equal(403);
      expect(expectStatus(200, await admin.api('POST', `${path(manual.id)}/approve`)).status).to.equal('connected');
      expect(expectStatus(200, await support.api('PUT', path(manual.id))).status).to.equal('connected');
      expect((await support.api('PUT', path(randomUUID()))).status).to.equal(404);
      const theirs = expectStatus(201, await beta.admin.api('POST', '/services', { name: 'wiki' }));
      expect((await support.api('PUT', path(theirs.id))).status).to.equal(404);
      expect((await research.api('PUT', path(auto.id))).status).to.equal(403);
    });

    it('C16 a service is disconnected once, and then 409; one that is in use stays in the catalogue', async () => {
      const { admin, support } = acme;
      const one = await acme.collaboration();
      const { id } = expectStatus(201, await admin.api('POST', '/services', { name: randomUUID(), approval: 'auto' }));
      const path = `/collaborations/${one.id}/services/${id}`;
      await support.api('PUT', path);
      expect((await admin.api('DELETE', `/services/${id}`)).status).to.equal(409);
      expect((await acme.research.api('DELETE', path)).status).to.equal(403);
      expect((await support.api('DELETE', path)).status).to.equal(204);
      expect((await support.api('DELETE', path)).status).to.equal(409);
      expect((await admin.api('DELETE', `/services/${id}`)).status).to.equal(204);
      expect((await admin.api('DELETE', `/services/${id}`)).status).to.equal(404);
    });

    it('C32 collaborations and their groups are SCIM Groups with kind and urn, found by kind (RFC 7644 §3.4.2.2)', async () => {
      const world = await collaborationWorld(muster, `Ärzte & Co ${randomUUID().slice(0, 4)}`);
      const { scim, api } = world.admin;
      const one = expectStatus(201, await api('POST', '/collaborations', { name: 'Co', shortName: 'co' }));
      const inside = await scim.create('/Groups', insideBody(one.id, 'Group', { shortName: 'grp' }));
      const plain = await scim.create('/Groups', groupBody('plain'));
      const head = one.urn.slice(0, -3);
      expect(head).to.match(/^arzte-co-[0-9a-f-]+$/);
      const kindOf = async (filter: string) =>
        (await scim.read(filtered('/Groups', filter))).Resources.map(({ id }) => id);
      expect((await scim.read(`/Groups/${one.id}`))[musterGroupUrn]).to.deep.equal({
        clientId: world.client,
        kind: 'collaboration',
        shortName: 'co',
        urn: `${head}:co`,
      });
      expect((await scim.read(`/Groups/${inside.id}`))[musterGroupUrn]).to.deep.equal({
        clientId: world.client,
        kind: 'collaboration-group',
        parent: one.id,
        shortName: 'grp',
        urn: `${head}:co:grp`,
      });
      expect(await kindOf(`${musterGroupUrn}:kind eq "collaboration"`)).to.deep.equal([one.id]);
      expect(await kindOf(`${musterGroupUrn}:kind eq "Collaboration-Group"`)).to.deep.equal([inside.id]);
      expect(await kindOf(`${musterGroupUrn}:kind eq "group"`)).to.deep.equal([plain.id]);
      expect(await kindOf(`${musterGroupUrn}:urn eq "${head}:co:grp"`)).to.deep.equal([inside.id]);
      expect(await kindOf(`${musterGroupUrn}:parent eq "${one.id}"`)).to.deep.equal([inside.id]);
      expect(await kindOf(`${musterGroupUrn}:shortName eq "CO"`)).to.deep.equal([one.id]);
    });

    it('C32 kind, parent and shortName are immutable, urn is read-only, and a PUT may leave them out (RFC 7643 §2.2)', async () => {
      const { scim } = acme.admin;
      const one = await acme.collaboration();
      const other = await acme.collaboration();
      const inside = await scim.create('/Groups', insideBody(one.id, randomUUID()));
      for (const [attribute, value] of [
        ['kind', 'group'],
        ['parent', other.id],
        ['shortName', 'another'],
        ['urn', 'acme:x:y'],
      ]) {
        const body = patchBody({ op: 'replace', path: `${musterGroupUrn}:${attribute}`, value });
        const answer = await scim('PATCH', `/Groups/${inside.id}`, body);
        expect([answer.status, answer.body.scimType], attribute).to.deep.equal([400, 'mutability']);
      }
      const name = randomUUID();
      expect((await scim('PUT', `/Groups/${inside.id}`, groupBody(name))).status).to.equal(200);
      const put = insideBody(other.id, name);
      expect((await scim('PUT', `/Groups/${inside.id}`, put)).body.scimType).to.equal('mutability');
      const after = await scim.read(`/Groups/${inside.id}`);
      expect(after['displayName']).to.equal(name);
      expect(after[musterGroupUrn]).to.deep.include({ parent: one.id, kind: 'collaboration-group' });
    });

    it('C33 an expired membership counts as none and is back when it is renewed', async () => {
      const { admin } = acme;
      const one = await acme.collaboration();
      const person = await acme.person('Support');
      const path = `/collaborations/${one.id}/members`;
      await admin.api('POST', path, { userId: person.id });
      const inside = await admin.scim.create(
        '/Groups',
        insideBody(one.id, randomUUID(), {}, { members: [{ value: person.id }] }),
      );
      const groupIds = async () =>
        (await admin.scim.read(`/Users/${person.id}`)).groups?.map(({ value }) => value) ?? [];
      const found = async (resource: string, filter: string) =>
        (await admin.scim.read(filtered(resource, filter))).totalResults;
      expect(await groupIds()).to.have.members([one.id, inside.id]);
      const ended = expectStatus(200, await admin.api('PUT', path, { userId: person.id, expiresAt: past }));
      expect(ended).to.deep.include({ status: 'expired', expiresAt: past });
      expect(await groupIds()).to.deep.equal([]);
      for (const id of [one.id, inside.id]) {
        expect((await admin.scim.read(`/Groups/${id}`)).members).to.equal(undefined);
        expect(await found('/Groups', `id eq "${id}" and members.value eq "${person.id}"`)).to.equal(0);
        expect(await found('/Users', `groups.value eq "${id}"`)).to.equal(0);
      }
      const back = expectStatus(200, await admin.api('PUT', path, { userId: person.id, expiresAt: future }));
      expect(back.status).to.equal('active');
      expect(await groupIds()).to.have.members([one.id, inside.id]);
      expect(await found('/Users', `groups.value eq "${inside.id}"`)).to.equal(1);
    });

    it('C33 an expired membership gives no permissions until it is renewed', async () => {
      const { admin } = acme;
      const one = await acme.collaboration();
      const person = await acme.person('Support');
      const path = `/collaborations/${one.id}/members`;
      await admin.api('POST', path, { userId: person.id });
      const inside = await admin.scim.create(
        '/Groups',
        insideBody(one.id, randomUUID(), { autoProvisionMembers: true }),
      );
      await admin.api('PUT', `/groups/${inside.id}`, { wildcards: ['VIEW_ALL_SEGMENTS'] });
      const wildcards = async () =>
        expectStatus(200, await admin.api('GET', `/users/${person.id}/effective-permissions`))['wildcards'];
      expect(await wildcards()).to.deep.equal(['VIEW_ALL_SEGMENTS']);
      await admin.api('PUT', path, { userId: person.id, expiresAt: past });
      expect(await wildcards()).to.deep.equal([]);
      await admin.api('PUT', path, { userId: person.id, expiresAt: null });
      expect(await wildcards()).to.deep.equal(['VIEW_ALL_SEGMENTS']);
      await admin.api('PATCH', `/collaborations/${one.id}`, { expiresAt: past });
      expect(await wildcards()).to.deep.equal([]);
    });

    it('C33 an expired collaboration has no members and is back when it is renewed', async () => {
      const { admin } = acme;
      const one = await acme.collaboration();
      const person = await acme.person('Support');
      await admin.scim('PATCH', `/Groups/${one.id}`, add(person.id));
      const inside = await admin.scim.create(
        '/Groups',
        insideBody(one.id, randomUUID(), { autoProvisionMembers: true }),
      );
      const membersOf = async () =>
        Promise.all(
          [one.id, inside.id].map(async (id) => (await admin.scim.read(`/Groups/${id}`)).members?.length ?? 0),
        );
      expect(await membersOf()).to.deep.equal([1, 1]);
      const path = `/collaborations/${one.id}`;
      const ended = expectStatus(200, await admin.api('PATCH', path, { expiresAt: past }));
      expect(ended).to.deep.include({ status: 'expired', expiresAt: past, memberCount: 0 });
      expect(await membersOf()).to.deep.equal([0, 0]);
      const back = expectStatus(200, await admin.api('PUT', path, { expiresAt: null }));
      expect(back).to.deep.include({ status: 'active', expiresAt: null, memberCount: 1 });
      expect(await membersOf()).to.deep.equal([1, 1]);
      const extension = { [musterGroupUrn]: { expiresAt: past } };
      const patch = patchBody({ op: 'replace', value: extension });
      expect((await admin.scim('PATCH', `/Groups/${one.id}`, patch)).body.members).to.equal(undefined);
      expect(await membersOf()).to.deep.equal([0, 0]);
    });

    it('C33 a member who joins again after the end is one again', async () => {
      const { admin } = acme;
      const one = await acme.collaboration();
      const person = await acme.person('Support');
      const path = `/collaborations/${one.id}/members`;
      await admin.api('POST', path, { userId: person.id, role: 'admin', expiresAt: past });
      expect((await admin.scim.read(`/Groups/${one.id}`)).members).to.equal(undefined);
      expect((await admin.scim('PATCH', `/Groups/${one.id}`, add(person.id))).body.members).to.have.length(1);
      const [member] = expectStatus(200, await admin.api('GET', path)) as unknown as readonly object[];
      expect(member).to.deep.include({ userId: person.id, role: 'member', status: 'active', expiresAt: null });
    });

    it('C35 nothing of another client is read by id or filter (RFC 7644 §3.4.2)', async () => {
      const theirs = await beta.collaboration();
      const user = await beta.admin.scim.create('/Users', userBody(randomUUID(), { externalId: 'theirs' }));
      const { scim } = acme.admin;
      for (const [path, id] of [
        ['/Users', user.id],
        ['/Groups', theirs.id],
      ] as const) {
        expect((await scim('GET', `${path}/${id}`)).status).to.equal(404);
        for (const filter of ['externalId eq "theirs"', `id eq "${id}"`]) {
          expect((await scim.read(filtered(path, filter))).totalResults, filter).to.equal(0);
        }
      }
      expect((await scim.read(filtered('/Groups', `${musterGroupUrn}:urn eq "${theirs.urn}"`))).totalResults).to.equal(
        0,
      );
    });

    it('C36 a walk over what changed since an instant shows each once, while another client writes (RFC 9865 §2)', async () => {
      const { scim } = (await collaborationWorld(muster)).admin;
      const old = await scim.create('/Users', userBody(randomUUID()));
      const since = old.meta.lastModified;
      const made: string[] = [];
      while (made.length < 12) {
        const { id, meta } = await scim.create('/Users', userBody(randomUUID()));
        if (meta.lastModified > since) made.push(id);
      }
      const seen: string[] = [];
      let cursor: string | undefined = '';
      for (let page = 0; cursor !== undefined; page++) {
        const path = `${filtered('/Users', `meta.lastModified gt "${since}"`)}&count=5&cursor=${cursor}`;
        const body: ScimBody = await scim.read(path);
        seen.push(...body.Resources.map(({ id }) => id));
        cursor = typeof body['nextCursor'] === 'string' ? encodeURIComponent(body['nextCursor']) : undefined;
        await beta.admin.scim.create('/Users', userBody(randomUUID()));
        const touched = patchBody({ op: 'replace', path: 'title', value: `t${page}` });
        await beta.admin.scim('PATCH', `/Users/${(await beta.person()).id}`, touched);
      }
      expect(seen.toSorted()).to.deep.equal(made.toSorted());
    });

    it('C34 an unsupported filter is 400, startIndex counts from 1, and the ETag is meta.version (RFC 7644 §3.4.2, §3.14)', async () => {
      const { scim } = (await collaborationWorld(muster)).admin;
      for (const name of ['a', 'b', 'c']) await scim.create('/Groups', groupBody(name));
      for (const filter of ['nonsense eq "x"', 'displayName xx "y"', 'displayName eq']) {
        const answer = await scim('GET', filtered('/Groups', filter));
        expect([answer.status, answer.body.scimType], filter).to.deep.equal([400, 'invalidFilter']);
      }
      const names = (body: ScimBody) => body.Resources.map((group) => group['displayName']);
      const own = `/Groups?sortBy=displayName&filter=${encodeURIComponent(`${musterGroupUrn}:kind eq "group"`)}`;
      expect(names(await scim.read(`${own}&startIndex=1&count=1`))).to.deep.equal(['a']);
      expect(names(await scim.read(`${own}&startIndex=0&count=1`))).to.deep.equal(['a']);
      expect(names(await scim.read(`${own}&startIndex=2`))).to.deep.equal(['b', 'c']);
      const [first] = (await scim.read(own)).Resources;
      const answer = await scim('GET', `/Groups/${first?.id ?? ''}`);
      expect(answer.headers['etag'])
        .to.equal(answer.body.meta.version)
        .and.to.match(/^W\/"\d+"$/);
    });
  });
});
