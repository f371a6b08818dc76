import { expect } from 'chai';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import {
  callerOf,
  filtered,
  groupBody,
  musterGroupUrn,
  musterUserUrn,
  userBody,
  type Caller,
} from '../support/scim.js';

const schemas = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'];

describe('queries by POST and over all resources', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let client: string;
    let call: Caller;
    before(async () => {
      muster = await database.startMuster();
    });

    let clients = 0;
    beforeEach(async () => {
      client = await muster.createClient(`client ${++clients}`);
      call = callerOf(muster, (await muster.createToken({ client })).token);
      await call.create('/Users', userBody('jsmith', { displayName: 'Smith, James' }));
      await call.create('/Users', userBody('bjensen', { displayName: 'Babs', title: 'Guide' }));
      await call.create('/Groups', groupBody('Smith Family'));
      await call.create('/Groups', groupBody('Tour Guides'));
    });

    const search = (path: string, request: object) => call('POST', path, { schemas, ...request });
    /** userName, or displayName of a group, of what is found. */
    const found = async (path: string, request: object) => {
      const { status, body, text } = await search(path, request);
      expect(status, text).to.equal(200);
      return body.Resources.map((each) => each['userName'] ?? each['displayName']);
    };

    it('answer the example: users and groups whose displayName starts alike (RFC 7644 §3.4.3 figures 4 and 5)', async () => {
      const { status, headers, body } = await search('/.search', {
        attributes: ['displayName', 'userName'],
        filter: 'displayName sw "smith"',
        startIndex: 1,
        count: 10,
      });
      expect(status).to.equal(200);
      expect(headers['content-type']).to.equal('application/scim+json');
      expect(headers['location']).to.equal(`${muster.baseUrl}/.search`);
      const { Resources, ...rest } = body;
      expect(rest).to.deep.equal({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
        totalResults: 2,
        itemsPerPage: 2,
        startIndex: 1,
      });
      const shown = Resources.map(({ id: _id, schemas: _schemas, ...each }) => each);
      expect(shown).to.have.deep.members([
        { userName: 'jsmith', displayName: 'Smith, James' },
        { displayName: 'Smith Family' },
      ]);
    });

    it('search one resource type at its endpoint (RFC 7644 §3.4.3)', async () => {
      expect(await found('/Users/.search', { filter: 'displayName sw "smith"' })).to.deep.equal(['jsmith']);
      expect(await found('/Groups/.search', { filter: 'displayName sw "smith"' })).to.deep.equal(['Smith Family']);
      expect(await found('/users/.SEARCH/', { sortBy: 'userName' })).to.deep.equal(['bjensen', 'jsmith']);
    });

    it('page by cursor, as in the example (RFC 9865 §3)', async () => {
      const request = { attributes: ['displayName', 'userName'], filter: 'displayName sw "smith"', count: 1 };
      const first = await search('/.search', { ...request, cursor: '' });
      expect(first.body).to.include({ totalResults: 2, itemsPerPage: 1 }).and.not.to.have.property('startIndex');
      const second = await search('/.search', { ...request, cursor: first.body['nextCursor'] });
      expect(second.body).to.include({ totalResults: 2, itemsPerPage: 1 }).and.not.to.have.property('nextCursor');
      const names = [first, second].map(({ body }) => body.Resources[0]?.['displayName']);
      expect(names).to.have.members(['Smith, James', 'Smith Family']);
      const wrong = await search('/.search', { ...request, count: 2, cursor: first.body['nextCursor'] });
      expect([wrong.status, wrong.body.scimType]).to.deep.equal([400, 'invalidCount']);
    });

    it('say the same as GET does with the same parameters (RFC 7644 §3.4.3)', async () => {
      const filter = 'userName sw "j" or title pr';
      const posted = await search('/Users/.search', { filter, sortBy: 'userName', sortOrder: 'descending', count: 1 });
      const got = await call('GET', `${filtered('/Users', filter)}&sortBy=userName&sortOrder=descending&count=1`);
      expect(posted.body).to.deep.equal(got.body);
      const excluded = await search('/Users/.search', { excludedAttributes: ['meta', 'userName'], count: 1 });
      expect(excluded.body.Resources[0]).not.to.have.any.keys('meta', 'userName');
    });

    it('include all resources of the server, and those types that meta.resourceType names (RFC 7644 §3.4.2.1)', async () => {
      const everything = ['jsmith', 'bjensen', 'Smith Family', 'Tour Guides', 'client-admins'];
      expect(await found('/.search', {})).to.have.members(everything);
      // As printed there, without quotation marks: a tolerant token may.
      expect(
        await found('/.search', { filter: '(meta.resourceType eq User) or (meta.resourceType eq Group)' }),
      ).to.have.members(everything);
      expect(await found('/.search', { filter: 'meta.resourceType eq "Group"' })).to.have.members(everything.slice(2));
      expect(await found('/.search', { filter: 'meta.resourceType eq "Role"' })).to.deep.equal([]);
      const { body } = await call('GET', filtered('/', 'meta.resourceType eq "User"'));
      expect(body.Resources.map((each) => each['userName'])).to.have.members(['jsmith', 'bjensen']);
      expect((await call.read('/?count=3')).Resources).to.have.lengthOf(3);
    });

    it('treat an attribute that a type does not have as absent, and refuse one that no type has (RFC 7644 §3.4.2.1)', async () => {
      expect(await found('/.search', { filter: 'userName eq "JSMITH"' })).to.deep.equal(['jsmith']);
      expect(await found('/.search', { filter: 'userName pr' })).to.have.members(['jsmith', 'bjensen']);
      expect(await found('/.search', { filter: 'not (userName pr)' })).to.have.members([
        'Smith Family',
        'Tour Guides',
        'client-admins',
      ]);
      expect(await found('/.search', { filter: 'title eq "guide" or displayName co "guide"' })).to.have.members([
        'bjensen',
        'Tour Guides',
      ]);
      for (const filter of ['shoeSize pr', 'password sw "a"', 'displayName eq', '']) {
        const { status, body } = await search('/.search', { filter });
        expect([status, body.scimType], filter).to.deep.equal([400, 'invalidFilter']);
      }
    });

    it('sort users and groups together, page by page, those without the attribute last or first (RFC 7644 §3.4.2.3)', async () => {
      const everyGroup = ['client-admins', 'Smith Family', 'Tour Guides'];
      const sorted = ['bjensen', 'client-admins', 'Smith Family', 'jsmith', 'Tour Guides'];
      for (const [sortOrder, expected] of [
        ['ascending', sorted],
        ['descending', sorted.toReversed()],
      ] as const) {
        const request = { sortBy: 'displayName', sortOrder };
        expect(await found('/.search', request)).to.deep.equal(expected);
        const pages = [1, 2, 3, 4, 5].map((startIndex) => found('/.search', { ...request, startIndex, count: 1 }));
        expect((await Promise.all(pages)).flat()).to.deep.equal(expected);
      }
      expect((await found('/.search', { sortBy: 'userName' })).slice(0, 2)).to.deep.equal(['bjensen', 'jsmith']);
      expect((await found('/.search', { sortBy: 'userName', sortOrder: 'descending' })).slice(3)).to.deep.equal([
        'jsmith',
        'bjensen',
      ]);
      expect((await found('/.search', { sortBy: 'active' })).slice(2)).to.have.members(everyGroup);
    });

    it('reach what the token reaches: the units of a unit token, no list for a person (RFC 7644 §7.2)', async () => {
      const support = await muster.createUnit(client, 'Support');
      const user = await call.create('/Users', userBody('inside', { [musterUserUrn]: { units: ['Support'] } }));
      await call.create('/Groups', groupBody('Inside', { [musterGroupUrn]: { units: ['Support'] } }));
      const callAs = async (wish: object) => callerOf(muster, (await muster.createToken({ client, ...wish })).token);
      const limited = await callAs({ units: [support] });
      const page = await limited('POST', '/.search', { schemas });
      expect(page.body.Resources.map((each) => each['userName'] ?? each['displayName'])).to.have.members([
        'inside',
        'Inside',
      ]);
      expect(page.body.totalResults).to.equal(2);
      const person = await callAs({ user: user.id });
      for (const path of ['/.search', '/Users/.search', '/Groups/.search']) {
        expect((await person('POST', path, { schemas })).status, path).to.equal(403);
      }
      expect((await person('GET', '/')).status).to.equal(403);
    });

    it('read the filter as the token means it, and a strict one to the letter (RFC 7644 §3.4.2.2)', async () => {
      const { token } = await muster.createToken({ client, dialect: 'strict' });
      const strict = callerOf(muster, token);
      const filter = 'userName eq jsmith';
      expect(await found('/Users/.search', { filter })).to.deep.equal(['jsmith']);
      const refused = await strict('POST', '/Users/.search', { schemas, filter });
      expect([refused.status, refused.body.scimType]).to.deep.equal([400, 'invalidFilter']);
      expect((await call('POST', '/.search', {})).status).to.equal(200);
      expect((await strict('POST', '/.search', {})).body.scimType).to.equal('invalidSyntax');
    });

    it('are for POST alone; the root takes GET (RFC 7644 §3.2, RFC 7231 §6.5.5)', async () => {
      for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
        const { status, headers } = await call(method, '/Users/.search', method === 'GET' ? undefined : {});
        expect([status, headers['allow']], method).to.deep.equal([405, 'POST']);
      }
      const { status, headers } = await call('POST', '/', {});
      expect([status, headers['allow']]).to.deep.equal([405, 'GET, HEAD']);
    });
  });
});
