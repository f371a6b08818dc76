import { expect } from 'chai';
import { routeTable } from '../../src/http/api/route-table.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { filtered, groupBody, patchBody, userBody } from '../support/scim.js';
import { makeTenant, mint, type TestTenant } from '../support/tenants.js';
import { musterUserUrn } from '../support/scim.js';

const bulkSchema = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const anyId = '00000000-0000-4000-8000-000000000000';

const scimRequests: readonly (readonly [string, string])[] = [
  ...['/Users', '/Groups'].flatMap((path): (readonly [string, string])[] => [
    ['GET', path],
    ['POST', path],
    ['POST', `${path}/.search`],
    ...['GET', 'PUT', 'PATCH', 'DELETE'].map((method) => [method, `${path}/${anyId}`] as const),
  ]),
  ['POST', '/Bulk'],
  ['POST', '/.search'],
  ['GET', '/'],
  ['GET', '/Me'],
  ['PATCH', '/Me'],
  ['DELETE', '/Me'],
  ['GET', '/Roles'],
  ['GET', '/Entitlements'],
];

// What a parser could take for no filter at all, or for one that is always true.
const brokenFilters = [
  ' ',
  'userName',
  'userName eq',
  'userName eq "',
  'userName eq "ada',
  'userName = "ada"',
  'userName eq "x" or',
  'userName eq "x" or 1',
  '(userName pr',
  'userName pr)',
  'not',
  'not (',
  '1=1',
  '*',
  '%',
  'true',
  'userName eq "x" # comment',
  'userName eq "x"; userName pr',
  'emails[type eq "work"',
  'userName pr userName pr',
];

