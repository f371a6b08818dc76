import { readFile, stat } from 'node:fs/promises';
import { expect } from 'chai';
import { readConfig } from '../../src/config.js';
import { openDirectory } from '../../src/service.js';
import { verifyChain } from '../../src/store/trail/verify-chain.js';
import { rowsOf } from '../isolation/rows.js';
import { listIn } from '../support/api.js';
import { runCommand } from '../support/command-line.js';
import { forEachDatabase } from '../support/databases.js';
import { openAt } from '../support/logged-client.js';
import type { Muster } from '../support/muster.js';
import { enterpriseUrn, filtered, groupBody, musterUserUrn, patchBody, userBody } from '../support/scim.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';
import { makeTenant, mint, type TestTenant } from '../support/tenants.js';

/** Every value of the person holds one of these words, whatever its letter case. */
const personal = /lovelace|byron|countess|020-7946-0815|staff-1815/i;

const person = userBody('ada.lovelace@example.com', {
  externalId: 'ext-lovelace',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  title: 'Countess',
  password: 'analytical-engine-7',
  emails: [{ value: 'ada@lovelace.example', type: 'work', primary: true }],
  phoneNumbers: [{ value: '020-7946-0815', type: 'work' }],
  [enterpriseUrn]: { employeeNumber: 'staff-1815' },
  [musterUserUrn]: { openId: 'https://openid.example/lovelace' },
});

