import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { apiCallerOf, listIn, type ApiCaller } from '../support/api.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { callerOf, filtered, musterUserUrn, userBody } from '../support/scim.js';
import { makeTenant, type TestTenant } from '../support/tenants.js';

const base64url = (text: string) => Buffer.from(text).toString('base64url');
const openIdOf = (name: string) => `https://openstackid.org/${name}`;

describe('the users of a vendor', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    before(async () => {
      muster = await database.startMuster();
    });

    /** Adds a person of whom the OpenID is known, and returns the id. */
    async function addPerson({ admin }: TestTenant, name: string, more: object = {}): Promise<string> {
      const body = userBody(name, { [musterUserUrn]: { openId: openIdOf(name) }, ...more });
      return (await admin.scim.create('/Users', body)).id;
    }

    async function names(api: ApiCaller, { client }: TestTenant, query = '') {
      const users = listIn(await api.read(`/clients/${client}/users${query}`), 'users');
      return users.map((user) => user['userName']);
    }

    const pathOf = ({ client }: TestTenant, name: string) => `/clients/${client}/users/${base64url(openIdOf(name))}`;

    it('D1 an operator, a token of the client and a person who administers it list the people of a client, as many as they ask for', async () => {
      const tenant = await makeTenant(muster);
      for (const name of ['john', 'jane', 'joan']) await addPerson(tenant, name);
      const administrator = await tenant.personal(
        await addPerson(tenant, 'adm', { roles: [{ value: 'ClientAdmin' }] }),
      );
      expect(await names(administrator.api, tenant)).to.deep.equal(['john', 'jane', 'joan', 'adm']);
      expect(await administrator.api.status('DELETE', pathOf(tenant, 'joan'))).to.equal(204);
      expect(await administrator.api.status('PUT', pathOf(tenant, 'joan'))).to.equal(204);
      await tenant.operator.api('DELETE', `${pathOf(tenant, 'adm')}?force=true`);
      for (const { api } of [tenant.admin, tenant.operator]) {
        expect(await names(api, tenant)).to.deep.equal(['john', 'jane', 'joan']);
        expect(await names(api, tenant, '?count=2')).to.deep.equal(['john', 'jane']);
        expect(await names(api, tenant, '?count=2&startIndex=3')).to.deep.equal(['joan']);
        expect(await names(api, tenant, '?count=0')).to.deep.equal([]);
        for (const query of ['?count=-1', '?count=x', '?count=1&count=2', '?limit=1']) {
          expect(await api.status('GET', `/clients/${tenant.client}/users${query}`), query).to.equal(400);
        }
      }
    });

    it('D1 more people than are read at once are all there, once each and in order', async () => {
      const tenant = await makeTenant(muster);
      const people = Array.from({ length: 1_003 }, (_, index) => `p${String(index).padStart(4, '0')}`);
      for (const part of [people.slice(0, 1_000), people.slice(1_000)]) {
        const bulk = {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
          Operations: part.map((name) => ({ method: 'POST', path: '/Users', bulkId: name, data: userBody(name) })),
        };
        expect((await tenant.admin.scim('POST', '/Bulk', bulk)).status).to.equal(200);
      }
      const all = await names(tenant.admin.api, tenant);
      expect(all).to.have.members(people);
      for (const [startIndex, count] of [
        [1, 500],
        [2, 501],
        [400, 600],
        [502, 500],
        [1_000, 10],
      ] as const) {
        const page = await names(tenant.admin.api, tenant, `?startIndex=${startIndex}&count=${count}`);
        expect(page).to.deep.equal(all.slice(startIndex - 1, startIndex - 1 + count));
      }
    });

    it('D2 nobody else sees them: 401, 403, 404 and 400', async () => {
      const [tenant, beta] = [await makeTenant(muster), await makeTenant(muster)];
      const me = await tenant.personal(await addPerson(tenant, 'john'));
      const path = `/clients/${tenant.client}/users`;
      const anonymous = await apiCallerOf(muster)('GET', path);
      expect(anonymous.status).to.equal(401);
      expect(anonymous.headers['www-authenticate']).to.match(/^Bearer/);
      expect(await me.api.status('GET', path)).to.equal(403);
      expect(await me.api.status('PUT', pathOf(tenant, 'john'))).to.equal(403);
      const details = new Set<string>();
      for (const { api } of [beta.admin, beta.supportToken]) {
        for (const client of [tenant.client, randomUUID()]) {
          const answer = await api('GET', `/clients/${client}/users`);
          expect(answer.status).to.equal(404);
          details.add(answer.body.detail);
          expect(await api.status('PUT', `/clients/${client}/users/${base64url(openIdOf('john'))}`)).to.equal(404);
          expect(await api.status('DELETE', `/clients/${client}/users/${base64url(openIdOf('john'))}`)).to.equal(404);
        }
      }
      expect(details.size, 'the same answer for a client of somebody else and for none').to.equal(1);
      expect(await tenant.operator.api.status('GET', `/clients/${randomUUID()}/users`)).to.equal(404);
      for (const { api } of [tenant.admin, tenant.operator]) {
        for (const id of ['x', tenant.client.slice(1)]) {
          expect(await api.status('GET', `/clients/${id}/users`), id).to.equal(400);
        }
      }
    });

    it('D2 a token for units sees those people whose units are all among its own', async () => {
      const tenant = await makeTenant(muster);
      for (const [name, units] of [
        ['s', ['Support']],
        ['r', ['Research']],
        ['b', ['Support', 'Research']],
      ] as const) {
        await addPerson(tenant, name, { [musterUserUrn]: { openId: openIdOf(name), units } });
      }
      await addPerson(tenant, 'none');
      const { api } = tenant.supportToken;
      expect(await names(api, tenant)).to.deep.equal(['s']);
      for (const name of ['r', 'b', 'none']) {
        expect(await api.status('PUT', pathOf(tenant, name))).to.equal(403);
        expect(await api.status('DELETE', pathOf(tenant, name))).to.equal(403);
      }
      expect(await api.status('DELETE', pathOf(tenant, 's'))).to.equal(204);
      expect(await names(tenant.admin.api, tenant)).to.have.members(['r', 'b', 'none']);
    });

    it('D3 adding a known person switches them on, and once more changes nothing', async () => {
      const tenant = await makeTenant(muster);
      const id = await addPerson(tenant, 'john', { active: false });
      const { api, scim } = tenant.admin;
      expect(await names(api, tenant)).to.deep.equal([]);
      expect(await api.status('PUT', pathOf(tenant, 'john'))).to.equal(204);
      const user = await scim.read(`/Users/${id}`);
      expect(user['active']).to.equal(true);
      expect(await api.status('PUT', pathOf(tenant, 'john'))).to.equal(204);
      expect((await scim.read(`/Users/${id}`)).meta.version).to.equal(user.meta.version);
      expect(await names(api, tenant)).to.deep.equal(['john']);
    });

    it('D4 an OpenID that nobody of the client has is 404, and nobody comes of it', async () => {
      const [tenant, beta] = [await makeTenant(muster), await makeTenant(muster)];
      await addPerson(beta, 'theirs');
      const gone = await addPerson(tenant, 'gone');
      expect((await tenant.admin.scim('DELETE', `/Users/${gone}`)).status).to.equal(204);
      for (const name of ['theirs', 'nobody', 'gone', 'GONE']) {
        for (const method of ['PUT', 'DELETE']) {
          expect(await tenant.admin.api.status(method, pathOf(tenant, name)), `${method} ${name}`).to.equal(404);
        }
      }
      expect((await tenant.admin.scim.read('/Users')).totalResults).to.equal(0);
      expect((await beta.admin.scim.read('/Users')).totalResults).to.equal(1);
    });

    it('D5 an OpenID comes in base64url or base64, padded or not; anything else is 400', async () => {
      const tenant = await makeTenant(muster);
      const openId = 'https://openstackid.org/john.doe?>ÿ~';
      const id = (
        await tenant.admin.scim.create('/Users', userBody('john', { [musterUserUrn]: { openId }, active: false }))
      ).id;
      const standard = Buffer.from(openId).toString('base64');
      expect(standard).to.match(/[+/].*=$/);
      const forms = [standard, standard.replace(/=+$/, ''), base64url(openId), base64url(openId) + '='];
      for (const form of forms) {
        const path = `/clients/${tenant.client}/users/${encodeURIComponent(form)}`;
        expect(await tenant.admin.api.status('PUT', path), form).to.equal(204);
        expect((await tenant.admin.scim.read(`/Users/${id}`))['active']).to.equal(true);
        expect(await tenant.admin.api.status('DELETE', path), form).to.equal(204);
      }
      const known = await makeTenant(muster);
      await addPerson(known, 'john.doe');
      for (const form of [
        'aHR0cHM6Ly9vcGVuc3RhY2tpZC5vcmcvam9obi5kb2U',
        'aHR0cHM6Ly9vcGVuc3RhY2tpZC5vcmcvam9obi5kb2U=',
      ]) {
        expect(await known.admin.api.status('PUT', `/clients/${known.client}/users/${form}`)).to.equal(204);
      }
      for (const wrong of ['***', 'a', 'abcde', '%20', 'YQ=b', '_w', 'AA', 'a'.repeat(5_000)]) {
        for (const method of ['PUT', 'DELETE']) {
          const path = `/clients/${known.client}/users/${wrong}`;
          expect(await known.admin.api.status(method, path), wrong.slice(0, 9)).to.equal(400);
        }
      }
    });

    it('D6 removing a person switches them off; the history stays, and once more is 204 too', async () => {
      const tenant = await makeTenant(muster);
      const id = await addPerson(tenant, 'john');
      const { api, scim } = tenant.admin;
      for (let time = 0; time < 2; time++) {
        expect(await api.status('DELETE', pathOf(tenant, 'john'))).to.equal(204);
        expect(await names(api, tenant)).to.deep.equal([]);
      }
      expect(await scim.read(`/Users/${id}`)).to.include({ id, active: false });
      const entries = listIn(await api.read(`/audit?targetId=${id}`), 'entries');
      expect(entries.map((entry) => entry['action'])).to.deep.equal(['update', 'create']);
      expect(entries[0]).to.deep.include({ changes: { active: { before: true, after: false } } });
    });

    it('D7 people remove themselves, and then their tokens stop; nobody else', async () => {
      const tenant = await makeTenant(muster);
      const john = await tenant.personal(await addPerson(tenant, 'john'));
      const jane = await addPerson(tenant, 'jane');
      for (const name of ['jane', 'nobody']) {
        const answer = await john.api('DELETE', pathOf(tenant, name));
        expect([answer.status, answer.body.detail]).to.deep.equal([403, 'this needs a token with access provision']);
      }
      expect((await tenant.admin.scim.read(`/Users/${jane}`))['active']).to.equal(true);
      expect(await john.api.status('DELETE', pathOf(tenant, 'john'))).to.equal(204);
      expect((await john.scim('GET', '/Me')).status).to.equal(401);
      expect(await names(tenant.admin.api, tenant)).to.deep.equal(['jane']);
    });

    it('D9 the person that an operator names with a new client is the first of its administrators', async () => {
      const { operator } = await makeTenant(muster);
      const name = `Vendor ${randomUUID()}`;
      const admin = {
        userName: 'root@vendor.example',
        displayName: 'Ruth Root',
        email: 'root@vendor.example',
        openId: openIdOf('root'),
        password: 'correct-horse-7',
      };
      const made = await operator.api('POST', '/clients', { name, admin });
      expect(made.status).to.equal(201);
      expect(made.text).not.to.contain(admin.password);
      const { token } = await muster.createToken({ client: made.body.id });
      const scim = callerOf(muster, token);
      const [group] = (await scim.read(filtered('/Groups', 'displayName eq "client-admins"'))).Resources;
      const [user] = (await scim.read(filtered('/Users', `userName eq "${admin.userName}"`))).Resources;
      expect(made.body['admin']).to.deep.equal({ userId: user?.id, groupId: group?.id });
      expect(group?.members?.map(({ value }) => value)).to.deep.equal([user?.id]);
      expect(user).to.include({ displayName: 'Ruth Root', active: true }).and.not.have.property('password');
    });

    it('D9 neither the client nor the person is made when one of them cannot be', async () => {
      const { operator } = await makeTenant(muster);
      const name = `Vendor ${randomUUID()}`;
      for (const admin of [
        {},
        { userName: '' },
        { userName: 'root', password: 'short' },
        { userName: 'root', more: 1 },
      ]) {
        expect(await operator.api.status('POST', '/clients', { name, admin }), JSON.stringify(admin)).to.equal(400);
      }
      const clients = listIn(await operator.api.read('/clients'), 'clients');
      expect(clients.map((client) => client['name'])).not.to.include(name);
      await operator.api.create('/clients', { name, admin: { userName: 'root' } });
      expect(await operator.api.status('POST', '/clients', { name, admin: { userName: 'root' } })).to.equal(409);
    });

    it('D10 an operator lists, adds and removes people of every client', async () => {
      const tenants = [await makeTenant(muster), await makeTenant(muster)];
      const { api } = (await makeTenant(muster)).operator;
      for (const tenant of tenants) {
        await addPerson(tenant, 'john', { active: false });
        expect(await api.status('PUT', pathOf(tenant, 'john'))).to.equal(204);
        expect(await names(api, tenant)).to.deep.equal(['john']);
        expect(await api.status('DELETE', pathOf(tenant, 'john'))).to.equal(204);
        expect(await names(api, tenant)).to.deep.equal([]);
        expect(await api.status('PUT', pathOf(tenant, 'nobody'))).to.equal(404);
      }
    });

    it('D13 an entry holds full name, email and OpenID, and neither password nor token', async () => {
      const tenant = await makeTenant(muster);
      const { api } = tenant.admin;
      const id = await addPerson(tenant, 'john', {
        name: { givenName: 'John', familyName: 'Doe' },
        emails: [{ value: 'a@x.example' }, { value: 'john_doe@x.example', primary: true }],
        password: 'correct-horse-7',
      });
      await tenant.admin.scim.create('/Users', userBody('bare'));
      const answer = await api('GET', `/clients/${tenant.client}/users`);
      expect(answer.text).not.to.match(/password|token|hash|correct-horse/i);
      const [john, bare] = listIn(answer.body, 'users');
      const openid = openIdOf('john');
      expect(john).to.deep.equal({ id, userName: 'john', fullname: 'John Doe', email: 'john_doe@x.example', openid });
      expect(bare).to.include({ fullname: 'bare', email: null, openid: null });
    });
  });
});
