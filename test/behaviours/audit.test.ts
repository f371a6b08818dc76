import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { openDatabase } from '../../src/store/database/open-database.js';
import { readConfig } from '../../src/config.js';
import { entriesOf, listIn, type ApiBody, type ApiCaller } from '../support/api.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { enterpriseUrn, groupBody, musterGroupUrn, musterUserUrn, patchBody, userBody } from '../support/scim.js';
import { makeTenant, mint } from '../support/tenants.js';

const lines = { Accept: 'application/x-ndjson' };
const targetsOf = (entries: readonly ApiBody[]) => entries.map((entry) => entry['targetId']);

describe('the audit trail', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let url: string;
    before(async () => {
      url = await database.url();
      muster = await database.startMuster({ url });
    });

    it('A22 a PATCH moves lastModified, and the log tells who did it, and the values before and after', async () => {
      const { admin } = await makeTenant(muster);
      const made = await admin.scim.create(
        '/Users',
        userBody('ada', { title: 'Analyst', password: 'correct-horse-7' }),
      );
      const answer = await admin.scim(
        'PATCH',
        `/Users/${made.id}`,
        patchBody(
          { op: 'replace', path: 'title', value: 'Countess' },
          { op: 'add', path: `${enterpriseUrn}:department`, value: 'Engines' },
          { op: 'replace', path: 'password', value: 'battery-staple-8' },
        ),
      );
      expect(answer.status).to.equal(200);
      expect(answer.body.meta.lastModified > made.meta.lastModified).to.equal(true);
      const [update, create] = await entriesOf(admin.api, `?targetId=${made.id}`);
      expect(update).to.deep.include({
        actor: { kind: 'token', id: admin.id, description: 'the administrator' },
        action: 'update',
        targetType: 'User',
        targetId: made.id,
        version: 2,
        requestId: answer.headers['x-request-id'],
        changes: {
          title: { before: 'Analyst', after: 'Countess' },
          [`${enterpriseUrn}:department`]: { after: 'Engines' },
        },
      });
      expect(update?.['attributes']).to.have.members(['title', `${enterpriseUrn}:department`, 'password']);
      expect(create).to.deep.include({ action: 'create', version: 1 });
      expect(create).to.have.nested.property('changes.title').that.deep.equals({ after: 'Analyst' });
      expect((await admin.api('GET', '/audit')).text).not.to.match(/correct-horse|battery-staple|argon2/);
    });

    it('A22 no secret is in the log: neither tokens and passwords nor hashes of them', async () => {
      const { admin, operator } = await makeTenant(muster);
      const token = await admin.api.create('/tokens', { description: 'HR' });
      const rotated = (await admin.api('POST', `/tokens/${token.id}/rotate`, {})).body;
      const text = (await admin.api('GET', '/audit')).text;
      const rows = await openDatabase(readConfig({ DATABASE_URL: url }).database);
      const stored = JSON.stringify(
        await rows.reader.all(
          '/* behind the service */ select attributes, members, detail from changes where resource_id = ?',
          [token.id],
        ),
      );
      await rows.close();
      for (const secret of [token.token, rotated.token]) {
        expect(text + stored).not.to.contain(secret.slice(24, 60));
      }
      expect(stored).to.contain('HR').and.not.match(/hash/i);
      expect((await entriesOf(admin.api, `?targetId=${token.id}`)).map((entry) => entry['action'])).to.deep.equal([
        'rotate',
        'mint',
      ]);
      expect(operator.id).not.to.equal(admin.id);
    });

    it('A22 values can be erased from the log while the hash of them stays', async () => {
      const { admin } = await makeTenant(muster);
      const { id } = await admin.scim.create('/Users', userBody('ada'));
      const direct = await openDatabase(readConfig({ DATABASE_URL: url }).database);
      const hash = async () => {
        const statement = '/* behind the service */ select detail_hash from changes where resource_id = ?';
        return (await direct.reader.all<{ detail_hash: string }>(statement, [id]))[0]?.detail_hash;
      };
      const before = await hash();
      expect(before).to.match(/^[0-9a-f]{64}$/);
      await direct.transaction((connection) =>
        connection.run(
          '/* behind the service */ update changes set detail = null, detail_salt = null where resource_id = ?',
          [id],
        ),
      );
      expect(await hash()).to.equal(before);
      await direct.close();
      const [entry] = await entriesOf(admin.api, `?targetId=${id}`);
      expect(entry).to.deep.include({ action: 'create', changes: {} });
    });

    it('A22 very long values are left out of the log', async () => {
      const { admin } = await makeTenant(muster);
      const { id } = await admin.scim.create('/Users', userBody('ada', { title: 'x'.repeat(5_000) }));
      const [entry] = await entriesOf(admin.api, `?targetId=${id}`);
      expect(entry)
        .to.have.nested.property('changes.title')
        .that.deep.equals({ after: { omittedCharacters: 5_002 } });
    });

    it('A22 the log is found by target, actor, action and time', async () => {
      const tenant = await makeTenant(muster);
      const { admin, supportToken, client } = tenant;
      const ada = await admin.scim.create('/Users', userBody('ada'));
      const bob = await supportToken.scim.create('/Users', userBody('bob'));
      await admin.scim('DELETE', `/Users/${ada.id}`);
      expect(targetsOf(await entriesOf(admin.api, `?targetId=${bob.id}`))).to.deep.equal([bob.id]);
      expect(targetsOf(await entriesOf(admin.api, `?actor=${supportToken.id}`))).to.deep.equal([bob.id]);
      expect(targetsOf(await entriesOf(admin.api, '?action=delete'))).to.deep.equal([ada.id]);
      expect(targetsOf(await entriesOf(admin.api, `?action=delete&actor=${supportToken.id}`))).to.deep.equal([]);
      const [entry] = await entriesOf(admin.api, `?targetId=${bob.id}`);
      const at = String(entry?.['at']);
      const after = new Date(Date.parse(at) + 1).toISOString();
      const of = `targetId=${bob.id}`;
      expect(await entriesOf(admin.api, `?${of}&from=${at}&to=${after}`)).to.have.length(1);
      expect(await entriesOf(admin.api, `?${of}&from=${after}`)).to.have.length(0);
      expect(await entriesOf(admin.api, `?${of}&to=${at}`)).to.have.length(0);
      const inOffset = encodeURIComponent(new Date(Date.parse(at) + 7_200_000).toISOString().replace('Z', '+02:00'));
      expect(await entriesOf(admin.api, `?${of}&from=${inOffset}`)).to.have.length(1);
      for (const query of ['targetId=x', `targetId=${randomUUID()}`, 'actor=x']) {
        expect(await entriesOf(admin.api, `?${query}`), query).to.deep.equal([]);
      }
      for (const query of [
        'action=x',
        'from=x',
        'count=0',
        'count=1001',
        'order=x',
        'cursor=x',
        'cursor=cDE2eA',
        'x=1',
        'actor=%00',
      ]) {
        expect(await admin.api.status('GET', `/audit?${query}`), query).to.equal(400);
      }
      const ofOperator = await tenant.operator.api('GET', `/audit?${of}`, undefined, { 'X-Muster-Client': client });
      expect(listIn(ofOperator.body, 'entries')).to.have.length(1);
      expect(await entriesOf(tenant.operator.api, `?${of}`)).to.deep.equal([]);
    });

    it('A22 pages of the log hold every entry once, in either order, while others are written', async () => {
      const { admin } = await makeTenant(muster);
      for (let index = 0; index < 7; index++) await admin.scim.create('/Users', userBody(`user ${index}`));
      const whole = (await entriesOf(admin.api)).map(({ id }) => id);
      const walk = async (order: string) => {
        const seen: string[] = [];
        let cursor = '';
        do {
          const page = await admin.api.read(`/audit?count=3&order=${order}${cursor}`);
          seen.push(...listIn(page, 'entries').map(({ id }) => id));
          await admin.scim.create('/Users', userBody(`${order} ${seen.length}`));
          cursor = typeof page['next'] === 'string' ? `&cursor=${page['next']}` : '';
        } while (cursor !== '');
        return seen;
      };
      expect(await walk('descending')).to.deep.equal(whole);
      const ascending = await walk('ascending');
      expect(ascending.slice(0, whole.length)).to.deep.equal(whole.toReversed());
      expect(new Set(ascending).size).to.equal(ascending.length);
    });

    it('A22 what groups may do, and whose objects are, is told before and after; to a unit what is its own', async () => {
      const tenant = await makeTenant(muster);
      const { admin, supportToken, client } = tenant;
      const right = (objectId: string) => ({ objectType: 'SEGMENT', objectId, permissions: ['READ'] });
      await admin.api('PUT', '/objects/SEGMENT/ours', { unit: 'Support' });
      await admin.api('PUT', '/objects/SEGMENT/theirs', {});
      await admin.api('PUT', '/objects/SEGMENT/theirs', {});
      await admin.api('PUT', '/objects/SEGMENT/theirs', { unit: 'Research' });
      const group = await admin.scim.create(
        '/Groups',
        groupBody('Readers', { [musterGroupUrn]: { units: ['Support'] } }),
      );
      await admin.api('PUT', `/groups/${group.id}/permissions`, [right('ours'), right('theirs')]);
      const { meta } = await admin.scim.read(`/Groups/${group.id}`);
      await admin.api('PUT', `/groups/${group.id}/permissions`, [right('theirs'), right('ours')]);
      expect((await admin.scim.read(`/Groups/${group.id}`)).meta).to.deep.equal(meta);
      await admin.api('DELETE', '/objects/SEGMENT/ours');
      const changes = async (api: ApiCaller, targetId: string) =>
        (await entriesOf(api, `?action=update&targetId=${targetId}`)).map((entry) => entry['changes']);
      expect(await changes(admin.api, client)).to.deep.equal([
        { 'objects[SEGMENT ours]': { before: { unit: tenant.support } } },
        { 'objects[SEGMENT theirs]': { before: { unit: null }, after: { unit: tenant.research } } },
        { 'objects[SEGMENT theirs]': { after: { unit: null } } },
        { 'objects[SEGMENT ours]': { after: { unit: tenant.support } } },
      ]);
      expect(await changes(admin.api, group.id)).to.deep.equal([
        { permissions: { before: [], after: [right('ours'), right('theirs')] } },
      ]);
      expect(await changes(supportToken.api, client)).to.have.length(2);
      expect(await changes(supportToken.api, group.id)).to.deep.equal([{}]);
      expect((await supportToken.api('GET', '/audit')).text).not.to.contain('theirs');
    });

    it('A22 a cursor of the log opens for the same question, page size and reach alone, and tells nothing', async () => {
      const tenant = await makeTenant(muster);
      const { admin, supportToken } = tenant;
      const beta = await makeTenant(muster);
      for (const { scim } of [admin, beta.admin]) {
        for (let index = 0; index < 3; index++) await scim.create('/Users', userBody(`user ${index}`));
      }
      const first = async (api: ApiCaller, query: string) => String((await api.read(`/audit?${query}`))['next']);
      const asked = 'count=2&action=create';
      const cursor = await first(admin.api, asked);
      expect(await admin.api.status('GET', `/audit?${asked}&cursor=${cursor}`)).to.equal(200);
      expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.to.match(/^p?\d+$/);
      const elsewhere = [
        [admin.api, `count=2&cursor=${cursor}`],
        [admin.api, `count=3&action=create&cursor=${cursor}`],
        [admin.api, `${asked}&order=ascending&cursor=${cursor}`],
        [supportToken.api, `${asked}&cursor=${cursor}`],
        [beta.admin.api, `${asked}&cursor=${cursor}`],
        [admin.api, `${asked}&cursor=${cursor.slice(0, -2)}AA`],
        [admin.api, `${asked}&cursor=${await first(beta.admin.api, asked)}`],
      ] as const;
      for (const [api, query] of elsewhere) expect(await api.status('GET', `/audit?${query}`), query).to.equal(400);
      const [theirs, unknown] = [cursor, cursor.replaceAll(/[a-f]/g, 'z')].map((each) =>
        beta.admin.api('GET', `/audit?${asked}&cursor=${each}`),
      );
      expect((await theirs)?.body.detail).to.equal((await unknown)?.body.detail);
    });

    it('A22 the log is exported as lines of JSON, all of it', async () => {
      const { admin } = await makeTenant(muster);
      // More than one read of the database.
      const operations = Array.from({ length: 600 }, (_, index) => ({
        method: 'POST',
        path: '/Users',
        bulkId: `b${index}`,
        data: userBody(`user ${index}`),
      }));
      const bulk = { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations: operations };
      expect((await admin.scim('POST', '/Bulk', bulk)).status).to.equal(200);
      const answer = await admin.api('GET', '/audit?order=ascending&action=create', undefined, lines);
      expect(answer.headers['content-type']).to.match(/^application\/x-ndjson/);
      const users = answer.text
        .trimEnd()
        .split('\n')
        // The answer was held against its schema.
        .map((line) => JSON.parse(line) as ApiBody)
        .filter((entry) => entry['targetType'] === 'User');
      expect(users).to.have.length(600);
      expect(users.map(({ id }) => Number(id))).to.deep.equal(
        users.map(({ id }) => Number(id)).toSorted((a, b) => a - b),
      );
      const none = await admin.api('GET', `/audit?targetId=${randomUUID()}`, undefined, lines);
      expect([none.status, none.text]).to.deep.equal([200, '']);
      const head = await admin.api('HEAD', '/audit', undefined, lines);
      expect([head.status, head.text]).to.deep.equal([200, '']);
    });

    it('A22 a client sees its own log alone, and administrators alone see it', async () => {
      const [tenant, beta] = [await makeTenant(muster), await makeTenant(muster)];
      const theirs = await beta.admin.scim.create('/Users', userBody('theirs'));
      expect(await entriesOf(tenant.admin.api, `?targetId=${theirs.id}`)).to.deep.equal([]);
      expect(await entriesOf(tenant.admin.api, `?actor=${beta.admin.id}`)).to.deep.equal([]);
      const { id } = await tenant.admin.scim.create('/Users', userBody('ada'));
      expect(await (await tenant.personal(id)).api.status('GET', '/audit')).to.equal(403);
      for (const access of ['read', 'provision'] as const) {
        const limited = await mint(muster, { client: tenant.client, access });
        expect(await limited.api.status('GET', '/audit')).to.equal(403);
        expect(await limited.api.status('GET', '/audit', undefined, lines)).to.equal(403);
      }
    });

    it('A22 a token for units sees what was done in its scope to what is in its scope', async () => {
      const { admin, supportToken } = await makeTenant(muster);
      const inUnits = (...units: string[]) => ({ [musterUserUrn]: { units } });
      const own = await supportToken.scim.create('/Users', userBody('own'));
      const other = await admin.scim.create('/Users', userBody('other', inUnits('Research')));
      const none = await admin.scim.create('/Users', userBody('none'));
      const both = await admin.scim.create('/Users', userBody('both', inUnits('Support', 'Research')));
      const came = await admin.scim.create('/Users', userBody('came', inUnits('Research')));
      const went = await admin.scim.create('/Users', userBody('went', inUnits('Support')));
      const move = (id: string, unit: string) =>
        admin.scim(
          'PATCH',
          `/Users/${id}`,
          patchBody({ op: 'replace', path: `${musterUserUrn}:units`, value: [unit] }),
        );
      await move(came.id, 'Support');
      await move(went.id, 'Research');
      const group = await supportToken.scim.create('/Groups', groupBody('helpers', { members: [{ value: own.id }] }));
      await admin.scim(
        'PATCH',
        `/Groups/${group.id}`,
        patchBody({ op: 'add', path: 'members', value: [{ value: other.id }] }),
      );
      await supportToken.scim('DELETE', `/Users/${own.id}`);
      await supportToken.scim('DELETE', `/Groups/${group.id}`);
      const answer = await supportToken.api('GET', '/audit');
      const seen = listIn(answer.body, 'entries').filter((entry) =>
        ['User', 'Group'].includes(String(entry['targetType'])),
      );
      expect(seen.map((entry) => [entry['action'], entry['targetId']])).to.deep.equal([
        ['delete', group.id],
        ['delete', own.id],
        ['update', group.id],
        ['create', group.id],
        ['update', came.id],
        ['create', own.id],
      ]);
      for (const hidden of [other.id, none.id, both.id, went.id, 'Research', 'other']) {
        expect(answer.text, hidden).not.to.contain(hidden);
      }
      const exported = await supportToken.api('GET', '/audit', undefined, lines);
      expect(exported.text.trimEnd().split('\n')).to.have.length(listIn(answer.body, 'entries').length);
      expect(await entriesOf(supportToken.api, `?targetId=${other.id}`)).to.deep.equal([]);
    });

    it('A22 a token for units is not told of a member beyond them whose role in a collaboration changes', async () => {
      const { admin, supportToken } = await makeTenant(muster);
      const own = await supportToken.scim.create('/Users', userBody('own'));
      const other = await admin.scim.create('/Users', userBody('other', { [musterUserUrn]: { units: ['Research'] } }));
      const team = await supportToken.api.create('/collaborations', { name: 'Team' });
      for (const { id } of [own, other]) {
        const member = { userId: id, role: 'admin' };
        expect(await admin.api.status('POST', `/collaborations/${team.id}/members`, member)).to.equal(201);
      }
      const seen = (await supportToken.api('GET', `/audit?targetId=${team.id}`)).text;
      expect(seen).to.contain(`members[${own.id}]`).and.not.to.contain(other.id);
      expect((await admin.api('GET', `/audit?targetId=${team.id}`)).text).to.contain(`members[${other.id}]`);
    });

    it('A22 the head of the log moves with each write, and is shown to administrators of the whole client', async () => {
      const { admin, supportToken, client } = await makeTenant(muster);
      const first = await admin.api.read('/audit/head');
      await admin.scim.create('/Users', userBody('ada'));
      const second = await admin.api.read('/audit/head');
      expect(second['position']).to.equal(Number(first['position']) + 1);
      expect(second['head']).to.equal(`${String(second['position'])}:${String(second['hash'])}`);
      expect(second['hash'])
        .to.match(/^[0-9a-f]{64}$/)
        .and.not.to.equal(first['hash']);
      const [entry] = await entriesOf(admin.api);
      expect(entry?.id).to.equal(String(second['position']));
      const provisioner = await mint(muster, { client, access: 'provision' });
      for (const { api } of [supportToken, provisioner]) expect(await api.status('GET', '/audit/head')).to.equal(403);
    });

    it('C37 the actor of what a token does is that token, with what it is for', async () => {
      const tenant = await makeTenant(muster);
      const { admin, operator, client } = tenant;
      const made = await admin.api.create('/tokens', {
        description: 'Jira at ACME',
        units: ['Support'],
        access: 'admin',
      });
      const call = await muster.request<ApiBody>('POST', '/Users', { token: made.token, body: userBody('ada') });
      const [entry] = await entriesOf(admin.api, `?targetId=${call.body.id}`);
      expect(entry?.['actor']).to.deep.equal({ kind: 'token', id: made.id, description: 'Jira at ACME' });
      expect(entry?.['requestId']).to.equal(call.headers['x-request-id']);
      const unit = await admin.api.create('/units', { name: 'Sales' });
      await admin.api('PATCH', `/units/${unit.id}`, { name: 'Marketing' });
      await admin.api('DELETE', `/units/${unit.id}`);
      const [end, rename, create] = await entriesOf(admin.api, `?targetId=${unit.id}`);
      expect([end, rename, create].map((each) => each?.['action'])).to.deep.equal(['end', 'update', 'create']);
      expect(rename).to.deep.include({ changes: { name: { before: 'Sales', after: 'Marketing' } } });
      const acme = await operator.api('PATCH', `/clients/${client}`, { name: `New ${randomUUID()}` });
      const [ofClient] = await entriesOf(admin.api, `?targetId=${client}&action=update`);
      expect(acme.status).to.equal(200);
      expect(ofClient?.['actor']).to.deep.equal({ kind: 'token', id: operator.id, description: null });
    });
  });
});
