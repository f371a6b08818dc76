import { expect } from 'chai';
import {
  bulkCallerOf,
  bulkResponseUrn,
  group,
  idIn,
  managed,
  patch,
  post,
  remove,
  unknownId,
  user,
  type BulkCaller,
} from '../support/bulk.js';
import { forEachDatabase } from '../support/databases.js';
import { mismatches } from '../support/match-json.js';
import type { Muster } from '../support/muster.js';
import { enterpriseUrn, errorUrn, filtered, groupUrn, ordinaryGroups, userBody, userUrn } from '../support/scim.js';

describe('the example exchanges of Bulk', () => {
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

    it('creates Alice and the Tour Guides with her as a member (RFC 7644 §3.7.2)', async () => {
      const caller = await fresh({ dialect: 'strict' });
      const { status, headers, body } = await caller.bulk([
        post('qwerty', { schemas: [userUrn], userName: 'Alice' }),
        post(
          'ytrewq',
          { schemas: [groupUrn], displayName: 'Tour Guides', members: [{ type: 'User', value: 'bulkId:qwerty' }] },
          '/Groups',
        ),
      ]);
      expect(status).to.equal(200);
      expect(headers['content-type']).to.equal('application/scim+json');
      const expected = {
        schemas: [bulkResponseUrn],
        Operations: [
          { location: '/\\/Users\\//', method: 'POST', bulkId: 'qwerty', version: '/^W\\/"\\d+"$/', status: '201' },
          { location: '/\\/Groups\\//', method: 'POST', bulkId: 'ytrewq', version: '/^W\\/"\\d+"$/', status: '201' },
        ],
      };
      expect(mismatches(expected, body)).to.deep.equal([]);
      const [alice, guides] = body.Operations;
      const shown = await caller('GET', `/Groups/${idIn(guides)}`);
      expect(shown.headers['etag']).to.equal(guides?.version);
      expect(shown.body.meta.location).to.equal(guides?.location);
      expect(
        mismatches({ members: [{ value: idIn(alice), $ref: alice?.location, type: 'User' }] }, shown.body),
      ).to.deep.equal([]);
    });

    it('sets the manager in the enterprise extension (RFC 7644 §3.7.2)', async () => {
      const caller = await fresh({ dialect: 'strict' });
      const { body } = await caller.bulk([user('qwerty', 'Alice'), managed('ytrewq', 'bulkId:qwerty')]);
      const [alice, bob] = body.Operations;
      const shown = await caller.read(`/Users/${idIn(bob)}`);
      expect(mismatches({ [enterpriseUrn]: { manager: { value: idIn(alice) } } }, shown)).to.deep.equal([]);
    });

    it('answers 409 to two groups that contain each other, and keeps neither (RFC 7644 §3.7.1)', async () => {
      const caller = await fresh({ dialect: 'strict' });
      const { body } = await caller.bulk([group('qwerty', 'bulkId:ytrewq'), group('ytrewq', 'bulkId:qwerty')]);
      expect(body.Operations.map(({ status, bulkId, location }) => [status, bulkId, location])).to.deep.equal([
        ['409', 'qwerty', undefined],
        ['409', 'ytrewq', undefined],
      ]);
      expect(await total(caller, ordinaryGroups)).to.equal(0);
      // The query that follows is printed with apostrophes, which no JSON string has.
      expect((await caller('GET', filtered('/Groups', "displayName sw 'Group'"))).status).to.equal(400);
      expect(await total(caller, filtered('/Groups', 'displayName sw "Group"'))).to.equal(0);
    });

    it('adds, replaces, changes and removes a user (RFC 7644 §3.7.3)', async () => {
      const caller = await fresh();
      const [bob, dave, gone] = await Promise.all(
        ['bob', 'dave', 'gone'].map((name) => caller.create('/Users', userBody(name, { nickName: name }))),
      );
      const { status, body } = await caller.bulk(
        [
          // As the RFC prints it, with a schema that does not exist.
          post('qwerty', { schemas: ['urn:ietf:params:scim:api:messages:2.0:User'], userName: 'Alice' }),
          {
            method: 'PUT',
            path: `/Users/${bob?.id}`,
            version: bob?.meta.version,
            data: { schemas: [userUrn], id: bob?.id, userName: 'Bob' },
          },
          {
            method: 'PATCH',
            path: `/Users/${dave?.id}`,
            version: dave?.meta.version,
            data: [
              { op: 'remove', path: 'nickName' },
              { op: 'add', path: 'userName', value: 'Dave2' },
            ],
          },
          remove(`/Users/${gone?.id}`, gone?.meta.version),
        ],
        { failOnErrors: 1 },
      );
      expect(status).to.equal(200);
      const version = '/^W\\/"\\d+"$/';
      const expected = [
        { location: '/\\/Users\\//', method: 'POST', bulkId: 'qwerty', version, status: '201' },
        { location: bob?.meta.location, method: 'PUT', bulkId: '<absent>', version, status: '200' },
        { location: dave?.meta.location, method: 'PATCH', version, status: '200' },
        { location: gone?.meta.location, method: 'DELETE', version: '<absent>', status: '204' },
      ];
      expect(mismatches(expected, body.Operations)).to.deep.equal([]);
      const changed = await caller.read(`/Users/${dave?.id}`);
      expect(mismatches({ userName: 'Dave2', nickName: '<absent>' }, changed)).to.deep.equal([]);
      expect((await caller('GET', `/Users/${gone?.id}`)).status).to.equal(404);
    });

    it('stops after the error that failOnErrors names, with the results so far (RFC 7644 §3.7.3)', async () => {
      const caller = await fresh();
      const { body } = await caller.bulk([post('qwerty', { schemas: [userUrn] }), user('b'), user('c')], {
        failOnErrors: 1,
      });
      const response = { schemas: [errorUrn], status: '400', scimType: 'invalidValue', detail: '<any>' };
      expect(
        mismatches(
          [{ method: 'POST', bulkId: 'qwerty', location: '<absent>', status: '400', response }],
          body.Operations,
        ),
      ).to.deep.equal([]);
      expect(await total(caller, '/Users')).to.equal(0);
    });

    it('goes on when everything fails, each with its error and location (RFC 7644 §3.7.3)', async () => {
      const caller = await fresh();
      const bob = await caller.create('/Users', userBody('bob'));
      const path = `/Users/${bob.id}`;
      const stale = 'W/"999"';
      const { body } = await caller.bulk([
        post('qwerty', { schemas: [userUrn] }),
        { method: 'PUT', path, version: stale, data: userBody('bob2') },
        { ...patch(path, { op: 'remove', path: 'nickName' }), version: stale },
        remove(`/Users/${unknownId}`, stale),
      ]);
      const error = (status: string) => ({ status, response: { schemas: [errorUrn], status, detail: '<any>' } });
      const expected = [
        { method: 'POST', bulkId: 'qwerty', location: '<absent>', ...error('400') },
        { method: 'PUT', location: bob.meta.location, ...error('412') },
        { method: 'PATCH', location: bob.meta.location, ...error('412') },
        { method: 'DELETE', location: `${muster.baseUrl}/Users/${unknownId}`, ...error('404') },
      ];
      expect(mismatches(expected, body.Operations)).to.deep.equal([]);
      expect((await caller.read(path)).meta.version).to.equal(bob.meta.version);
    });

    it('refuses a larger payload and more operations with 413, naming the limit (RFC 7644 §3.7.4)', async () => {
      const caller = await fresh();
      const large = await caller.bulk([user('a', 'a', { title: 'x'.repeat(1_048_576) })]);
      expect([large.status, large.body.schemas, large.body.status]).to.deep.equal([413, [errorUrn], '413']);
      expect(large.body.detail).to.contain('1048576');
      const many = await caller.bulk(Array.from({ length: 1_001 }, () => remove(`/Users/${unknownId}`)));
      expect([many.status, many.body.schemas, many.body.status]).to.deep.equal([413, [errorUrn], '413']);
      expect(many.body.detail).to.contain('maxOperations (1000)');
    });
  });
});