describe('erasing a person', function () {
  this.timeout(60_000);

  forEachDatabase((database) => {
    let muster: Muster;
    let url: string;
    let folder: string;
    before(async () => {
      folder = await temporaryFolder();
      url = await database.url();
      muster = await database.startMuster({ url });
    });
    after(() => removeTemporaryFolder(folder));

    const run = (...args: readonly string[]) => runCommand(args, { cwd: folder, settings: { DATABASE_URL: url } });

    /** A person whose values are wherever values of people can be. */
    async function makePerson({ admin, client }: TestTenant, on = muster): Promise<string> {
      const { id } = await admin.scim.create('/Users', person);
      await admin.scim.create('/Groups', groupBody('mathematicians', { members: [{ value: id }] }));
      const change = { op: 'replace', path: 'name.familyName', value: 'King-Byron' };
      expect((await admin.scim('PATCH', `/Users/${id}`, patchBody(change))).status).to.equal(200);
      await mint(on, { client, user: id, description: "Byron's laptop" });
      const { id: collaboration } = await admin.api.create('/collaborations', { name: 'Engines', units: [] });
      for (const invites of [['ADA@Lovelace.example'], ['ada.lovelace@example.com']]) {
        expect((await admin.api('PUT', `/collaborations/${collaboration}/invitations`, { invites })).status).to.equal(
          201,
        );
      }
      return id;
    }

    async function textOfRows(client: string): Promise<string> {
      return (await rowsOf(url, client)).map(({ text }) => text).join('\n');
    }

    async function faultOf(client: string) {
      const direct = await openAt(url);
      const { fault } = await verifyChain(direct, client);
      await direct.close();
      return fault;
    }

    for (const [title, prepare] of [
      ['who is there', async () => undefined],
      ['who was deleted', (tenant: TestTenant, id: string) => tenant.admin.scim('DELETE', `/Users/${id}`)],
    ] as const) {
      it(`takes every value of one ${title} out of every table, and the log still verifies`, async () => {
        const tenant = await makeTenant(muster);
        const { admin, client } = tenant;
        const id = await makePerson(tenant);
        const other = await admin.scim.create('/Users', userBody('grace@example.com'));
        await prepare(tenant, id);
        expect(await textOfRows(client)).to.match(personal);
        const { status } = await admin.api('POST', `/users/${id}/erase`);
        expect(status).to.equal(204);
        expect((await textOfRows(client)).split('\n').filter((row) => personal.test(row))).to.deep.equal([]);
        expect(await faultOf(client)).to.equal(undefined);
        const entries = listIn(await admin.api.read(`/audit?targetId=${id}`), 'entries');
        expect(entries.map((entry) => entry['action'])).to.deep.equal(['erase', 'delete', 'update', 'create']);
        expect(entries.map((entry) => entry['changes'])).to.deep.equal([{}, {}, {}, {}]);
        expect(entries[0]?.['actor']).to.include({ kind: 'token', id: admin.id });
        expect((await admin.scim('GET', `/Users/${other.id}`)).status).to.equal(200);
      });
    }

    it('takes the address of one who was invited only, and in whose place somebody else accepted', async () => {
      const { admin, client } = await makeTenant(muster);
      const bob = await admin.scim.create('/Users', userBody('bob'));
      const { id: collaboration } = await admin.api.create('/collaborations', { name: 'Engines' });
      const path = `/collaborations/${collaboration}/invitations`;
      const made = await admin.api('PUT', path, { invites: ['ada@lovelace.example'] });
      // The answer was held against its schema.
      const [invitation] = made.body as unknown as readonly { id: string; code: string }[];
      const { Resources: invited } = await admin.scim.read(filtered('/Users', 'userName eq "ada@lovelace.example"'));
      const accepted = await admin.api('POST', '/invitations/accept', { code: invitation?.code, userName: 'bob' });
      expect(accepted.status, accepted.text).to.equal(200);
      expect(await admin.api.status('POST', `/users/${invited[0]?.id}/erase`)).to.equal(204);
      expect((await textOfRows(client)).split('\n').filter((row) => personal.test(row))).to.deep.equal([]);
      expect(await admin.api.status('GET', `/invitations/${invitation?.id}`)).to.equal(404);
      const members = (await admin.scim.read(`/Groups/${collaboration}`)).members?.map(({ value }) => value);
      expect(members).to.deep.equal([bob.id]);
    });

    it('leaves nobody under the old id, and gives the userName and the keys to a new one', async () => {
      const tenant = await makeTenant(muster);
      const { admin, operator, client } = tenant;
      const id = await makePerson(tenant);
      const token = await mint(muster, { client, user: id });
      await admin.api('POST', `/users/${id}/erase`);
      expect((await admin.scim('GET', `/Users/${id}`)).status).to.equal(404);
      const named = { 'X-Muster-Client': client };
      const ever = await operator.api('GET', `/users/${id}?includeDeleted=true`, undefined, named);
      expect(ever.status).to.equal(404);
      expect(await admin.api.status('POST', `/users/${id}/erase`)).to.equal(404);
      expect((await token.scim('GET', '/Me')).status).to.equal(401);
      const again = await admin.scim.create('/Users', person);
      expect(again.id).not.to.equal(id);
      expect((await admin.scim('GET', '/Groups?filter=displayName eq "mathematicians"')).text).not.to.contain(again.id);
    });

    it('is for administrators of the whole client, and never for the last of its people', async () => {
      const [{ admin, supportToken, client, operator }, beta] = [await makeTenant(muster), await makeTenant(muster)];
      const unit = { [musterUserUrn]: { units: ['Support'] } };
      const { id } = await admin.scim.create('/Users', userBody('ada', unit));
      const provisioner = await mint(muster, { client, access: 'provision' });
      const own = await mint(muster, { client, user: id });
      for (const { api } of [supportToken, provisioner, own]) {
        expect(await api.status('POST', `/users/${id}/erase`)).to.equal(403);
      }
      expect(await beta.admin.api.status('POST', `/users/${id}/erase`)).to.equal(404);
      const chief = await admin.scim.create('/Users', userBody('chief', { roles: [{ value: 'ClientAdmin' }] }));
      expect(await admin.api.status('POST', `/users/${chief.id}/erase`)).to.equal(409);
      expect((await admin.scim('GET', `/Users/${chief.id}`)).status).to.equal(200);
      const forced = await operator.api('POST', `/users/${chief.id}/erase?force=true`, undefined, {
        'X-Muster-Client': client,
      });
      expect(forced.status).to.equal(204);
    });

    it('is a command too, and so is erasing those who were deleted long ago', async () => {
      const { admin, client } = await makeTenant(muster);
      const made = [];
      for (const name of ['now', 'old', 'new', 'here']) made.push(await admin.scim.create('/Users', userBody(name)));
      const [now, old, young, here] = made.map(({ id }) => id);
      for (const id of [old, young]) await admin.scim('DELETE', `/Users/${id}`);
      await deletedDaysAgo(client, { [String(old)]: 31, [String(young)]: 29 });
      const erased = await run('user', 'erase', String(now), '--client', client, '--json');
      expect([erased.code, JSON.parse(erased.stdout)]).to.deep.equal([0, { id: now, erased: true }]);
      expect((await run('user', 'erase', String(now), '--client', client)).code).to.equal(1);
      expect((await run('user', 'purge')).code).to.equal(1);
      const purged = await run('user', 'purge', '--client', client, '--days', '30', '--json');
      expect([purged.code, JSON.parse(purged.stdout)]).to.deep.equal([0, { erased: 1 }]);
      expect(await erasedOf(client)).to.have.members([now, old]);
      expect((await admin.scim('GET', `/Users/${here}`)).status).to.equal(200);
      expect(await faultOf(client)).to.equal(undefined);
      // A leaver who was not erased comes back as before.
      expect((await admin.scim.create('/Users', userBody('new'))).id).to.equal(young);
      expect((await admin.scim.create('/Users', userBody('old'))).id).not.to.equal(old);
    });

    it('happens by itself to those who were deleted more days ago than DELETED_USER_RETENTION_DAYS', async () => {
      const { admin, client } = await makeTenant(muster);
      const [old, young] = [
        await admin.scim.create('/Users', userBody('old')),
        await admin.scim.create('/Users', userBody('new')),
      ];
      for (const { id } of [old, young]) await admin.scim('DELETE', `/Users/${id}`);
      await deletedDaysAgo(client, { [old.id]: 31, [young.id]: 29 });
      await database.startMuster({ url, settings: { DELETED_USER_RETENTION_DAYS: '30' } });
      while ((await erasedOf(client)).length === 0) await admin.scim('GET', '/Users?count=1');
      expect(await erasedOf(client)).to.deep.equal([old.id]);
      const [entry] = listIn(await admin.api.read(`/audit?targetId=${old.id}`), 'entries');
      expect(entry).to.deep.include({
        action: 'erase',
        actor: { kind: 'service', id: 'retention', description: null },
      });
    });

    async function deletedDaysAgo(client: string, days: Readonly<Record<string, number>>): Promise<void> {
      const direct = await openAt(url);
      for (const [id, count] of Object.entries(days)) {
        const at = new Date(Date.now() - count * 86_400_000).toISOString();
        await direct.transaction((connection) =>
          connection.run('update users set deleted_at = ? where client_id = ? and id = ?', [at, client, id]),
        );
      }
      await direct.close();
    }

    async function erasedOf(client: string): Promise<readonly string[]> {
      const rows = (await rowsOf(url, client)).filter(
        ({ table, columns }) => table === 'users' && columns['erased_at'] !== null,
      );
      return rows.map(({ columns }) => String(columns['id']));
    }

    if (database.kind === 'postgres') {
      it('is left to the process that does it already', async () => {
        const { admin, client } = await makeTenant(muster);
        const { id } = await admin.scim.create('/Users', userBody('old'));
        await admin.scim('DELETE', `/Users/${id}`);
        const directory = await openDirectory(readConfig({ DATABASE_URL: url }));
        const actor = { kind: 'service', id: 'test', requestId: 'test' } as const;
        const erase = () => directory.services.erasure.eraseDeleted(actor, client, { days: 0 });
        await directory.context.database.transaction(async (connection) => {
          await connection.all(directory.context.database.dialect.tryRetentionLock);
          expect(await erase()).to.equal(0);
        });
        expect(await erase()).to.equal(1);
        await directory.close();
      });
    }

    if (database.kind === 'sqlite') {
      it('leaves nothing in the file once it is compacted, while a server runs', async () => {
        const ownUrl = await database.url();
        const own = await database.startMuster({ url: ownUrl });
        const tenant = await makeTenant(own);
        const { admin } = tenant;
        const path = ownUrl.replace('sqlite:', '');
        const id = await makePerson(tenant, own);
        for (let index = 0; index < 60; index++) await admin.scim.create('/Users', userBody(`user ${index}`));
        await admin.api('POST', `/users/${id}/erase`);
        expect((await stat(`${path}-wal`)).size).to.equal(0);
        const compacted = await runCommand(['compact', '--json'], { cwd: folder, settings: { DATABASE_URL: ownUrl } });
        expect([compacted.code, compacted.stderr]).to.deep.equal([0, '']);
        const bytes = await readFile(path, 'latin1');
        expect(personal.exec(bytes)).to.equal(null);
        expect((await stat(`${path}-wal`)).size).to.equal(0);
        expect((await admin.scim.create('/Users', userBody('after'))).id).to.be.a('string');
      });
    }
  });
});
