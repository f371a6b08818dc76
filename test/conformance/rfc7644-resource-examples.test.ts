import { expect } from 'chai';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { differences, expectResource, printedMeta } from '../support/printed.js';
import { callerOf, errorUrn, userUrn, type Caller, type ScimBody } from '../support/scim.js';

const listUrn = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const name = { formatted: 'Ms. Barbara J Jensen III', familyName: 'Jensen', givenName: 'Barbara' };
const bjensen = { schemas: [userUrn], userName: 'bjensen', externalId: 'bjensen', name };
const headers = { Accept: 'application/scim+json', 'Content-Type': 'application/scim+json' };

describe('the examples of creating, reading, replacing and deleting', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let call: Caller;
    before(async () => {
      muster = await database.startMuster();
    });

    let clients = 0;
    beforeEach(async () => {
      const client = await muster.createClient(`client ${++clients}`);
      call = callerOf(muster, (await muster.createToken({ client, dialect: 'strict' })).token);
    });

    const metaOf = ({ id }: ScimBody) => printedMeta('User', `${muster.baseUrl}/Users/${id}`);

    it('are answered as printed: a POST of Barbara (RFC 7644 §3.3, §3.14)', async () => {
      const answer = await call('POST', '/Users', bjensen, headers);
      // §3.14 prints the same request, and an answer that has lost the externalId.
      expectResource(answer, { status: 201, body: { ...bjensen, id: '<id>', meta: metaOf(answer.body) } });
      const { created, lastModified } = answer.body.meta as unknown as Readonly<Record<string, string>>;
      expect(lastModified).to.equal(created);
    });

    it('are answered as printed: a GET of Barbara, and with the suffix that names the format (RFC 7644 §3.4.1, §3.8)', async () => {
      const more = {
        phoneNumbers: [{ value: '555-555-8377', type: 'work' }],
        emails: [{ value: 'bjensen@example.com', type: 'work' }],
      };
      const { id } = await call.create('/Users', { ...bjensen, ...more });
      for (const path of [`/Users/${id}`, `/Users/${id}.scim`]) {
        const answer = await call('GET', path, undefined, headers);
        expectResource(answer, { status: 200, body: { ...bjensen, ...more, id, meta: metaOf(answer.body) } });
      }
    });

    it('are answered as printed: the userName of all users (RFC 7644 §3.4.2)', async () => {
      const names = ['bjensen', 'jsmith'];
      for (const userName of names) await call.create('/Users', { schemas: [userUrn], userName });
      const { status, headers: answered, body } = await call('GET', '/Users?attributes=userName', undefined, headers);
      expect([status, answered['content-type']]).to.deep.equal([200, 'application/scim+json']);
      // `schemas` is always returned: §3.9 prints it for the same parameter, and RFC 7643 §3 demands it.
      const printed = {
        schemas: [listUrn],
        totalResults: 2,
        Resources: { '<contains>': names.map((userName) => ({ id: '<id>', userName })) },
      };
      const beside = ['startIndex', 'itemsPerPage'];
      expect(differences(printed, body, beside)).to.deep.equal([]);
      for (const each of body.Resources) {
        expect(each).to.have.all.keys('schemas', 'id', 'userName');
      }
    });

    it('are answered as printed: a page of 10 of 100, and the next one (RFC 7644 §3.4.2.4 figure 3)', async () => {
      for (let index = 0; index < 100; index += 20) {
        const users = Array.from({ length: 20 }, (_, place) => ({ schemas: [userUrn], userName: `u${index + place}` }));
        await Promise.all(users.map((user) => call.create('/Users', user)));
      }
      const pages = await Promise.all([1, 11].map((start) => call.read(`/Users?startIndex=${start}&count=10`)));
      for (const [place, { Resources, ...rest }] of pages.entries()) {
        const startIndex = place * 10 + 1;
        expect(rest).to.deep.equal({ totalResults: 100, itemsPerPage: 10, startIndex, schemas: [listUrn] });
        expect(Resources).to.have.lengthOf(10);
      }
      expect(new Set(pages.flatMap(({ Resources }) => Resources.map(({ id }) => id)))).to.have.lengthOf(20);
    });

    it('are answered as printed: a PUT of Barbara (RFC 7644 §3.5.1)', async () => {
      const { id, meta } = await call.create('/Users', { ...bjensen, title: 'Guide' });
      const put = {
        schemas: [userUrn],
        id,
        userName: 'bjensen',
        externalId: 'bjensen',
        name: { ...name, middleName: 'Jane' },
        roles: [],
        emails: [{ value: 'bjensen@example.com' }, { value: 'babs@jensen.org' }],
      };
      const answer = await call('PUT', `/Users/${id}`, put, { ...headers, 'If-Match': meta.version });
      const { roles: _roles, ...printed } = put;
      expectResource(answer, { status: 200, body: { ...printed, meta: metaOf(answer.body) } });
      expect(answer.body.meta.version).not.to.equal(meta.version);
    });

    it('are answered as printed: a DELETE, and a GET of what was deleted (RFC 7644 §3.6, §3.12)', async () => {
      const { id, meta } = await call.create('/Users', bjensen);
      const deleted = await call('DELETE', `/Users/${id}`, undefined, { 'If-Match': meta.version });
      expect([deleted.status, deleted.text]).to.deep.equal([204, '']);
      const { status, headers: answered, body } = await call('GET', `/Users/${id}`);
      expect([status, answered['content-type']]).to.deep.equal([404, 'application/scim+json']);
      // The text is ours: it does not repeat what the client sent.
      expect(differences({ schemas: [errorUrn], detail: '/ not found$/', status: '404' }, body)).to.deep.equal([]);
    });

    it('are answered as printed: a GET of the userName alone (RFC 7644 §3.9)', async () => {
      const { id, meta } = await call.create('/Users', bjensen);
      const answer = await call('GET', `/Users/${id}?attributes=userName`, undefined, headers);
      expectResource(answer, { status: 200, body: { schemas: [userUrn], id, userName: 'bjensen' } });
      expect(answer.headers).to.include({ location: `${muster.baseUrl}/Users/${id}`, etag: meta.version });
    });

    it('are answered as printed: a write to the read-only id (RFC 7644 §3.12)', async () => {
      const { id } = await call.create('/Users', bjensen);
      const patch = {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [{ op: 'replace', path: 'id', value: 'another' }],
      };
      const { status, body } = await call('PATCH', `/Users/${id}`, patch);
      expect(status).to.equal(400);
      const printed = { schemas: [errorUrn], scimType: 'mutability', detail: 'id is read-only', status: '400' };
      expect(body).to.deep.equal(printed);
      // It is printed as the answer to a PUT, where §3.5.1 has read-only attributes ignored; so they are.
      const put = await call('PUT', `/Users/${id}`, { ...bjensen, id: 'another' });
      expect([put.status, put.body.id]).to.deep.equal([200, id]);
    });

    it('are answered as printed: a conditional GET of what has not changed (RFC 7644 §3.14)', async () => {
      const { id, meta } = await call.create('/Users', bjensen);
      const known = { ...headers, 'If-None-Match': meta.version };
      const { status, text } = await call('GET', `/Users/${id}?attributes=displayName`, undefined, known);
      expect([status, text]).to.deep.equal([304, '']);
    });

    it('are answered alike with the version in the URL and without, and another version is refused (RFC 7644 §3.13)', async () => {
      const { id } = await call.create('/Users', bjensen);
      const base = muster.baseUrl.replace(/\/v2$/, '');
      const [versioned, unversioned] = await Promise.all(
        [muster.baseUrl, base].map((url) => call('GET', `${url}/Users/${id}`)),
      );
      expect(unversioned?.body).to.deep.equal(versioned?.body);
      for (const version of ['v1', 'v3', 'V20']) {
        const { status, body } = await call('GET', `${base}/${version}/Users`);
        expect([status, body.scimType], version).to.deep.equal([400, 'invalidVers']);
      }
      expect((await call('GET', `${base}/version/Users`)).status).to.equal(404);
    });
  });
});
