import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { newIdentifier } from '../../src/directory/identifiers.js';
import { mintSecret } from '../../src/directory/tokens/secrets.js';
import { operatorsLog } from '../../src/store/tenant/client-store.js';
import { verifyChain } from '../../src/store/trail/verify-chain.js';
import { rowsOf } from '../isolation/rows.js';
import { apiCallerOf, entriesOf, listIn, type ApiBody } from '../support/api.js';
import { forEachDatabase } from '../support/databases.js';
import { openAt } from '../support/logged-client.js';
import type { Muster } from '../support/muster.js';
import { userBody } from '../support/scim.js';
import { makeTenant, mint } from '../support/tenants.js';

const lines = { Accept: 'application/x-ndjson' };
const platformToken = { kind: 'platform', access: 'read', description: 'Nightly report' };
const actionsIn = (entries: readonly ApiBody[]) => entries.map((entry) => entry['action']);

describe("the operators' own log", () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let url: string;
    before(async () => {
      url = await database.url();
      muster = await database.startMuster({ url });
    });

    /** A tenant, and a token of the operators that has its life behind it. */
    async function makeWorld() {
      const tenant = await makeTenant(muster);
      const { api } = tenant.operator;
      const made = await api.create('/tokens', platformToken);
      const rotated = await api('POST', `/tokens/${made.id}/rotate`, { overlapSeconds: 0 });
      const revoked = await api('DELETE', `/tokens/${made.id}`);
      return { tenant, api, made, rotated, revoked };
    }

    it("A22 tells who minted, rotated and revoked an operator's token, with what it was to be and no secret", async () => {
      const { tenant, api, made, rotated, revoked } = await makeWorld();
      expect([rotated.status, revoked.status]).to.deep.equal([200, 204]);
      const entries = await entriesOf(api, `?targetId=${made.id}`);
      expect(actionsIn(entries)).to.deep.equal(['revoke', 'rotate', 'mint']);
      for (const entry of entries) {
        expect(entry).to.deep.include({
          actor: { kind: 'token', id: tenant.operator.id, description: 'the operator' },
          targetType: 'Token',
          members: { added: [], removed: [] },
        });
      }
      expect(entries[0]?.['requestId']).to.equal(revoked.headers['x-request-id']);
      expect(entries[2]?.['changes']).to.deep.equal({
        kind: { after: 'platform' },
        access: { after: 'read' },
        dialect: { after: 'tolerant' },
        description: { after: 'Nightly report' },
        expiresAt: { after: made['expiresAt'] },
      });
      const kept = (await rowsOf(url, operatorsLog)).map(({ text }) => text).join('\n');
      const told = kept + (await api('GET', '/audit', undefined, lines)).text;
      for (const { token } of [made, rotated.body]) expect(told).not.to.contain(token.slice(24, 60));
      expect(told)
        .to.contain('Nightly report')
        .and.not.match(/secret|muster_/i);
    });

    it("A22 has no place for what was refused, nor for what becomes of a client's tokens", async () => {
      const { tenant, api, made } = await makeWorld();
      const { position } = await api.read('/audit/head');
      expect(await api.status('DELETE', `/tokens/${made.id}`)).to.equal(404);
      expect(await api.status('POST', `/tokens/${made.id}/rotate`, {})).to.equal(409);
      expect(await api.status('POST', '/tokens', { ...platformToken, units: ['Support'] })).to.equal(400);
      const ofClient = await tenant.admin.api.create('/tokens', { description: 'Jira' });
      await tenant.admin.scim.create('/Users', userBody('ada'));
      expect((await api.read('/audit/head'))['position']).to.equal(position);
      expect(await entriesOf(api, `?targetId=${ofClient.id}`)).to.deep.equal([]);
      expect(await entriesOf(tenant.admin.api, `?targetId=${made.id}`)).to.deep.equal([]);
    });

    it('A22 is read page by page, as lines, and by its head, in the order in which it was written', async () => {
      const { api } = await makeWorld();
      const whole = (await entriesOf(api, '?order=ascending&count=1000')).map(({ id }) => id);
      expect(whole).to.deep.equal(whole.map((_, index) => String(index + 1)));
      const page = await api.read('/audit?order=ascending&count=2');
      const next = await api.read(`/audit?order=ascending&count=2&cursor=${String(page['next'])}`);
      const seen = [page, next].flatMap((each) => listIn(each, 'entries').map(({ id }) => id));
      expect(seen).to.deep.equal(whole.slice(0, 4));
      const exported = await api('GET', '/audit?order=ascending', undefined, lines);
      expect(exported.text.trimEnd().split('\n')).to.have.length(whole.length);
      const head = await api.read('/audit/head');
      expect(head['position']).to.equal(whole.length);
      expect(head['head']).to.equal(`${whole.length}:${String(head['hash'])}`);
    });

    it('A22 is for operators with access admin alone, and another log where they name a client', async () => {
      const { tenant, api, made } = await makeWorld();
      const { id: user } = await tenant.admin.scim.create('/Users', userBody('ada'));
      const roles = [{ value: 'ClientAdmin' }];
      const { id: chief } = await tenant.admin.scim.create('/Users', userBody('chief', { roles }));
      const refused = [
        await mint(muster, { access: 'read' }),
        await mint(muster, { access: 'provision' }),
        await tenant.personal(user),
      ];
      for (const limited of refused) {
        expect(await limited.api.status('GET', '/audit')).to.equal(403);
        expect(await limited.api.status('GET', '/audit', undefined, lines)).to.equal(403);
        expect(await limited.api.status('GET', '/audit/head')).to.equal(403);
      }
      const cursor = String((await api.read('/audit?count=1'))['next']);
      for (const own of [tenant.admin, tenant.supportToken, await tenant.personal(chief)]) {
        for (const named of [undefined, operatorsLog, '']) {
          const headers = named === undefined ? {} : { 'X-Muster-Client': named };
          const answer = await own.api('GET', '/audit?count=1000', undefined, headers);
          expect(answer.status).to.equal(200);
          expect(answer.text).not.to.contain(made.id);
        }
        expect(await own.api.status('GET', `/audit?count=1&cursor=${cursor}`)).to.equal(400);
      }
      const headers = { 'X-Muster-Client': tenant.client };
      const ofClient = await api('GET', '/audit?count=1000', undefined, headers);
      expect(ofClient.status).to.equal(200);
      expect(ofClient.text).not.to.contain(made.id);
      expect(await api.status('GET', `/audit?count=1&cursor=${cursor}`, undefined, headers)).to.equal(400);
      expect(await muster.request('GET', `${muster.apiUrl}/audit`)).to.include({ status: 401 });
    });

    it('A22 is no client: nobody finds, lists, changes or acts on one of its id or name', async () => {
      const { api, scim } = (await makeTenant(muster)).operator;
      const openId = Buffer.from('https://login.example/ada').toString('base64url');
      const paths: readonly (readonly [method: string, path: string, body?: unknown])[] = [
        ['GET', ''],
        ['PUT', '', { name: 'Mine' }],
        ['PUT', '', { name: 'Mine', active: true, maxUsers: 1 }],
        ['PATCH', '', { active: true }],
        ['PATCH', '', { name: 'Mine' }],
        ['DELETE', ''],
        ['GET', '/roles'],
        ['PUT', '/roles', { roles: [] }],
        ['GET', '/users'],
        ['PUT', `/users/${openId}`],
        ['DELETE', `/users/${openId}`],
      ];
      const before = await rowsOf(url, operatorsLog);
      for (const [method, path, body] of paths) {
        const unknown = await api(method, `/clients/${randomUUID()}${path}`, body);
        const own = await api(method, `/clients/${operatorsLog}${path}`, body);
        expect([own.status, own.body.detail], `${method} ${path}`).to.deep.equal([404, unknown.body.detail]);
      }
      for (const named of [operatorsLog, 'the operators', 'operators', '%00']) {
        const headers = { 'X-Muster-Client': named };
        for (const path of ['/audit', '/audit/head', '/units', '/tokens', '/users']) {
          expect(await api.status('GET', path, undefined, headers), named + path).to.equal(404);
        }
        expect(await api.status('POST', '/tokens', { description: 'theirs' }, headers)).to.equal(404);
        expect(await api.status('POST', '/units', { name: 'theirs' }, headers)).to.equal(404);
        expect((await scim('GET', '/Users', undefined, headers)).status).to.equal(404);
        expect((await scim('POST', '/Users', userBody('ada'), headers)).status).to.equal(404);
      }
      // Without a name there is none, as before.
      expect(await api.status('GET', '/audit', undefined, { 'X-Muster-Client': '' })).to.equal(400);
      const { text } = await api('GET', '/clients');
      expect(text).not.to.contain(operatorsLog).and.not.to.contain('"name":""');
      for (const name of ['', ' ']) expect(await api.status('POST', '/clients', { name })).to.equal(400);
      expect(await rowsOf(url, operatorsLog)).to.deep.equal(before);
      expect([...new Set(before.map(({ table }) => table))]).to.have.members(['clients', 'changes', 'change_heads']);
    });

    it('A22 opens for no token that somebody puts into the database under its id', async () => {
      const { text, publicId, secretHash } = mintSecret();
      const direct = await openAt(url);
      await direct.transaction((connection) =>
        connection.run(
          "insert into tokens (id, public_id, client_id, kind, access, dialect, secret_hash, created_at, expires_at) values (?, ?, ?, 'client', 'admin', 'strict', ?, '2027-01-01T00:00:00.000Z', '2999-01-01T00:00:00.000Z')",
          [newIdentifier(), publicId, operatorsLog, secretHash],
        ),
      );
      expect((await muster.request('GET', `${muster.apiUrl}/audit`, { token: text })).status).to.equal(401);
      expect((await muster.request('GET', '/Users', { token: text })).status).to.equal(401);
      await direct.transaction((connection) => connection.run('delete from tokens where public_id = ?', [publicId]));
      await direct.close();
    });

    it('A22 stays whole when tokens are minted, rotated and revoked at the same time, by two processes', async () => {
      const { api, token } = (await makeTenant(muster)).operator;
      const other = apiCallerOf(await database.startMuster({ url }), token);
      const live = async () => {
        const { id } = await api.create('/tokens', platformToken);
        // One of the two may be told that the other was faster, and then there is no entry of it.
        const both = (method: string, path: string) =>
          Promise.all([api, other].map((each) => each.status(method, `/tokens/${id}${path}`)));
        const rotations = count(await both('POST', '/rotate'), 200);
        return { id, rotations, revocations: count(await both('DELETE', ''), 204) };
      };
      const lives = await Promise.all(Array.from({ length: 12 }, live));
      const direct = await openAt(url);
      const { head, verified, fault } = await verifyChain(direct, operatorsLog);
      await direct.close();
      expect([fault, verified]).to.deep.equal([undefined, head.position]);
      for (const { id, rotations, revocations } of lives) {
        const actions = actionsIn(await entriesOf(api, `?targetId=${id}`));
        expect([revocations, count(actions, 'mint')]).to.deep.equal([1, 1]);
        expect(rotations).to.be.greaterThan(0);
        expect([count(actions, 'rotate'), count(actions, 'revoke')]).to.deep.equal([rotations, revocations]);
      }
    });
  });
});

function count<Value>(values: readonly Value[], wanted: Value): number {
  return values.filter((value) => value === wanted).length;
}
