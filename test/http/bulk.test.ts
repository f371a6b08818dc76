import { expect } from 'chai';
import {
  addMember,
  bulkCallerOf,
  bulkRequestUrn,
  group,
  idIn,
  managed,
  patch,
  post,
  remove,
  unknownId,
  user,
  type BulkCaller,
  type BulkResultBody,
} from '../support/bulk.js';
import { forEachDatabase } from '../support/databases.js';
import { mismatches } from '../support/match-json.js';
import type { Muster } from '../support/muster.js';
import { enterpriseUrn, filtered, groupBody, ordinaryGroups, userBody, userUrn } from '../support/scim.js';

describe('Bulk', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let clients = 0;
    before(async () => {
      muster = await database.startMuster();
    });

    const freshClient = async () => muster.createClient(`Client ${++clients}`);
    const callerIn = async (client: string, wish: object = {}): Promise<BulkCaller> =>
      bulkCallerOf(muster, (await muster.createToken({ client, ...wish })).token);
    const fresh = async (wish: object = {}) => callerIn(await freshClient(), wish);
    const total = async (caller: BulkCaller, path: string) => (await caller.read(path)).totalResults;
    const membersOf = async (caller: BulkCaller, id: string) =>
      ((await caller.read(`/Groups/${id}`)).members ?? []).map(({ value }) => value).toSorted();

    describe('the message', () => {
      it('is announced with its limits (RFC 7643 §5)', async () => {
        const config = await (await fresh()).read('/ServiceProviderConfig');
        expect(config['bulk']).to.deep.equal({ supported: true, maxOperations: 1_000, maxPayloadSize: 1_048_576 });
      });

      it('takes POST alone (RFC 7644 §3.7)', async () => {
        const { status, headers } = await (await fresh())('GET', '/Bulk');
        expect([status, headers['allow']]).to.deep.equal([405, 'POST']);
      });

      it('is refused as a whole with a SCIM Error when it cannot be meant (RFC 7644 §3.7)', async () => {
        const caller = await fresh();
        const deep = `{"a":${'['.repeat(100)}${']'.repeat(100)}}`;
        const bodies = [
          '[]',
          `{"schemas":["${bulkRequestUrn}"]}`,
          `{"schemas":["${bulkRequestUrn}"],"Operations":{}}`,
          `{"schemas":["${bulkRequestUrn}"],"failOnErrors":0,"Operations":[{}]}`,
          `{"schemas":["${bulkRequestUrn}"],"Operations":[{"method":"POST","path":"/Users","bulkId":"a","data":${deep}}]}`,
          `{"schemas":["${bulkRequestUrn}"],"Operations":[{"method":"POST","path":"/Users","bulkId":"a","data":{"__proto__":{"userName":"a"}}}]}`,
          `{"schemas":["${bulkRequestUrn}"],"Operations":[{"method":"DELETE","METHOD":"POST"}]}`,
        ];
        for (const body of bodies) {
          const answer = await caller('POST', '/Bulk', body);
          expect([answer.status, answer.body.scimType], body.slice(0, 80)).to.deep.equal([400, 'invalidSyntax']);
        }
        expect(await total(caller, '/Users')).to.equal(0);
      });

      it('needs a token (RFC 7644 §2)', async () => {
        expect((await muster.request('POST', '/Bulk', { body: {} })).status).to.equal(401);
      });
    });

    describe('operations', () => {
      it('create, deactivate and delete people, each with its status (RFC 7644 §3.7)', async () => {
        const caller = await fresh();
        const leaver = await caller.create('/Users', userBody('leaver'));
        const quitter = await caller.create('/Users', userBody('quitter'));
        const deactivate = patch(`/Users/${leaver.id}`, { op: 'replace', path: 'active', value: false });
        expect(await caller.statuses([user('a'), deactivate, remove(`/Users/${quitter.id}`)])).to.deep.equal([
          '201',
          '200',
          '204',
        ]);
        expect((await caller.read(`/Users/${leaver.id}`))['active']).to.equal(false);
      });

      it('take effect in their order: of one name the first wins, and a name that was given up is free (RFC 7644 §3.7)', async () => {
        const caller = await fresh();
        const [old, taken] = [
          await caller.create('/Users', userBody('old')),
          await caller.create('/Users', userBody('taken')),
        ];
        const operations = [
          user('1', 'x'),
          user('2', 'X'),
          remove(`/Users/${old.id}`),
          user('3', 'old'),
          user('4', 'taken'),
          remove(`/Users/${taken.id}`),
          remove(`/Users/${taken.id}`),
          group('g'),
          group('h', 'bulkId:1'),
          post('i', groupBody('G'), '/Groups'),
          patch('/Users/bulkId:1', { op: 'replace', path: 'userName', value: 'y' }),
          user('5', 'x'),
          user('6', 'y'),
        ];
        const expected = '201 409 204 201 409 204 404 201 201 409 200 201 409'.split(' ');
        expect(await caller.statuses(operations)).to.deep.equal(expected);
        expect((await caller.read(filtered('/Users', 'userName eq "x"'))).totalResults).to.equal(1);
      });

      it('take effect in their order when some hash a password (RFC 7644 §3.7)', async () => {
        const caller = await fresh();
        const password = 'correct horse battery staple';
        const operations = [user('1', 'x', { password }), user('2', 'x'), user('3', 'y'), user('4', 'y', { password })];
        expect(await caller.statuses(operations)).to.deep.equal(['201', '409', '201', '409']);
      });

      it('never fail more often than failOnErrors says, and leave the rest untried (RFC 7644 §3.7.3)', async () => {
        const caller = await fresh();
        const operations = [
          user('a'),
          user('A2', 'a'),
          user('b'),
          user('B2', 'b'),
          user('c'),
          user('C2', 'c'),
          user('d'),
        ];
        expect(await caller.statuses(operations, { failOnErrors: 2 })).to.deep.equal(['201', '409', '201', '409']);
        expect(await total(caller, '/Users')).to.equal(2);
      });

      it('are refused one by one when they cannot be meant (RFC 7644 §3.7.3)', async () => {
        const caller = await fresh();
        const { body } = await caller.bulk([
          null,
          { method: 'POST', path: '/Users', data: userBody('nobody') },
          { method: 'TRACE', path: '/Users/1' },
          { method: 'DELETE', path: '/Devices/1' },
          user('a'),
          user('a', 'again'),
        ]);
        expect(body.Operations.map(({ status }) => status)).to.deep.equal(['400', '400', '400', '404', '201', '400']);
        expect(body.Operations[0]).to.have.keys(['status', 'response']);
        expect(await total(caller, '/Users')).to.equal(1);
      });

      it('understand If-Match by their version, `*` included (RFC 7644 §3.14)', async () => {
        const caller = await fresh();
        const { id, meta } = await caller.create('/Users', userBody('a'));
        const title = (value: string, version: string) => ({
          ...patch(`/Users/${id}`, { op: 'add', path: 'title', value }),
          version,
        });
        const operations = [title('1', meta.version), title('2', meta.version), title('3', '*')];
        expect(await caller.statuses(operations)).to.deep.equal(['200', '412', '200']);
      });

      it('are read in the dialect of the token (RFC 7644 §3.7)', async () => {
        const client = await freshClient();
        const [tolerant, strict] = [await callerIn(client), await callerIn(client, { dialect: 'strict' })];
        const { id } = await tolerant.create('/Users', userBody('a'));
        const habits = patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'False' });
        expect(await strict.statuses([{ ...habits, method: 'patch' }, habits])).to.deep.equal(['400', '400']);
        expect(await tolerant.statuses([{ ...habits, method: 'patch' }, habits])).to.deep.equal(['200', '200']);
        expect((await tolerant.read(`/Users/${id}`))['active']).to.equal(false);
      });
    });

    describe('references', () => {
      it('point backwards and forwards, several in one list, one bulkId the beginning of another (RFC 7644 §3.7.2)', async () => {
        const caller = await fresh();
        const { body } = await caller.bulk([
          user('a'),
          group('g', 'bulkId:a', 'bulkId:ab', 'bulkId:abc'),
          user('ab'),
          user('abc'),
        ]);
        expect(body.Operations.map(({ status, bulkId }) => `${bulkId} ${status}`)).to.deep.equal([
          'a 201',
          'g 201',
          'ab 201',
          'abc 201',
        ]);
        const [a, g, ab, abc] = body.Operations;
        expect(await membersOf(caller, idIn(g))).to.deep.equal([idIn(a), idIn(ab), idIn(abc)].toSorted());
        expect((await caller('GET', `/Groups/${idIn(g)}`)).headers['etag']).to.equal(g?.version);
      });

      it('stand in paths, in values and in the filters of PATCH paths (RFC 7644 §3.7.2)', async () => {
        const caller = await fresh();
        const { id } = await caller.create('/Groups', groupBody('there'));
        const { body } = await caller.bulk([
          addMember('/Groups/bulkId:g', 'bulkId:a'),
          addMember(`/Groups/${id}`, 'bulkId:a'),
          user('a'),
          user('b'),
          group('g', 'bulkId:b'),
          patch('/Groups/bulkId:g', { op: 'remove', path: 'members[value eq "bulkId:b"]' }),
          remove('/Users/bulkId:b'),
        ]);
        expect(body.Operations.map(({ status }) => status)).to.deep.equal('200 200 201 201 201 200 204'.split(' '));
        const [onGroup, , a, b, g, , gone] = body.Operations;
        expect(onGroup?.location).to.equal(g?.location);
        expect(gone?.location).to.equal(b?.location);
        expect(await membersOf(caller, idIn(g))).to.deep.equal([idIn(a)]);
        expect(await membersOf(caller, id)).to.deep.equal([idIn(a)]);
      });

      it('in a circle are closed by linking afterwards (RFC 7644 §3.7.1)', async () => {
        const caller = await fresh({ dialect: 'strict' });
        const names = ['a', 'b', 'c', 'self'];
        const managers = ['b', 'c', 'a', 'self'];
        const { body } = await caller.bulk(names.map((name, index) => managed(name, `bulkId:${managers[index]}`)));
        expect(body.Operations.map(({ status }) => status)).to.deep.equal(['201', '201', '201', '201']);
        for (const [index, result] of body.Operations.entries()) {
          const shown = await caller('GET', `/Users/${idIn(result)}`);
          const manager = idIn(body.Operations[names.indexOf(managers[index] ?? '')]);
          expect(mismatches({ [enterpriseUrn]: { manager: { value: manager } } }, shown.body)).to.deep.equal([]);
          expect(shown.headers['etag']).to.equal(result.version);
        }
      });

      it('to what fails fail with 409, and nothing stays of what had been made (RFC 7644 §3.7.1)', async () => {
        const caller = await fresh();
        await caller.create('/Users', userBody('taken'));
        const there = await caller.create('/Groups', groupBody('there'));
        const { body } = await caller.bulk([
          group('early', 'bulkId:bad'),
          group('above', 'bulkId:early'),
          managed('circle', 'bulkId:bad'),
          addMember(`/Groups/${there.id}`, 'bulkId:circle'),
          post(
            'bad',
            userBody('taken', {
              schemas: [userUrn, enterpriseUrn],
              [enterpriseUrn]: { manager: { value: 'bulkId:circle' } },
            }),
          ),
          group('late', 'bulkId:bad'),
          remove('/Users/bulkId:bad'),
          group('fine'),
        ]);
        const statuses = body.Operations.map(({ status }) => status);
        expect(statuses).to.deep.equal(['409', '409', '409', '409', '409', '409', '409', '201']);
        expect(body.Operations[4]?.response?.scimType).to.equal('uniqueness');
        expect(body.Operations[6]).not.to.have.property('location');
        expect(await total(caller, ordinaryGroups)).to.equal(2);
        expect(await total(caller, '/Users')).to.equal(1);
        expect(await membersOf(caller, there.id)).to.deep.equal([]);
      });

      it('to a bulkId that nothing has are 400 invalidValue (RFC 7644 §3.7.2)', async () => {
        const caller = await fresh();
        const { body } = await caller.bulk([group('g', 'bulkId:nobody'), group('h', 'bulkId:g')]);
        expect(body.Operations.map(({ status, response }) => [status, response?.scimType])).to.deep.equal([
          ['400', 'invalidValue'],
          ['409', undefined],
        ]);
        expect(await total(caller, ordinaryGroups)).to.equal(0);
      });

      it('that are not reached because of failOnErrors leave nothing half made (RFC 7644 §3.7.3)', async () => {
        const caller = await fresh();
        const operations = [group('g', 'bulkId:a'), user('b'), user('b2', 'b'), user('a')];
        expect(await caller.statuses(operations, { failOnErrors: 1 })).to.deep.equal(['409', '201', '409']);
        expect(await total(caller, ordinaryGroups)).to.equal(0);
      });

      it('in chains and circles of 1,000 come to an end (RFC 7644 §3.7.1)', async function () {
        this.timeout(60_000);
        const caller = await fresh();
        const ring = Array.from({ length: 1_000 }, (_, index) =>
          managed(`r${index}`, `bulkId:r${(index + 1) % 1_000}`),
        );
        expect(new Set(await caller.statuses(ring))).to.deep.equal(new Set(['201']));
        const groups = Array.from({ length: 200 }, (_, index) => group(`g${index}`, `bulkId:g${(index + 1) % 200}`));
        expect(new Set(await caller.statuses(groups))).to.deep.equal(new Set(['409']));
        expect(await total(caller, ordinaryGroups)).to.equal(0);
      });
    });

    describe('authorisation', () => {
      it("answers another client's resources as unknown ones, wherever they stand (RFC 7644 §7.6)", async () => {
        const [acme, beta] = [await fresh(), await fresh()];
        const theirs = {
          user: await beta.create('/Users', userBody('b')),
          group: await beta.create('/Groups', groupBody('b')),
        };
        const operations = (userId: string, groupId: string) => [
          remove(`/Users/${userId}`),
          { method: 'PUT', path: `/Users/${userId}`, data: userBody('b') },
          patch(`/Users/${userId}`, { op: 'add', path: 'title', value: 'x' }),
          remove(`/Groups/${groupId}`),
          group('g', userId),
        ];
        const shown = (results: readonly BulkResultBody[], ids: readonly string[]) =>
          JSON.parse(ids.reduce((text, id) => text.replaceAll(id, 'ID'), JSON.stringify(results))) as unknown;
        const foreign = await acme.bulk(operations(theirs.user.id, theirs.group.id));
        const unknown = await acme.bulk(operations(unknownId, unknownId));
        expect(foreign.body.Operations.map(({ status }) => status)).to.deep.equal(['404', '404', '404', '404', '400']);
        expect(shown(foreign.body.Operations, [theirs.user.id, theirs.group.id])).to.deep.equal(
          shown(unknown.body.Operations, [unknownId]),
        );
        expect((await beta.read(`/Users/${theirs.user.id}`)).meta.version).to.equal(theirs.user.meta.version);
      });

      it('holds for each operation as if it were sent alone: units and access (RFC 7644 §3.7)', async () => {
        const client = await freshClient();
        await muster.createUnit(client, 'Support');
        const [all, unit, reader] = [
          await callerIn(client),
          await callerIn(client, { units: ['Support'] }),
          await callerIn(client, { access: 'read' }),
        ];
        const outside = await all.create('/Users', userBody('outside'));
        const operations = [user('a'), remove(`/Users/${outside.id}`), group('g', outside.id), group('h', 'bulkId:a')];
        expect(await unit.statuses(operations)).to.deep.equal(['201', '403', '403', '201']);
        expect(await reader.statuses([user('b'), remove(`/Users/${outside.id}`)])).to.deep.equal(['403', '403']);
        expect(await total(unit, '/Users')).to.equal(1);
        expect((await all('GET', `/Users/${outside.id}`)).status).to.equal(200);
      });
    });
  });
});
