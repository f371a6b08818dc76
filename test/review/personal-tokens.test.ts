import { expect } from 'chai';
import { bulkCallerOf, user } from '../support/bulk.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { filtered, groupBody, musterGroupUrn, musterUserUrn, patchBody, userBody } from '../support/scim.js';
import { makeTenant, mint } from '../support/tenants.js';

const openId = 'https://openid.example/ada';
const password = 'correct-horse-7';
const title = patchBody({ op: 'add', path: 'displayName', value: 'Countess' });

describe('a personal token', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    before(async () => {
      muster = await database.startMuster();
    });

    const offices: readonly (readonly [of: string, roles: readonly string[]])[] = [
      ['somebody', []],
      ['an administrator', ['ClientAdmin']],
      ['who manages units', ['UnitManager']],
    ];
    for (const [of, roles] of offices) {
      it(`of ${of}, minted to read, writes nothing of the person either: 403 (RFC 6750 §3.1)`, async () => {
        const { client, admin } = await makeTenant(muster);
        const before = await admin.scim.create(
          '/Users',
          userBody('ada', {
            password,
            roles: roles.map((value) => ({ value })),
            [musterUserUrn]: { openId, units: ['Support'] },
          }),
        );
        await admin.scim.create('/Users', userBody('grace', { roles: [{ value: 'ClientAdmin' }] }));
        const { scim, api } = await mint(muster, { client, user: before.id, access: 'read' });
        const own = `/Users/${before.id}`;
        const code = 'of-no-invitation';
        const refused = [
          await scim('PATCH', '/Me', title),
          await scim('PUT', '/Me', userBody('ada', { displayName: 'Countess' })),
          await scim('PATCH', own, title),
          await api('PUT', '/users/self', { displayName: 'Countess' }),
          await api('POST', '/users/self/update-password', { oldPassword: password, newPassword: 'battery-staple-8' }),
          await api('DELETE', `/clients/${client}/users/${Buffer.from(openId).toString('base64url')}`),
          await api('POST', '/invitations/accept', { code }),
          await api('POST', '/invitations/decline', { code }),
        ];
        expect(refused.map(({ status }) => status)).to.deep.equal(refused.map(() => 403));
        for (const { headers } of refused) expect(headers['www-authenticate']).to.contain('insufficient_scope');
        expect((await scim.read('/Me')).id).to.equal(before.id);
        expect(await admin.scim.read(own)).to.deep.equal(before);
      });
    }

    it('does in a Bulk what its person may still do: an administrator no longer adds people (C30, RFC 7644 §3.7)', async () => {
      const { client, admin } = await makeTenant(muster);
      const ada = await admin.scim.create('/Users', userBody('ada', { roles: [{ value: 'ClientAdmin' }] }));
      await admin.scim.create('/Users', userBody('grace', { roles: [{ value: 'ClientAdmin' }] }));
      const me = await mint(muster, { client, user: ada.id, access: 'admin' });
      const operations = [
        user('before'),
        { method: 'PUT', path: `/Users/${ada.id}`, data: userBody('ada') },
        user('after'),
      ];
      // One after the other.
      const statuses = await bulkCallerOf(muster, me.token).statuses(operations, { failOnErrors: 1 });
      expect(statuses).to.deep.equal(['201', '200', '403']);
      const { totalResults } = await admin.scim.read(filtered('/Users', 'userName eq "after"'));
      expect(totalResults).to.equal(0);
    });

    it('changes a password once with the old one, whoever is on the way at the same time', async () => {
      const { client, admin } = await makeTenant(muster);
      const { id } = await admin.scim.create('/Users', userBody('ada', { password }));
      const { api } = await mint(muster, { client, user: id });
      const passwords = ['battery-staple-8', 'battery-staple-9', 'battery-staple-10'];
      const change = (oldPassword: string, newPassword: string) =>
        api('POST', '/users/self/update-password', { oldPassword, newPassword });
      const answers = await Promise.all(passwords.map((each) => change(password, each)));
      const statuses = answers.map(({ status }) => status);
      expect(statuses.toSorted((a, b) => a - b)).to.deep.equal([200, 400, 400]);
      const inForce = passwords[statuses.indexOf(200)] ?? '';
      expect((await change(inForce, 'correct-horse-9')).status).to.equal(200);
    });

    it('manages no units from the moment on in which the group that says so is deleted among others (C30, E7)', async () => {
      const { client, admin } = await makeTenant(muster);
      const boss = await admin.scim.create('/Users', userBody('boss'));
      const managers = await admin.scim.create(
        '/Groups',
        groupBody('Managers', {
          [musterGroupUrn]: { kind: 'unit-managers', units: ['Support'] },
          members: [{ value: boss.id }],
        }),
      );
      const me = await mint(muster, { client, user: boss.id });
      expect((await me.scim('GET', '/Users')).status).to.equal(200);
      expect(await admin.api.status('POST', '/groups/bulk-delete', { ids: [managers.id] })).to.equal(204);
      expect((await me.scim('GET', '/Users')).status).to.equal(403);
    });
  });
});
