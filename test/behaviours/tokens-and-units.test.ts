import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { openDatabase } from '../../src/store/database/open-database.js';
import { readConfig } from '../../src/config.js';
import { apiCallerOf, listIn } from '../support/api.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { callerOf, errorUrn, groupBody, musterGroupUrn, userBody } from '../support/scim.js';
import { makeTenant, mint, type TestTenant } from '../support/tenants.js';

const secretForm = /^muster_[0-9a-f]{16}_[A-Za-z0-9_-]{43}[0-9a-f]{6}$/;
const inFuture = (ms: number) => new Date(Date.now() + ms).toISOString();
const dayMs = 86_400_000;
const invalidToken = 'Bearer realm="muster", error="invalid_token"';

describe('tokens and units', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let url: string;
    before(async () => {
      url = await database.url();
      muster = await database.startMuster({ url });
    });

    /** Writes past the service, as only time can. */
    async function passTime(statement: string, bindings: readonly string[]): Promise<void> {
      const direct = await openDatabase(readConfig({ DATABASE_URL: url }).database);
      try {
        await direct.transaction((connection) => connection.run(statement, bindings));
      } finally {
        await direct.close();
      }
    }

    async function tokensOf({ admin }: TestTenant) {
      return listIn(await admin.api.read('/tokens'), 'tokens');
    }

    /** A personal token of somebody who administers the client: `$ADM`. */
    async function administratorOf(tenant: TestTenant) {
      const roles = [{ value: 'ClientAdmin' }];
      return tenant.personal((await tenant.admin.scim.create('/Users', userBody('the admin', { roles }))).id);
    }

    async function shown(tenant: TestTenant, id: string) {
      const found = (await tokensOf(tenant)).find((token) => token.id === id);
      if (found === undefined) throw new Error('the token is not in the list');
      return found;
    }

    it('A15 customers neither add nor change nor remove clients, and SCIM knows no Clients', async () => {
      const tenant = await makeTenant(muster);
      const { id: user } = await tenant.admin.scim.create('/Users', userBody('ada'));
      const administrator = await administratorOf(tenant);
      const customers = [tenant.admin, tenant.supportToken, await tenant.personal(user), administrator];
      for (const { api, scim } of customers) {
        expect(await api.status('POST', '/clients', { name: 'Mine' })).to.equal(403);
        expect(await api.status('GET', '/clients')).to.equal(403);
        for (const id of [tenant.client, randomUUID(), 'x']) {
          expect(await api.status('GET', `/clients/${id}`)).to.equal(403);
          expect(await api.status('PUT', `/clients/${id}`, { name: 'Mine' })).to.equal(403);
          expect(await api.status('PATCH', `/clients/${id}`, { active: false })).to.equal(403);
          expect(await api.status('DELETE', `/clients/${id}`)).to.equal(403);
        }
        expect((await scim('POST', '/Clients', { name: 'Mine' })).status).to.equal(404);
      }
      expect(await tenant.operator.api.read(`/clients/${tenant.client}`)).to.include({ active: true });
    });

    it('A15 an operator adds, lists, renames and switches clients', async () => {
      const { api } = (await makeTenant(muster)).operator;
      const name = `Globex ${randomUUID()}`;
      const created = await api.create('/clients', { name });
      expect(created).to.deep.include({ name, active: true, admin: null });
      expect(listIn(await api.read('/clients'), 'clients').map(({ id }) => id)).to.include(created.id);
      expect(await api.status('POST', '/clients', { name: name.toUpperCase() })).to.equal(409);
      expect(await api.status('POST', '/clients', { name: ' ' })).to.equal(400);
      expect(await api.status('POST', '/clients', { name, more: 1 })).to.equal(400);
      const renamed = await api('PUT', `/clients/${created.id}`, { name: `${name}!` });
      expect([renamed.status, renamed.body['name']]).to.deep.equal([200, `${name}!`]);
      for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
        const body = method === 'GET' || method === 'DELETE' ? undefined : { name };
        expect(await api.status(method, `/clients/${randomUUID()}`, body), method).to.equal(404);
        expect(await api.status(method, `/clients/${encodeURIComponent(`${name}!`)}`, body), method).to.equal(404);
      }
    });

    it("A15 an operator's token that may only read changes no client", async () => {
      const { client } = await makeTenant(muster);
      for (const access of ['read', 'provision'] as const) {
        const { api } = await mint(muster, { access });
        expect(await api.status('GET', `/clients/${client}`)).to.equal(200);
        expect(await api.status('PATCH', `/clients/${client}`, { active: false })).to.equal(403);
      }
    });

    it('A18 a client that is switched off with DELETE or PUT locks its tokens, and on again they work', async () => {
      const tenant = await makeTenant(muster);
      const { api } = tenant.operator;
      const path = `/clients/${tenant.client}`;
      expect(await api.status('DELETE', path)).to.equal(204);
      expect(await tenant.admin.api.status('GET', '/units')).to.equal(401);
      expect((await tenant.supportToken.scim('GET', '/Users')).status).to.equal(401);
      expect(await api.read(path)).to.include({ active: false });
      const { name } = await api.read(path);
      expect(await api.status('PUT', path, { name, active: true })).to.equal(200);
      expect(await tenant.admin.api.status('GET', '/units')).to.equal(200);
    });

    it('C1 an administrator mints a token for units, whose secret is seen once', async () => {
      const tenant = await makeTenant(muster);
      const expiresAt = inFuture(30 * dayMs);
      const body = { description: 'Jira', units: ['Support', 'Research'], scopes: ['read', 'provision'], expiresAt };
      const made = await tenant.admin.api('POST', '/tokens', body);
      expect(made.status).to.equal(201);
      const { id, token } = made.body;
      expect(token).to.match(secretForm);
      const told = {
        description: 'Jira',
        kind: 'unit',
        access: 'provision',
        units: ['Research', 'Support'],
        expiresAt,
      };
      expect(made.body).to.deep.include(told);
      expect((await apiCallerOf(muster, token)('GET', '/units')).status).to.equal(200);
      const list = await tenant.admin.api('GET', '/tokens');
      expect(list.text).not.to.contain(token).and.not.match(/hash/i);
      const listed = await shown(tenant, id);
      expect(listed).to.deep.include({ ...told, id, prefix: token.slice(0, 23), revokedAt: null });
      expect(listed).not.to.have.property('token');
      expect(listed['lastUsedAt']).to.match(/^\d{4}-.*Z$/);
      expect(await tenant.admin.api.read(`/tokens/${id}`)).to.deep.equal(listed);
    });

    it('C1 a person who administers the client mints tokens for units too, and the log tells by which token', async () => {
      const tenant = await makeTenant(muster);
      const administrator = await administratorOf(tenant);
      const made = await administrator.api.create('/tokens', { description: 'Wiki', units: ['Support'] });
      expect(made).to.deep.include({ kind: 'unit', units: ['Support'], access: 'provision' });
      expect((await muster.request('GET', '/Users', { token: made.token })).status).to.equal(200);
      const [entry] = listIn(await tenant.admin.api.read(`/audit?targetId=${made.id}`), 'entries');
      expect(entry).to.deep.include({ action: 'mint' });
      expect(entry?.['actor']).to.include({ kind: 'token', id: administrator.id });
    });

    it('C1 a token is of kind platform, client, unit or user, as its request says', async () => {
      const tenant = await makeTenant(muster);
      const { id: user } = await tenant.admin.scim.create('/Users', userBody('ada'));
      const { api } = tenant.admin;
      expect(await api.create('/tokens', {})).to.deep.include({ kind: 'client', units: [], access: 'provision' });
      expect(await api.create('/tokens', { kind: 'client', access: 'read' })).to.include({ access: 'read' });
      expect(await api.create('/tokens', { user })).to.deep.include({ kind: 'user', userId: user });
      expect(await api.create('/tokens', { units: [tenant.support] })).to.deep.include({ units: ['Support'] });
      for (const body of [
        { units: [] },
        { units: ['Support'], user },
        { kind: 'client', units: ['Support'] },
        { kind: 'platform' },
        { access: 'read', scopes: ['read'] },
        { access: 'all' },
        { user: randomUUID() },
        { user: 'x' },
        { name: 'x' },
        { description: 'a\u0000b' },
      ]) {
        expect(await api.status('POST', '/tokens', body), JSON.stringify(body)).to.equal(400);
      }
      const operator = tenant.operator.api;
      expect(await operator.status('POST', '/tokens', {}), 'without a client and without a kind').to.equal(400);
      expect(await operator.create('/tokens', { kind: 'platform' })).to.include({ kind: 'platform' });
      expect(await operator.status('POST', '/tokens', { kind: 'platform', units: ['Support'] })).to.equal(400);
      const theirs = await operator('POST', '/tokens', {}, { 'X-Muster-Client': tenant.client });
      expect(theirs.body['kind']).to.equal('client');
      expect((await tokensOf(tenant)).map(({ id }) => id)).to.include(theirs.body.id);
    });

    it('C1 a token lasts a year unless said, and never more than two', async () => {
      const { admin } = await makeTenant(muster);
      const { expiresAt } = await admin.api.create('/tokens', {});
      expect(Date.parse(String(expiresAt)) - Date.now()).to.be.within(364.9 * dayMs, 365 * dayMs);
      const inOffset = await admin.api.create('/tokens', { expiresAt: '2027-06-01T02:00:00+02:00' });
      expect(inOffset['expiresAt']).to.equal('2027-06-01T00:00:00.000Z');
      for (const wrong of [inFuture(-1_000), inFuture(731 * dayMs), '2027-06-01', 'soon']) {
        expect(await admin.api.status('POST', '/tokens', { expiresAt: wrong }), wrong).to.equal(400);
      }
    });

    it('C1 the last use is written at most once a minute, behind the request, and other processes see it', async () => {
      const tenant = await makeTenant(muster);
      const { id, api } = await mint(muster, { client: tenant.client, access: 'admin' });
      const direct = await openDatabase(readConfig({ DATABASE_URL: url }).database);
      const kept = async () => {
        const statement = 'select last_used_at from tokens where id = ?';
        const [row] = await direct.reader.all<{ last_used_at: string | null }>(statement, [id]);
        return row?.last_used_at ?? undefined;
      };
      expect(await kept()).to.equal(undefined);
      await api.read('/tokens');
      let written = await kept();
      for (let tries = 0; written === undefined && tries < 1_000; tries++) written = await kept();
      expect(written).to.match(/^\d{4}-/);
      for (let use = 0; use < 5; use++) await api.create('/units', { name: `Unit ${use}` });
      expect(await kept()).to.equal(written);
      await direct.close();
      const other = await database.startMuster({ url });
      const listed = listIn(await apiCallerOf(other, tenant.admin.token).read('/tokens'), 'tokens');
      expect(listed.find((token) => token.id === id)).to.include({ lastUsedAt: written });
    });

    it('C2 a unit that is not there, or is another client’s, is 400, and no token comes of it', async () => {
      const [tenant, beta] = [await makeTenant(muster), await makeTenant(muster)];
      await beta.admin.api.create('/units', { name: 'Betas' });
      const before = (await tokensOf(tenant)).length;
      const answers = [];
      for (const unit of ['Betas', beta.support, 'Nowhere', randomUUID()]) {
        const answer = await tenant.admin.api('POST', '/tokens', { units: ['Support', unit] });
        expect(answer.status, unit).to.equal(400);
        answers.push(answer.body.detail.replace(unit, ''));
      }
      expect(new Set(answers).size, 'one answer for all').to.equal(1);
      expect((await tokensOf(tenant)).length).to.equal(before);
    });

    it('C3 a token mints none that is wider than itself', async () => {
      const tenant = await makeTenant(muster);
      const { id: user } = await tenant.admin.scim.create('/Users', userBody('ada'));
      const before = (await tokensOf(tenant)).length;
      const { api } = tenant.supportToken;
      for (const body of [
        {},
        { units: ['Research'] },
        { units: ['Support', 'Research'] },
        { units: ['Nowhere'] },
        { units: [randomUUID()] },
        { user },
      ]) {
        expect(await api.status('POST', '/tokens', body), JSON.stringify(body)).to.equal(403);
      }
      const me = await tenant.personal(user);
      expect(await me.api.status('POST', '/tokens', {})).to.equal(403);
      expect(await me.api.status('GET', '/tokens')).to.equal(403);
      for (const access of ['read', 'provision'] as const) {
        const limited = await mint(muster, { client: tenant.client, access });
        expect(await limited.api.status('POST', '/tokens', { access: 'read' })).to.equal(403);
      }
      // The personal token and the two limited ones were made by the test.
      expect((await tokensOf(tenant)).length).to.equal(before + 3);
      expect(await api.create('/tokens', { units: ['support'] })).to.deep.include({ kind: 'unit', units: ['Support'] });
    });

    it('C3 a unit token handles the tokens of its units alone', async () => {
      const [tenant, beta] = [await makeTenant(muster), await makeTenant(muster)];
      const { api } = tenant.supportToken;
      const both = await tenant.admin.api.create('/tokens', { units: ['Support', 'Research'] });
      const own = await api.create('/tokens', { units: ['Support'] });
      const seen = listIn(await api.read('/tokens'), 'tokens').map(({ id }) => id);
      expect(seen).to.have.members([tenant.supportToken.id, own.id]);
      for (const [id, status] of [
        [both.id, 403],
        [tenant.admin.id, 403],
        [tenant.researchToken.id, 403],
        [beta.admin.id, 404],
        [randomUUID(), 404],
        ['x', 404],
      ] as const) {
        expect(await api.status('GET', `/tokens/${id}`), id).to.equal(status);
        expect(await api.status('POST', `/tokens/${id}/rotate`, {}), id).to.equal(status);
        expect(await api.status('DELETE', `/tokens/${id}`), id).to.equal(status);
      }
      expect(await api.status('DELETE', `/tokens/${own.id}`)).to.equal(204);
      expect(await api.status('DELETE', `/tokens/${own.id}`)).to.equal(404);
    });

    it('C4 a token that is missing, wrong, revoked or expired is 401 with a challenge, on both surfaces', async () => {
      const tenant = await makeTenant(muster);
      const revoked = await tenant.admin.api.create('/tokens', {});
      const expired = await tenant.admin.api.create('/tokens', {});
      expect((await tenant.admin.api('DELETE', `/tokens/${revoked.id}`)).status).to.equal(204);
      await passTime('update tokens set expires_at = ? where id = ?', [inFuture(-1_000), expired.id]);
      for (const token of [undefined, 'nope', revoked.token, expired.token]) {
        const given = token === undefined ? {} : { token };
        const challenge = token === undefined ? /^Bearer realm="muster"$/ : /error="invalid_token"/;
        const scim = await muster.request('GET', '/Users', given);
        expect(scim.status).to.equal(401);
        expect(scim.headers['www-authenticate']).to.match(challenge);
        expect(scim.body).to.deep.include({ schemas: [errorUrn], status: '401' });
        const api = await muster.request('GET', `${muster.apiUrl}/units`, given);
        expect(api.status).to.equal(401);
        expect(api.headers['www-authenticate']).to.match(challenge);
        expect(api.headers['content-type']).to.match(/^application\/problem\+json/);
      }
      expect(await shown(tenant, revoked.id)).to.deep.include({ revokedReason: 'revoked' });
    });

    it('C4 a rotated token has two secrets until the overlap ends', async () => {
      const tenant = await makeTenant(muster);
      const old = await tenant.admin.api.create('/tokens', { access: 'admin' });
      const rotated = await tenant.admin.api('POST', `/tokens/${old.id}/rotate`);
      expect(rotated.status).to.equal(200);
      const { token: next } = rotated.body;
      expect(next).to.match(secretForm).and.not.equal(old.token);
      expect(rotated.body).to.deep.include({ id: old.id, expiresAt: old['expiresAt'] });
      const untilMs = Date.parse(String(rotated.body['previousSecretUntil']));
      expect(untilMs - Date.now()).to.be.within(3_590_000, 3_600_000);
      const works = async (token: string) => apiCallerOf(muster, token).status('GET', '/units');
      expect([await works(old.token), await works(next)]).to.deep.equal([200, 200]);
      await passTime('update tokens set previous_until = ? where id = ?', [inFuture(-1_000), old.id]);
      const restarted = await database.startMuster({ url });
      expect(await apiCallerOf(restarted, old.token).status('GET', '/units')).to.equal(401);
      expect(await apiCallerOf(restarted, next).status('GET', '/units')).to.equal(200);
    });

    it('C4 an overlap of 0 ends the old secret at once; at most a day; a third secret ends the first', async () => {
      const { admin } = await makeTenant(muster);
      const first = await admin.api.create('/tokens', { access: 'admin' });
      const works = async (token: string) => apiCallerOf(muster, token).status('GET', '/units');
      expect(await works(first.token)).to.equal(200);
      const rotate = async (body: object) => (await admin.api('POST', `/tokens/${first.id}/rotate`, body)).body;
      const second = await rotate({ overlapSeconds: 0 });
      expect([await works(first.token), await works(second.token)]).to.deep.equal([401, 200]);
      expect(second['previousSecretUntil']).to.equal(null);
      const third = await rotate({ overlapSeconds: 86_400 });
      const fourth = await rotate({ expiresAt: inFuture(600 * dayMs) });
      expect([await works(second.token), await works(third.token), await works(fourth.token)]).to.deep.equal([
        401, 200, 200,
      ]);
      expect(Date.parse(String(fourth['expiresAt'])) - Date.now()).to.be.within(599 * dayMs, 600 * dayMs);
      for (const body of [
        { overlapSeconds: 86_401 },
        { overlapSeconds: -1 },
        { overlapSeconds: 1.5 },
        { expiresAt: inFuture(731 * dayMs) },
      ]) {
        expect(await admin.api.status('POST', `/tokens/${first.id}/rotate`, body), JSON.stringify(body)).to.equal(400);
      }
      await admin.api('DELETE', `/tokens/${first.id}`);
      expect([await works(third.token), await works(fourth.token)]).to.deep.equal([401, 401]);
      expect(await admin.api.status('POST', `/tokens/${first.id}/rotate`, {})).to.equal(409);
    });

    it('C5 when a unit ends, a token that has no other stops at once, and one that has becomes no wider', async () => {
      const tenant = await makeTenant(muster);
      const { admin, supportToken, client } = tenant;
      const both = await mint(muster, { client, units: [tenant.support, tenant.research] });
      for (const [name, units] of [
        ['s', ['Support']],
        ['r', ['Research']],
        ['b', ['Support', 'Research']],
      ] as const) {
        await admin.scim.create('/Groups', groupBody(name, { [musterGroupUrn]: { units } }));
      }
      await admin.scim.create('/Groups', groupBody('none'));
      const names = async () => (await both.scim.read('/Groups')).Resources.map((group) => group['displayName']);
      expect(await names()).to.have.members(['s', 'r', 'b']);
      expect(await admin.api.status('DELETE', `/units/${tenant.research}?confirm=true`)).to.equal(204);
      const research = await tenant.researchToken.scim('GET', '/Users');
      expect([research.status, research.headers['www-authenticate']]).to.deep.equal([401, invalidToken]);
      expect(await names()).to.deep.equal(['s']);
      expect(await shown(tenant, both.id)).to.deep.include({ units: ['Support'], revokedAt: null });
      expect(await shown(tenant, tenant.researchToken.id)).to.deep.include({ revokedReason: 'unit-ended', units: [] });
      expect((await shown(tenant, tenant.researchToken.id))['revokedAt']).to.match(/^\d{4}-/);
      expect((await supportToken.scim('GET', '/Users')).status).to.equal(200);
      await admin.api.create('/units', { name: 'Research' });
      expect((await tenant.researchToken.scim('GET', '/Users')).status, 'a unit of the old name').to.equal(401);
      expect(await names()).to.deep.equal(['s']);
    });

    it('C5 whoever holds the secret is told that its units have ended, and nobody else', async () => {
      const tenant = await makeTenant(muster);
      const { id, token: earlier } = tenant.supportToken;
      const { token } = (await tenant.admin.api('POST', `/tokens/${id}/rotate`, { overlapSeconds: 0 })).body;
      const told = 'the units of this token have ended, and the token with them';
      const tell = async (text: string) => {
        const answers = [
          await callerOf(muster, text)('GET', '/Users'),
          await apiCallerOf(muster, text)('POST', '/collaborations', { name: 'late' }),
        ];
        for (const { status, headers } of answers) {
          expect([status, headers['www-authenticate']]).to.deep.equal([401, invalidToken]);
        }
        return answers.map(({ body }) => body.detail);
      };
      expect(await tenant.admin.api.status('DELETE', `/units/${tenant.support}`)).to.equal(409);
      expect(await tenant.admin.api.status('DELETE', `/units/${tenant.support}?confirm=true`)).to.equal(204);
      expect(await tell(token)).to.deep.equal([told, told]);
      const unknown = ['the token is not valid', 'the token is not valid'];
      expect(await tell(earlier), 'a secret that was its own once').to.deep.equal(unknown);
      await tenant.operator.api('PATCH', `/clients/${tenant.client}`, { active: false });
      expect(await tell(token), 'of a client that is switched off').to.deep.equal(unknown);
    });

    it('C6 what depends on a unit is seen before, and a unit in use ends only when that is confirmed', async () => {
      const tenant = await makeTenant(muster);
      const { admin } = tenant;
      const path = `/units/${tenant.support}`;
      await tenant.supportToken.scim.create('/Users', userBody('ada'));
      await tenant.supportToken.scim.create('/Groups', groupBody('helpers'));
      const usages = { collaborations: 0, groups: 1, users: 1, invitations: 0, tokens: 1 };
      expect(await admin.api.read(`${path}/usages`)).to.deep.equal(usages);
      for (const refused of [path, `${path}?confirm=false`]) {
        const answer = await admin.api('DELETE', refused);
        expect(answer.status).to.equal(409);
        expect(answer.body).to.deep.include(usages);
      }
      expect((await tenant.supportToken.scim('GET', '/Users')).status).to.equal(200);
      expect(await admin.api.status('DELETE', `${path}?confirm=yes`)).to.equal(400);
      expect(await admin.api.status('DELETE', `${path}?confirm=true`)).to.equal(204);
      for (const method of ['GET', 'DELETE']) expect(await admin.api.status(method, path)).to.equal(404);
      expect(await admin.api.status('GET', `${path}/usages`)).to.equal(404);
      const unused = await admin.api.create('/units', { name: 'Unused' });
      expect(await admin.api.status('DELETE', `/units/${unused.id}`)).to.equal(204);
      expect(listIn(await admin.api.read('/units'), 'units').map((unit) => unit['name'])).to.deep.equal(['Research']);
    });

    it('C6 units are changed by those who administer the whole client, and seen by those they belong to', async () => {
      const [tenant, beta] = [await makeTenant(muster), await makeTenant(muster)];
      const { api } = tenant.supportToken;
      expect(await api.status('POST', '/units', { name: 'More' })).to.equal(403);
      for (const unit of [tenant.support, tenant.research]) {
        expect(await api.status('PATCH', `/units/${unit}`, { name: 'More' })).to.equal(403);
        expect(await api.status('DELETE', `/units/${unit}?confirm=true`)).to.equal(403);
      }
      expect(listIn(await api.read('/units'), 'units').map((unit) => unit['name'])).to.deep.equal(['Support']);
      expect(await api.read(`/units/${tenant.support}`)).to.include({ name: 'Support' });
      for (const [unit, status] of [
        [tenant.support, 200],
        [tenant.research, 403],
        [beta.support, 404],
        [randomUUID(), 404],
      ] as const) {
        expect(await api.status('GET', `/units/${unit}`)).to.equal(status);
        expect(await api.status('GET', `/units/${unit}/usages`)).to.equal(status);
      }
      const provisioner = await mint(muster, { client: tenant.client });
      expect(await provisioner.api.status('GET', '/units')).to.equal(200);
      expect(await provisioner.api.status('POST', '/units', { name: 'More' })).to.equal(403);
    });

    it('C7 a unit that is renamed keeps its tokens and what they reach', async () => {
      const tenant = await makeTenant(muster);
      const { scim, api } = tenant.supportToken;
      const user = await scim.create('/Users', userBody('ada'));
      const renamed = await tenant.admin.api('PATCH', `/units/${tenant.support}`, { name: 'Help desk' });
      expect([renamed.status, renamed.body['name']]).to.deep.equal([200, 'Help desk']);
      expect((await scim.read('/Users')).Resources.map(({ id }) => id)).to.deep.equal([user.id]);
      expect((await scim('GET', `/Users/${user.id}`)).text).to.contain('"units":["Help desk"]');
      expect((await scim('POST', '/Users', userBody('grace'))).text).to.contain('"units":["Help desk"]');
      expect(await api.read('/units')).to.have.nested.property('units[0].name', 'Help desk');
      expect(await shown(tenant, tenant.supportToken.id)).to.deep.include({ units: ['Help desk'] });
      for (const [name, status] of [
        ['RESEARCH', 409],
        ['help DESK', 200],
        ['', 400],
        ['a'.repeat(201), 400],
      ] as const) {
        expect(await tenant.admin.api.status('PATCH', `/units/${tenant.support}`, { name }), name).to.equal(status);
      }
    });
  });
});