describe('what went wrong in other SCIM servers', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let tenant: TestTenant;
    before(async () => {
      muster = await database.startMuster();
    });
    beforeEach(async () => {
      tenant = await makeTenant(muster);
    });

    it('an externalId is never taken for an id: nobody becomes somebody else by it (Grafana, CVE-2025-41115)', async () => {
      const { scim } = tenant.admin;
      const owner = await scim.create('/Users', userBody('owner'));
      const personal = await tenant.personal(owner.id);
      const externalIds = [owner.id, owner.id.toUpperCase(), '1', '0', tenant.client, personal.id];
      for (const [number, externalId] of externalIds.entries()) {
        const other = await scim.create('/Users', userBody(`other ${number}`, { externalId }));
        expect(other.id).not.to.equal(externalId);
        await scim('PATCH', `/Users/${other.id}`, patchBody({ op: 'replace', path: 'title', value: 'Intruder' }));
      }
      expect(await scim.read(`/Users/${owner.id}`))
        .to.include({ userName: 'owner' })
        .and.not.to.have.property('title');
      expect(await personal.scim.read('/Me')).to.include({ id: owner.id, userName: 'owner' });
      const byId = await scim.read(filtered('/Users', `id eq "${owner.id}"`));
      expect(byId.Resources.map(({ id }) => id)).to.deep.equal([owner.id]);
    });

    it('no endpoint is open without a token, and nothing comes of what was sent (Casdoor, CVE-2025-4210)', async () => {
      const { scim } = tenant.admin;
      const before = (await scim.read('/Users')).totalResults;
      const routes = routeTable.map(({ method, path }) => [
        method,
        `${muster.apiUrl}${path.replaceAll(/\{\w+\}/g, anyId)}`,
      ]);
      for (const [method = '', path = ''] of [...scimRequests, ...routes]) {
        const body = method === 'POST' ? userBody('intruder') : undefined;
        for (const headers of [{}, { authorization: 'Bearer ' }, { authorization: 'Basic YWRtaW46YWRtaW4=' }]) {
          const answer = await muster.request(method, path, { headers, ...(body === undefined ? {} : { body }) });
          expect(answer.status, `${method} ${path}`).to.equal(401);
        }
      }
      expect((await scim.read('/Users')).totalResults).to.equal(before);
    });

    it('groups in the body of a user make nobody a member (Keycloak, issue 47536)', async () => {
      const { scim } = tenant.admin;
      const group = await scim.create('/Groups', groupBody('Vault'));
      const groups = [{ value: group.id, display: 'Vault' }];
      const user = await scim.create('/Users', userBody('ada', { groups }));
      await scim('PUT', `/Users/${user.id}`, userBody('ada', { groups }));
      for (const operation of [
        { op: 'add', path: 'groups', value: groups },
        { op: 'add', value: { groups } },
        { op: 'replace', path: 'groups', value: groups },
      ])
        await scim('PATCH', `/Users/${user.id}`, patchBody(operation));
      const operations = [{ method: 'POST', path: '/Users', bulkId: 'a', data: userBody('bob', { groups }) }];
      await scim('POST', '/Bulk', { schemas: [bulkSchema], Operations: operations });
      expect(await scim.read(`/Groups/${group.id}`)).not.to.have.property('members');
      expect(await scim.read(`/Users/${user.id}`)).not.to.have.property('groups');
    });

    it('a filter on members does not tell who is in a group beyond what may be seen (Keycloak, issue 50986)', async () => {
      const { scim } = tenant.admin;
      const units = (...names: readonly string[]) => ({ [musterUserUrn]: { units: names } });
      const hidden = await scim.create('/Users', userBody('hidden', units('Research')));
      const seen = await scim.create('/Users', userBody('seen', units('Support')));
      const group = await tenant.supportToken.scim.create(
        '/Groups',
        groupBody('Desk', { members: [{ value: seen.id }] }),
      );
      await scim(
        'PATCH',
        `/Groups/${group.id}`,
        patchBody({ op: 'add', path: 'members', value: [{ value: hidden.id }] }),
      );
      const total = async (filter: string) =>
        (await tenant.supportToken.scim.read(filtered('/Groups', filter))).totalResults;
      expect(await total(`members.value eq "${seen.id}"`)).to.equal(1);
      for (const filter of [
        `members.value eq "${hidden.id}"`,
        `members[value eq "${hidden.id}"]`,
        `members eq "${hidden.id}"`,
        'members.display eq "hidden"',
      ])
        expect(await total(filter), filter).to.equal(0);
    });

    it('a password can be neither read nor guessed by a filter or an order (Keycloak, issue 50987)', async () => {
      const { scim } = tenant.admin;
      await scim.create('/Users', userBody('ada', { password: 'Correct-Horse-7' }));
      for (const filter of [
        'password sw "C"',
        'password pr',
        'password eq "Correct-Horse-7"',
        'not (password sw "X")',
      ]) {
        const answer = await scim('GET', filtered('/Users', filter));
        expect([answer.status, answer.body.totalResults ?? 0], filter).to.be.deep.oneOf([
          [400, 0],
          [403, 0],
          [200, 0],
        ]);
      }
      const answer = await scim('GET', '/Users?sortBy=password&attributes=password,userName');
      expect(answer.text).not.to.match(/Correct|argon/);
    });

    it('an operation of a Bulk may do what its token may do alone, and no more (WSO2)', async () => {
      const { scim } = tenant.admin;
      const user = await scim.create('/Users', userBody('ada', { [musterUserUrn]: { units: ['Research'] } }));
      const operations = [
        { method: 'POST', path: '/Users', bulkId: 'a', data: userBody('intruder') },
        { method: 'PATCH', path: `/Users/${user.id}`, data: patchBody({ op: 'add', path: 'title', value: 'x' }) },
        { method: 'PUT', path: `/Users/${user.id}`, data: userBody('ada', { title: 'x' }) },
        { method: 'DELETE', path: `/Users/${user.id}` },
      ];
      const body = { schemas: [bulkSchema], Operations: operations };
      const reader = await mint(muster, { client: tenant.client, access: 'read' });
      const person = await tenant.personal((await scim.create('/Users', userBody('self'))).id);
      for (const caller of [reader, person, tenant.supportToken]) {
        const answer = await caller.scim('POST', '/Bulk', body);
        const own = caller === tenant.supportToken ? 1 : 0;
        // What a Bulk answers holds a result for each operation (RFC 7644 §3.7.3).
        const results = (answer.body['Operations'] ?? operations.map(() => ({ status: String(answer.status) }))) as {
          status: string;
        }[];
        expect(results.slice(own).map(({ status }) => status)).to.deep.equal(operations.slice(own).map(() => '403'));
      }
      expect(await scim.read(`/Users/${user.id}`)).not.to.have.property('title');
    });

    for (const filter of brokenFilters) {
      it(`a filter that cannot be parsed is 400 and finds nothing: ${filter}`, async () => {
        const { scim } = tenant.admin;
        await scim.create('/Users', userBody('ada'));
        const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter };
        const answers = [
          await scim('GET', filtered('/Users', filter)),
          await scim('GET', filtered('/Groups', filter)),
          await scim('POST', '/Users/.search', search),
          await scim('POST', '/.search', search),
        ];
        for (const { status, body } of answers) {
          expect([status, body.scimType, body.Resources]).to.deep.equal([400, 'invalidFilter', undefined]);
        }
      });
    }
  });
});
