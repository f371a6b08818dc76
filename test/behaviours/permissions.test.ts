import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { forEachDatabase } from '../support/databases.js';
import type { Muster, Response } from '../support/muster.js';
import { adminGroupOf } from '../support/roles.js';
import {
  callerOf,
  groupBody,
  musterGroupUrn,
  patchBody,
  userBody,
  type Caller,
  type ScimBody,
} from '../support/scim.js';

interface GroupRecord {
  readonly groupId: string;
  readonly name: string;
  readonly description: string | null;
  readonly membershipCount: number;
  readonly users: readonly string[];
}

interface LogEntry {
  readonly targetType: string;
  readonly changes: object;
}

/** A request to the companion API, of the client's token unless another is given; the test names the shape that it reads. */
type Api = <Body = ScimBody>(method: string, path: string, body?: unknown, caller?: Caller) => Promise<Response<Body>>;

const read = (objectId: unknown, permissions = ['READ'], objectType = 'SEGMENT') => ({
  objectType,
  objectId,
  permissions,
});

describe('groups and their permissions', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    before(async () => {
      muster = await database.startMuster();
    });

    /** A client with two units, and callers of its tokens. */
    async function world() {
      const client = await muster.createClient(`client ${randomUUID()}`);
      await muster.createUnit(client, 'Support');
      await muster.createUnit(client, 'Research');
      const callerWith = async (units: readonly string[]) =>
        callerOf(muster, (await muster.createToken({ client, units, access: 'provision' })).token);
      const call = await callerWith([]);
      const api: Api = (method, path, body, caller = call) =>
        caller(method, muster.apiUrl + path, body) as Promise<never>;
      return {
        client,
        call,
        api,
        support: await callerWith(['Support']),
        research: await callerWith(['Research']),
        personal: async (user: string) => callerOf(muster, (await muster.createToken({ client, user })).token),
        group: async (name: string) => (await api<GroupRecord>('POST', '/groups', { name })).body.groupId,
        /** What the change log has of the deletion of a resource. */
        deletions: async (id: string) => {
          const { token } = await muster.createToken({ client, access: 'admin' });
          const { entries } = (
            await api<{ entries: readonly LogEntry[] }>(
              'GET',
              `/audit?action=delete&targetId=${id}`,
              undefined,
              callerOf(muster, token),
            )
          ).body;
          return entries.map(({ targetType, changes }) => [targetType, changes]);
        },
        register: async (...ids: readonly string[]) => {
          for (const id of ids) expect((await api('PUT', `/objects/SEGMENT/${id}`)).status).to.equal(204);
        },
      };
    }

    it('E1 creating a group answers the whole record, and SCIM reads the same group', async () => {
      const { client, call, api } = await world();
      const { status, body } = await api<GroupRecord>('POST', '/groups', { name: 'Analysts', description: null });
      expect(status).to.equal(201);
      expect(body).to.deep.include({
        clientId: client,
        name: 'Analysts',
        description: null,
        membershipCount: 0,
        wildcards: [],
        users: [],
      });
      expect(await call.read(`/Groups/${body.groupId}`)).to.include({ id: body.groupId, displayName: 'Analysts' });
    });

    it('E2 updating a group renames it and leaves its members alone; an unknown one is 404', async () => {
      const { call, api, group } = await world();
      const id = await group('Analysts');
      const user = await call.create('/Users', userBody('ada'));
      await call('PATCH', `/Groups/${id}`, patchBody({ op: 'add', path: 'members', value: [{ value: user.id }] }));
      const { status, body } = await api<GroupRecord>('PUT', `/groups/${id}`, { name: 'Reporting' });
      expect(status).to.equal(200);
      expect(body).to.deep.include({ name: 'Reporting', membershipCount: 1, users: [user.id] });
      expect((await api('PUT', `/groups/${randomUUID()}`, { name: 'x' })).status).to.equal(404);
    });

    it('E2 over SCIM a PATCH leaves the members alone, and a PUT that names none clears them, as it does any attribute (RFC 7644 §3.5.1)', async () => {
      const { call, api, group } = await world();
      const id = await group('Analysts');
      const user = await call.create('/Users', userBody('ada'));
      await call('PATCH', `/Groups/${id}`, patchBody({ op: 'add', path: 'members', value: [{ value: user.id }] }));
      const renamed = patchBody({ op: 'replace', path: 'displayName', value: 'Reporting' });
      expect((await call('PATCH', `/Groups/${id}`, renamed)).body.members).to.have.length(1);
      expect((await api<GroupRecord>('GET', `/groups/${id}`)).body).to.include({ name: 'Reporting' });
      const put = await call('PUT', `/Groups/${id}`, groupBody('Reports'));
      expect([put.status, put.body.members]).to.deep.equal([200, undefined]);
      expect((await api<GroupRecord>('GET', `/groups/${id}`)).body).to.deep.include({ name: 'Reports', users: [] });
    });

    it('E3 the list is an array of all groups, or a page counted from 0', async () => {
      const { api, group } = await world();
      const ids = [await group('A'), await group('B'), await group('C')];
      const all = await api<readonly GroupRecord[]>('GET', '/groups');
      // The group of the administrators is there from the beginning.
      expect(all.body.map((each) => each.groupId))
        .to.include.members(ids)
        .and.to.have.length(4);
      for (const each of all.body) expect(each.membershipCount).to.equal(each.users.length);
      const page = await api<{ list: readonly GroupRecord[] }>('GET', '/groups?page=0&pageSize=2');
      expect(page.body).to.include({ page: 0, pageSize: 2, total: 4 });
      const last = await api<{ list: readonly GroupRecord[] }>('GET', '/groups?page=1&pageSize=2');
      expect([...page.body.list, ...last.body.list]).to.have.deep.members([...all.body]);
    });

    it('E4 a second group of the name is 409, whatever the letter case', async () => {
      const { api, group } = await world();
      await group('Analysts');
      expect((await api('POST', '/groups', { name: 'ANALYSTS' })).status).to.equal(409);
    });

    it('E4 the name is free in other units; renaming or moving a group to where it is taken is 409 (RFC 7644 §3.12)', async () => {
      const { call, api, group, support } = await world();
      const whole = await group('Analysts');
      const own = (await api<GroupRecord>('POST', '/groups', { name: 'analysts' }, support)).body.groupId;
      const inUnits = (name: string, ...units: readonly string[]) => groupBody(name, { [musterGroupUrn]: { units } });
      const both = await call.create('/Groups', inUnits('ANALYSTS', 'Support', 'Research'));
      const other = await call.create('/Groups', inUnits('Others', 'Support'));
      expect((await api('POST', '/groups', { name: 'Analysts' }, support)).status).to.equal(409);
      expect((await api('PUT', `/groups/${other.id}`, { name: 'Analysts' }, support)).status).to.equal(409);
      const wishes = [
        [other.id, { op: 'replace', path: 'displayName', value: 'aNALYSTS' }],
        [both.id, { op: 'replace', path: `${musterGroupUrn}:units`, value: ['Support'] }],
        [own, { op: 'remove', path: `${musterGroupUrn}:units` }],
      ] as const;
      for (const [id, operation] of wishes) {
        const answer = await call('PATCH', `/Groups/${id}`, patchBody(operation));
        expect([answer.status, answer.body.scimType], JSON.stringify(operation)).to.deep.equal([409, 'uniqueness']);
      }
      expect((await api('DELETE', `/groups/${whole}`)).status).to.equal(204);
      const moved = patchBody({ op: 'remove', path: `${musterGroupUrn}:units` });
      expect((await call('PATCH', `/Groups/${own}`, moved)).status, 'its name is free again').to.equal(200);
    });

    it('E5 deleting a group leaves its people; again it is 404', async () => {
      const { call, api, group, deletions } = await world();
      const id = await group('Analysts');
      const user = await call.create('/Users', userBody('ada'));
      await call('PATCH', `/Groups/${id}`, patchBody({ op: 'add', path: 'members', value: [{ value: user.id }] }));
      expect((await api('DELETE', `/groups/${id}`)).status).to.equal(204);
      const left = await call.read(`/Users/${user.id}`);
      expect(left).to.include({ active: true });
      expect(left.groups).to.equal(undefined);
      expect((await api('DELETE', `/groups/${id}`)).status).to.equal(404);
      expect((await call('GET', `/Groups/${id}`)).status).to.equal(404);
      expect(await deletions(id)).to.deep.equal([['Group', { displayName: { before: 'Analysts' } }]]);
    });

    it('E6 the group of the administrators is not deleted: 409 with the reason', async () => {
      const { call, api } = await world();
      const { id } = await adminGroupOf(call);
      const answer = await api('DELETE', `/groups/${id}`);
      expect([answer.status, answer.body.detail]).to.deep.equal([
        409,
        'the group of the administrators stays as long as the client',
      ]);
      expect((await call('DELETE', `/Groups/${id}`)).status).to.equal(409);
      expect((await adminGroupOf(call)).id).to.equal(id);
    });

    it('E7 a bulk deletion takes all groups or none, and a foreign id is 404', async () => {
      const { call, api, group } = await world();
      const ids = [await group('A'), await group('B')];
      const beta = await world();
      const foreign = await beta.group('C');
      expect((await api('POST', '/groups/bulk-delete', { ids: [...ids, foreign] })).status).to.equal(404);
      expect((await api('POST', '/groups/bulk-delete', { ids: [...ids, randomUUID()] })).status).to.equal(404);
      expect((await call('GET', `/Groups/${ids[0] ?? ''}`)).status).to.equal(200);
      expect((await api('POST', '/groups/bulk-delete', { ids: [] })).status).to.equal(400);
      const admins = await adminGroupOf(call);
      const blocked = await api('POST', '/groups/bulk-delete', { ids: [...ids, admins.id] });
      expect(blocked.status).to.equal(409);
      expect(blocked.body['blockers']).to.deep.equal([
        { id: admins.id, reason: 'the group of the administrators stays as long as the client' },
      ]);
      for (const id of [...ids, admins.id]) expect((await call('GET', `/Groups/${id}`)).status).to.equal(200);
      expect((await api('POST', '/groups/bulk-delete', { ids })).status).to.equal(204);
      expect((await call.read('/Groups?filter=displayName%20eq%20%22A%22')).totalResults).to.equal(0);
      expect((await beta.call('GET', `/Groups/${foreign}`)).status).to.equal(200);
    });

    it('E7 in a SCIM Bulk each deletion stands for itself: what is blocked is 409, the others are done (RFC 7644 §3.7)', async () => {
      const { call, group } = await world();
      const ids = [await group('A'), (await adminGroupOf(call)).id, randomUUID(), await group('B')];
      const answer = await call('POST', '/Bulk', {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        Operations: ids.map((id) => ({ method: 'DELETE', path: `/Groups/${id}` })),
      });
      // A BulkResponse has operations.
      const operations = answer.body['Operations'] as readonly { readonly status: string }[];
      expect(operations.map(({ status }) => status)).to.deep.equal(['204', '409', '404', '204']);
      expect((await call.read('/Groups')).totalResults).to.equal(1);
    });

    it('E8 bulk-delete in a path is never the id of a group', async () => {
      const { api, group } = await world();
      const id = await group('A');
      expect((await api('DELETE', '/groups/bulk-delete')).status).to.equal(400);
      expect((await api('DELETE', '/groups/bulk-delete', { ids: [id] })).status).to.equal(204);
    });

    it('E9 a new group has no permissions, and one of another client is 404', async () => {
      const { api, group } = await world();
      const { body } = await api<readonly object[]>('GET', `/groups/${await group('A')}/permissions`);
      expect(body).to.deep.equal([]);
      const foreign = await (await world()).group('B');
      expect((await api('GET', `/groups/${foreign}/permissions`)).status).to.equal(404);
      expect((await api('PUT', `/groups/${foreign}/permissions`, [])).status).to.equal(404);
    });

    it('E10 setting permissions overwrites them, and an empty list clears them', async () => {
      const { api, group, register } = await world();
      const path = `/groups/${await group('A')}/permissions`;
      await register('1', '2');
      await api('PUT', path, [read('1')]);
      const stored = await api('PUT', path, [read('2', ['WRITE', 'READ'])]);
      expect(stored.body).to.deep.equal([read('2', ['READ', 'WRITE'])]);
      expect((await api('GET', path)).body).to.deep.equal(stored.body);
      expect((await api('PUT', path, [])).body).to.deep.equal([]);
    });

    it('E11 what the catalogue does not have is 400 with its place, and nothing is stored', async () => {
      const { api, group, register } = await world();
      const path = `/groups/${await group('A')}/permissions`;
      await register('1');
      await api('PUT', path, [read('1')]);
      const wrong = [
        read('1', ['READ'], 'NOPE'),
        read('1', ['NOPE']),
        read('1', ['VIEW_TAGS']),
        read('1', ['READ'], 'TAGS'),
      ];
      for (const each of wrong) {
        const answer = await api('PUT', path, [read('1', ['WRITE']), each]);
        expect(answer.status, JSON.stringify(each)).to.equal(400);
        expect(answer.body.detail).to.match(/\b1\b/);
      }
      expect((await api('GET', path)).body).to.deep.equal([read('1')]);
    });

    it('E12 an object of another client or unit is 403, the same as one that nobody registered', async () => {
      const { api, support, register } = await world();
      const beta = await world();
      await beta.register('77');
      await register('1');
      await api('PUT', '/objects/SEGMENT/2', { unit: 'Research' });
      const mine = (await api<GroupRecord>('POST', '/groups', { name: 'S' }, support)).body.groupId;
      const path = `/groups/${mine}/permissions`;
      const answers = await Promise.all(['1', '2', '77', '999'].map((id) => api('PUT', path, [read(id)], support)));
      for (const answer of answers) expect(answer.status).to.equal(403);
      expect(new Set(answers.map((answer) => answer.body.detail)).size).to.equal(1);
      expect((await api('GET', path)).body).to.deep.equal([]);
      const byClient = await Promise.all(['77', '999'].map((id) => api('PUT', path, [read('1'), read(id)])));
      expect(byClient.map(({ status }) => status)).to.deep.equal([403, 403]);
      expect(new Set(byClient.map((answer) => answer.body.detail)).size).to.equal(1);
      expect((await api('GET', path)).body).to.deep.equal([]);
      expect((await api('PUT', '/objects/SEGMENT/5', {}, support)).status).to.equal(204);
      expect((await api('PUT', path, [read('5')], support)).status).to.equal(200);
    });

    it('E13 an id is the same as a number and as a text, and the same object twice is one', async () => {
      const { api, group, register } = await world();
      await register('34');
      const path = `/groups/${await group('A')}/permissions`;
      const { body } = await api('PUT', path, [read(34, ['READ']), read('34', ['WRITE'])]);
      expect(body).to.deep.equal([read('34', ['READ', 'WRITE'])]);
    });

    it('E14 the object types say what can be permitted', async () => {
      const { api } = await world();
      const types = (await api<readonly { name: string }[]>('GET', '/permissionable-object-types')).body;
      expect(types.map(({ name }) => name)).to.have.members([
        'SEGMENT',
        'TRAIT',
        'DESTINATION',
        'TAGS',
        'DERIVED_SIGNALS',
      ]);
      const segment = await api('GET', '/permissionable-object-types/SEGMENT');
      expect(segment.body['wildcards']).to.have.members([
        'VIEW_ALL_SEGMENTS',
        'EDIT_ALL_SEGMENTS',
        'CREATE_ALL_SEGMENTS',
        'DELETE_ALL_SEGMENTS',
        'MAP_ALL_SEGMENTS_TO_MODELS',
        'MAP_ALL_TO_DESTINATIONS',
      ]);
      expect(segment.body['perObject']).to.have.members([
        'READ',
        'WRITE',
        'CREATE',
        'DELETE',
        'MAP_TO_MODELS',
        'MAP_TO_DESTINATION',
      ]);
      for (const type of ['TAGS', 'DERIVED_SIGNALS']) {
        expect((await api('GET', `/permissionable-object-types/${type}`)).body['perObject']).to.deep.equal([]);
      }
      expect((await api('GET', '/permissionable-object-types/NOPE')).status).to.equal(404);
    });

    it('E15 wildcards are stored and shown, and unknown ones refused, on both surfaces', async () => {
      const { call, api, group } = await world();
      const id = await group('A');
      const put = await api('PUT', `/groups/${id}`, { wildcards: ['VIEW_ALL_SEGMENTS'] });
      expect(put.body['wildcards']).to.deep.equal(['VIEW_ALL_SEGMENTS']);
      expect((await call.read(`/Groups/${id}`))[musterGroupUrn]).to.deep.include({ wildcards: ['VIEW_ALL_SEGMENTS'] });
      expect((await api('PUT', `/groups/${id}`, { wildcards: ['NOPE'] })).status).to.equal(400);
      const scim = groupBody('B', { [musterGroupUrn]: { wildcards: ['NOPE'] } });
      expect((await call('POST', '/Groups', scim)).status).to.equal(400);
      const made = await call.create('/Groups', groupBody('C', { [musterGroupUrn]: { wildcards: ['VIEW_TAGS'] } }));
      const path = `${musterGroupUrn}:wildcards`;
      const more = patchBody({ op: 'add', path, value: ['VIEW_ALL_SEGMENTS'] });
      expect((await call('PATCH', `/Groups/${made.id}`, more)).status).to.equal(200);
      const wrong = await call('PATCH', `/Groups/${made.id}`, patchBody({ op: 'add', path, value: ['NOPE'] }));
      expect([wrong.status, wrong.body.scimType]).to.deep.equal([400, 'invalidValue']);
      expect((await api('GET', `/groups/${made.id}`)).body['wildcards']).to.have.members([
        'VIEW_TAGS',
        'VIEW_ALL_SEGMENTS',
      ]);
    });

    it('E16 a person has the permissions of all groups, those of wildcards for objects to come included', async () => {
      const { call, api, group, register } = await world();
      const user = await call.create('/Users', userBody('ada'));
      const path = `/users/${user.id}/effective-permissions`;
      const [a, b] = [await group('A'), await group('B')];
      await register('1');
      for (const id of [a, b]) {
        await call('PATCH', `/Groups/${id}`, patchBody({ op: 'add', path: 'members', value: [{ value: user.id }] }));
      }
      await api('PUT', `/groups/${a}/permissions`, [read('1', ['WRITE'])]);
      await api('PUT', `/groups/${b}`, { wildcards: ['VIEW_ALL_SEGMENTS'] });
      await register('2');
      expect((await api('GET', path)).body).to.deep.equal({
        wildcards: ['VIEW_ALL_SEGMENTS'],
        objects: [read('1', ['READ', 'WRITE']), read('2')],
      });
      await call('PATCH', `/Groups/${b}`, patchBody({ op: 'remove', path: `members[value eq "${user.id}"]` }));
      expect((await api('GET', path)).body).to.deep.equal({ wildcards: [], objects: [read('1', ['WRITE'])] });
    });

    it('E17 an inactive person has no permissions, and has them back when active again', async () => {
      const { call, api, group } = await world();
      const user = await call.create('/Users', userBody('ada'));
      const path = `/users/${user.id}/effective-permissions`;
      const id = await group('A');
      await call('PATCH', `/Groups/${id}`, patchBody({ op: 'add', path: 'members', value: [{ value: user.id }] }));
      await api('PUT', `/groups/${id}`, { wildcards: ['VIEW_TAGS'] });
      const whenActive = async (active: boolean) => {
        await call('PATCH', `/Users/${user.id}`, patchBody({ op: 'replace', path: 'active', value: active }));
        return (await api('GET', path)).body;
      };
      expect(await whenActive(false)).to.deep.equal({ wildcards: [], objects: [] });
      expect(await whenActive(true)).to.deep.equal({ wildcards: ['VIEW_TAGS'], objects: [] });
    });

    it('E22 the people of several groups come once each', async () => {
      const { call, api, group } = await world();
      const [a, b] = [await group('A'), await group('B')];
      const [ada, bob, eve] = [
        await call.create('/Users', userBody('ada')),
        await call.create('/Users', userBody('bob')),
        await call.create('/Users', userBody('eve')),
      ];
      const add = (id: string, ...users: readonly ScimBody[]) =>
        call(
          'PATCH',
          `/Groups/${id}`,
          patchBody({ op: 'add', path: 'members', value: users.map(({ id: value }) => ({ value })) }),
        );
      await add(a, ada, bob);
      await add(b, bob);
      const ids = async (query: string) =>
        (await api<readonly { id: string }[]>('GET', `/users${query}`)).body.map((each) => each.id);
      expect(await ids(`?groupId=${a}&groupId=${b}`)).to.have.members([ada.id, bob.id]);
      expect(await ids('')).to.have.members([ada.id, bob.id, eve.id]);
      expect(await ids(`?groupId=${randomUUID()}`)).to.deep.equal([]);
    });

    it('E23 people read themselves and change what is theirs, and nothing more', async () => {
      const { call, api, personal } = await world();
      const user = await call.create('/Users', userBody('ada'));
      const me = await personal(user.id);
      expect((await api('GET', '/users/self', undefined, me)).body).to.include({ id: user.id, userName: 'ada' });
      const changed = await api('PUT', '/users/self', { firstName: 'Ada', lastName: 'Lovelace' }, me);
      expect(changed.body).to.include({ firstName: 'Ada', lastName: 'Lovelace' });
      for (const forbidden of [{ roles: ['Admin'] }, { groups: [] }, { units: ['Support'] }, { client: 'x' }]) {
        expect((await api('PUT', '/users/self', forbidden, me)).status).to.equal(400);
      }
      for (const path of ['/groups', '/users', `/groups/${randomUUID()}/permissions`]) {
        expect((await api('GET', path, undefined, me)).status, path).to.equal(403);
      }
    });

    it('E26 a unit token sees the groups of its unit, and 403 for a group without a unit', async () => {
      const { api, support, research, group } = await world();
      const whole = await group('Everybody');
      const mine = (await api<GroupRecord>('POST', '/groups', { name: 'S' }, support)).body.groupId;
      const seen = await api<readonly GroupRecord[]>('GET', '/groups', undefined, support);
      expect(seen.body.map((each) => each.groupId)).to.deep.equal([mine]);
      expect((await api('GET', `/groups/${whole}`, undefined, support)).status).to.equal(403);
      expect((await api('GET', `/groups/${whole}/permissions`, undefined, support)).status).to.equal(403);
      expect((await api('PUT', `/groups/${mine}/permissions`, [], research)).status).to.equal(403);
    });

    it('E27 a description of null stays null', async () => {
      const { api, group } = await world();
      const id = await group('A');
      expect((await api('PUT', `/groups/${id}`, { description: 'what it is for' })).body['description']).to.equal(
        'what it is for',
      );
      expect((await api('PUT', `/groups/${id}`, { description: null })).body['description']).to.equal(null);
      expect((await api('GET', `/groups/${id}`)).body['description']).to.equal(null);
    });
  });
});
