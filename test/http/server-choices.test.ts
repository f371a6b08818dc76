import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { forEachDatabase } from '../support/databases.js';
import type { Muster, Response } from '../support/muster.js';
import {
  callerOf,
  enterpriseUrn,
  filtered,
  groupBody,
  musterUserUrn,
  patchBody,
  userBody,
  userUrn,
  type Caller,
  type ScimBody,
} from '../support/scim.js';

const adding = (ids: readonly string[]) =>
  patchBody({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) });

describe('what RFC 7644 leaves to the server', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let client: string;
    let tolerant: Caller;
    let strict: Caller;
    before(async () => {
      muster = await database.startMuster();
    });
    beforeEach(async () => {
      client = await muster.createClient(`client ${randomUUID()}`);
      tolerant = callerOf(muster, (await muster.createToken({ client })).token);
      strict = callerOf(muster, (await muster.createToken({ client, dialect: 'strict' })).token);
    });

    const outcome = ({ status, body }: Response<ScimBody>) => [status, body.scimType];

    it('unknown attributes and extensions of a body are passed over, and 400 invalidSyntax when strict (RFC 7644 §3.3, §3.5)', async () => {
      const { id, meta } = await tolerant.create('/Users', userBody('ada', { title: 'Countess' }));
      for (const unknown of [{ shoeSize: 44 }, { 'urn:example:2.0:User': { shoeSize: 44 } }]) {
        const requests = [
          ['POST', '/Users', userBody(`new ${randomUUID()}`, unknown)],
          ['PUT', `/Users/${id}`, userBody('ada', { title: 'Countess', ...unknown })],
          ['PATCH', `/Users/${id}`, patchBody({ op: 'add', value: unknown })],
        ] as const;
        for (const [method, path, body] of requests) {
          expect(outcome(await strict(method, path, body)), method).to.deep.equal([400, 'invalidSyntax']);
          const answer = await tolerant(method, path, body);
          expect(answer.status, method).to.equal(method === 'POST' ? 201 : 200);
          expect(answer.text).not.to.match(/shoeSize|urn:example/);
        }
      }
      const shown = await tolerant.read(`/Users/${id}`);
      expect([shown['title'], shown.meta.lastModified]).to.deep.equal(['Countess', meta.lastModified]);
    });

    it('an unknown attribute is 400 invalidFilter in a filter, whichever the dialect (RFC 7644 §3.12)', async () => {
      for (const call of [tolerant, strict]) {
        for (const filter of ['shoeSize eq 44', 'emails[shoeSize eq 44]', 'urn:example:2.0:User:shoeSize pr']) {
          expect(outcome(await call('GET', filtered('/Users', filter))), filter).to.deep.equal([400, 'invalidFilter']);
        }
      }
    });

    it('a read-only attribute is 400 mutability in PATCH, its own value apart when tolerant, and passed over in POST and PUT (RFC 7644 §3.5)', async () => {
      const readOnly = { id: 'mine', meta: { version: 'W/"77"' }, groups: [{ value: 'x' }] };
      for (const call of [tolerant, strict]) {
        const made = await call.create('/Users', userBody(`ada ${randomUUID()}`, readOnly));
        const path = `/Users/${made.id}`;
        const put = await call('PUT', path, userBody(String(made['userName']), { ...readOnly, title: 'Countess' }));
        expect([put.status, put.body.id, put.body.groups]).to.deep.equal([200, made.id, undefined]);
        for (const [attribute, value] of Object.entries(readOnly)) {
          const answer = await call('PATCH', path, patchBody({ op: 'replace', path: attribute, value }));
          expect(outcome(answer), attribute).to.deep.equal([400, 'mutability']);
        }
        const own = await call('PATCH', path, patchBody({ op: 'replace', value: { id: made.id } }));
        expect(outcome(own)).to.deep.equal(call === tolerant ? [200, undefined] : [400, 'mutability']);
        expect((await call.read(path)).meta).to.deep.equal(put.body.meta);
      }
    });

    it('a new primary value takes it from the others, in PATCH with and without a filter (RFC 7643 §2.4)', async () => {
      const emails = [{ value: 'a@x.example', primary: true, type: 'work' }, { value: 'b@x.example' }];
      const { id } = await tolerant.create('/Users', userBody('ada', { emails }));
      const primaries = async (operation: object) => {
        expect((await tolerant('PATCH', `/Users/${id}`, patchBody(operation))).status).to.equal(200);
        const found = await tolerant.read(`/Users/${id}?attributes=emails`);
        // An email has a value.
        const list = found['emails'] as readonly { readonly value: string; readonly primary?: boolean }[];
        return list.filter(({ primary }) => primary === true).map(({ value }) => value);
      };
      const third = { value: 'c@x.example', primary: true };
      expect(await primaries({ op: 'add', path: 'emails', value: [third] })).to.deep.equal(['c@x.example']);
      const second = { op: 'replace', path: 'emails[value eq "b@x.example"].primary', value: true };
      expect(await primaries(second)).to.deep.equal(['b@x.example']);
    });

    it('adding what is there changes nothing, not even lastModified (RFC 7644 §3.5.2.1)', async () => {
      const emails = [{ value: 'a@x.example', type: 'work' }];
      const user = await tolerant.create('/Users', userBody('ada', { emails, title: 'Countess' }));
      const group = await tolerant.create('/Groups', groupBody('Staff', { members: [{ value: user.id }] }));
      const repeated = [
        [user, '/Users', { op: 'add', path: 'emails', value: emails }],
        [user, '/Users', { op: 'add', value: { title: 'Countess', emails } }],
        [group, '/Groups', { op: 'add', path: 'members', value: [{ value: user.id }] }],
      ] as const;
      for (const [{ id, meta }, path, operation] of repeated) {
        const answer = await tolerant('PATCH', `${path}/${id}`, patchBody(operation));
        expect([answer.status, answer.body.meta], JSON.stringify(operation)).to.deep.equal([200, meta]);
      }
    });

    it('a PUT clears what it leaves out, but for active and password (RFC 7644 §3.5.1)', async () => {
      const more = { title: 'Countess', active: false, [enterpriseUrn]: { department: 'Engines' } };
      const user = await tolerant.create('/Users', userBody('ada', more));
      const put = await tolerant('PUT', `/Users/${user.id}`, userBody('ada'));
      expect(put.body).to.include({ active: false }).and.not.to.have.any.keys('title', enterpriseUrn);
      const group = await tolerant.create('/Groups', groupBody('Staff', { members: [{ value: user.id }] }));
      const emptied = await tolerant('PUT', `/Groups/${group.id}`, groupBody('Staff'));
      expect([emptied.status, emptied.body.members]).to.deep.equal([200, undefined]);
    });

    it('a PATCH of a group of more than 100 members is 204 without a body, unless attributes are asked for (RFC 7644 §3.5.2)', async () => {
      const operations = Array.from({ length: 101 }, (_, index) => ({
        method: 'POST',
        path: '/Users',
        bulkId: `b${index}`,
        data: userBody(`user ${index}`),
      }));
      const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
      await tolerant('POST', '/Bulk', { schemas, Operations: operations });
      const ids = (await tolerant.read('/Users?count=200&attributes=id')).Resources.map(({ id }) => id);
      const { id } = await tolerant.create('/Groups', groupBody('Staff'));
      const hundred = await tolerant('PATCH', `/Groups/${id}`, adding(ids.slice(0, 100)));
      expect([hundred.status, hundred.body.members?.length]).to.deep.equal([200, 100]);
      const more = await tolerant('PATCH', `/Groups/${id}`, adding(ids.slice(100)));
      expect([more.status, more.text, more.headers['etag']]).to.deep.equal([204, '', 'W/"3"']);
      const asked = await tolerant('PATCH', `/Groups/${id}?attributes=displayName`, adding(ids.slice(0, 1)));
      expect([asked.status, asked.body['displayName'], asked.body.members]).to.deep.equal([200, 'Staff', undefined]);
      expect((await tolerant.read(`/Groups/${id}`)).members).to.have.length(101);
    });

    it('every answer that holds a resource has its Location and its version (RFC 7644 §3.1, §3.14)', async () => {
      const made = await tolerant('POST', '/Users', userBody('ada'));
      const { id } = made.body;
      const me = callerOf(muster, (await muster.createToken({ client, user: id })).token);
      const answers = {
        POST: made,
        GET: await tolerant('GET', `/Users/${id}`),
        'a part': await tolerant('GET', `/Users/${id}?attributes=userName`),
        PUT: await tolerant('PUT', `/Users/${id}`, userBody('ada', { title: 'Countess' })),
        PATCH: await tolerant('PATCH', `/Users/${id}`, patchBody({ op: 'remove', path: 'title' })),
        '/Me': await me('GET', '/Me'),
        'PATCH /Me': await me('PATCH', '/Me', patchBody({ op: 'add', path: 'nickName', value: 'A' })),
      };
      for (const [what, { headers, body, status }] of Object.entries(answers)) {
        expect(status, what).to.equal(what === 'POST' ? 201 : 200);
        expect(headers['location'], what).to.equal(`${muster.baseUrl}/Users/${id}`);
        expect(headers['etag'], what).to.match(/^W\/"\d+"$/);
        if (what !== 'a part')
          expect([body.meta.version, body.meta.location]).to.deep.equal([headers['etag'], headers['location']]);
        expect(headers['content-type'], what).to.equal('application/scim+json');
      }
    });

    it('a plus in a query is a space, and a trailing slash changes nothing (RFC 3986 §3.4)', async () => {
      const { id } = await tolerant.create('/Users', userBody('ada lovelace'));
      for (const path of ['/Users?filter=userName+eq+"ada+lovelace"', '/Users/?filter=userName+eq+"ada+lovelace"']) {
        const page = await tolerant.read(path.replaceAll('"', '%22'));
        expect(page.Resources.map((user) => user.id)).to.deep.equal([id]);
      }
      expect((await tolerant.read(`/Users/${id}/`)).id).to.equal(id);
    });

    it('what providers send and RFC 7644 allows is understood by strict tokens too', async () => {
      const user = await strict.create('/Users', userBody('ada', { roles: [], [enterpriseUrn]: {}, externalId: 'x' }));
      const group = await strict.create('/Groups', groupBody('Staff', { members: [] }));
      const prefixed = patchBody({ op: 'replace', path: `${userUrn}:displayName`, value: 'Ada' });
      expect((await strict('PATCH', `/Users/${user.id}?aadOptscim062020`, prefixed)).body['displayName']).to.equal(
        'Ada',
      );
      const work = patchBody({ op: 'add', path: 'emails[type eq "work"].value', value: 'a@x.example' });
      expect((await strict('PATCH', `/Users/${user.id}`, work)).body['emails']).to.deep.equal([
        { type: 'work', value: 'a@x.example' },
      ]);
      const member = patchBody({ op: 'add', path: 'members', value: [{ $ref: null, value: user.id }] });
      expect((await strict('PATCH', `/Groups/${group.id}`, member)).body.members).to.have.length(1);
      const renamed = patchBody({ op: 'replace', value: { displayName: 'Crew' } });
      expect((await strict('PATCH', `/Groups/${group.id}`, renamed)).body['displayName']).to.equal('Crew');
      const found = filtered('/Users', 'emails[type eq "work"].value eq "A@X.example" and externalId eq "x"');
      expect((await strict.read(found)).totalResults).to.equal(1);
      expect((await strict.read(filtered('/Users', 'externalId eq "X"'))).totalResults, 'caseExact').to.equal(0);
      const off = patchBody({ op: 'replace', value: { active: false } });
      expect((await strict('PATCH', `/Users/${user.id}`, off)).body['active']).to.equal(false);
      expect((await strict.read(filtered('/Users', `${musterUserUrn}:accountStatus pr`))).totalResults).to.equal(1);
    });
  });
});
