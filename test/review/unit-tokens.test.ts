import { expect } from 'chai';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { memberOf } from '../support/roles.js';
import {
  enterpriseUrn,
  filtered,
  groupBody,
  musterGroupUrn,
  musterUserUrn,
  patchBody,
  userBody,
} from '../support/scim.js';
import { makeTenant, mint, type TestTenant } from '../support/tenants.js';

const inSupport = { units: ['Support'] };
const replace = (path: string, value: unknown) => patchBody({ op: 'replace', path, value });
const segment = (objectId: string, ...permissions: readonly string[]) => ({
  objectType: 'SEGMENT',
  objectId,
  permissions,
});

describe('whoever is limited to a unit', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    before(async () => {
      muster = await database.startMuster();
    });

    const person = ({ admin }: TestTenant, name: string, more: object = {}, units = ['Support']) =>
      admin.scim.create('/Users', userBody(name, { ...more, [musterUserUrn]: { units } }));

    async function objectsOf({ admin }: TestTenant) {
      await admin.api('PUT', '/objects/SEGMENT/ours', { unit: 'Support' });
      await admin.api('PUT', '/objects/SEGMENT/theirs', { unit: 'Research' });
      await admin.api('PUT', '/objects/SEGMENT/whole', {});
    }

    describe('and the people who administer the client', () => {
      const takeovers: Readonly<Record<string, (name: string) => object>> = {
        userName: (name) => replace('userName', `${name}.new`),
        emails: () => replace('emails', [{ value: 'mine@example.com', type: 'work', primary: true }]),
        externalId: () => replace('externalId', 'mine'),
        openId: () => replace(`${musterUserUrn}:openId`, 'https://openid.example/mine'),
        employeeNumber: () => replace(`${enterpriseUrn}:employeeNumber`, 'mine'),
        password: () => replace('password', 'correct-horse-7'),
      };

      for (const [attribute, takeover] of Object.entries(takeovers)) {
        it(`C3 does not change by what an administrator is found or let in: ${attribute}`, async () => {
          const tenant = await makeTenant(muster);
          const ada = await person(tenant, 'ada', { roles: [{ value: 'ClientAdmin' }] });
          await person(tenant, 'grace', { roles: [{ value: 'ClientAdmin' }] });
          await tenant.admin.scim('PATCH', `/Users/${ada.id}`, replace('active', false));
          const before = await tenant.admin.scim.read(`/Users/${ada.id}`);
          const path = `/Users/${ada.id}`;
          expect((await tenant.supportToken.scim('PATCH', path, takeover('ada'))).status).to.equal(403);
          expect(await tenant.admin.scim.read(path)).to.deep.equal(before);
          expect((await tenant.supportToken.scim('PATCH', path, replace('displayName', 'Ada'))).status).to.equal(200);
          const plain = await person(tenant, 'bob');
          expect((await tenant.supportToken.scim('PATCH', `/Users/${plain.id}`, takeover('bob'))).status).to.equal(200);
        });
      }

      it('C3 changes nothing of one where one of the changes is refused', async () => {
        const tenant = await makeTenant(muster);
        const ada = await person(tenant, 'ada', { roles: [{ value: 'ClientAdmin' }] });
        const before = await tenant.admin.scim.read(`/Users/${ada.id}`);
        const wish = { displayName: 'Changed', status: 'LOCKED' };
        expect(await tenant.supportToken.api.status('PUT', `/users/${ada.id}`, wish)).to.equal(403);
        expect(await tenant.admin.scim.read(`/Users/${ada.id}`)).to.deep.equal(before);
      });
    });

    describe('and the rights of groups', () => {
      it('E15 E26 gives no group a right over all objects of the client, and keeps those that it has', async () => {
        const tenant = await makeTenant(muster);
        const { admin, supportToken } = tenant;
        const wildcards = (...names: readonly string[]) => ({ [musterGroupUrn]: { ...inSupport, wildcards: names } });
        const group = await admin.scim.create('/Groups', groupBody('Readers', wildcards('VIEW_TAGS')));
        const path = `/groups/${group.id}`;
        const attempts = [
          () => supportToken.api.status('PUT', path, { wildcards: ['VIEW_TAGS', 'VIEW_ALL_SEGMENTS'] }),
          () => supportToken.api.status('POST', '/groups', { name: 'Mine', wildcards: ['VIEW_ALL_SEGMENTS'] }),
          async () =>
            (await supportToken.scim('POST', '/Groups', groupBody('Ours', wildcards('VIEW_ALL_SEGMENTS')))).status,
          async () =>
            (await supportToken.scim('PUT', `/Groups/${group.id}`, groupBody('Readers', wildcards('EDIT_TAGS'))))
              .status,
        ];
        for (const attempt of attempts) expect(await attempt()).to.equal(403);
        const kept = await supportToken.api('PUT', path, { name: 'Others', wildcards: ['VIEW_TAGS'] });
        expect([kept.status, kept.body['wildcards']]).to.deep.equal([200, ['VIEW_TAGS']]);
        const taken = await supportToken.api('PUT', path, { wildcards: [] });
        expect([taken.status, taken.body['wildcards']]).to.deep.equal([200, []]);
        expect((await admin.scim.read('/Groups')).totalResults).to.equal(2);
      });

      it('E9 E10 sees and replaces the permissions on objects of the unit, and leaves the others as they are', async () => {
        const tenant = await makeTenant(muster);
        const { admin, supportToken } = tenant;
        await objectsOf(tenant);
        const group = await admin.scim.create('/Groups', groupBody('Readers', { [musterGroupUrn]: inSupport }));
        const path = `/groups/${group.id}/permissions`;
        await admin.api('PUT', path, [segment('ours', 'READ'), segment('theirs', 'READ'), segment('whole', 'WRITE')]);
        expect((await supportToken.api('GET', path)).body).to.deep.equal([segment('ours', 'READ')]);
        const put = await supportToken.api('PUT', path, [segment('ours', 'WRITE')]);
        expect([put.status, put.body]).to.deep.equal([200, [segment('ours', 'WRITE')]]);
        const whole = [segment('ours', 'WRITE'), segment('theirs', 'READ'), segment('whole', 'WRITE')];
        expect((await admin.api('GET', path)).body).to.deep.equal(whole);
        expect((await supportToken.api('PUT', path, [])).body).to.deep.equal([]);
        expect((await admin.api('GET', path)).body).to.deep.equal(whole.slice(1));
      });

      it('E16 is told of a person’s rights over objects of the unit alone', async () => {
        const tenant = await makeTenant(muster);
        const { admin, supportToken } = tenant;
        await objectsOf(tenant);
        const ada = await person(tenant, 'ada');
        const wildcard = { wildcards: ['EDIT_ALL_SEGMENTS'] };
        const members = [{ value: ada.id }];
        const group = await admin.scim.create('/Groups', groupBody('All', { members, [musterGroupUrn]: wildcard }));
        await admin.api('PUT', `/groups/${group.id}/permissions`, [segment('theirs', 'READ')]);
        const path = `/users/${ada.id}/effective-permissions`;
        expect((await admin.api.read(path))['objects']).to.have.length(3);
        expect((await supportToken.api.read(path))['objects']).to.deep.equal([segment('ours', 'WRITE')]);
      });
    });

    describe('and people of other units', () => {
      it('C27 does not accept an invitation for somebody beyond the unit, who stays invited only', async () => {
        const tenant = await makeTenant(muster);
        const { admin, supportToken, researchToken } = tenant;
        const theirs = await researchToken.api.create('/collaborations', { name: 'Theirs' });
        await researchToken.api('PUT', `/collaborations/${theirs.id}/invitations`, { invites: ['bob@example.com'] });
        const eve = await person(tenant, 'eve@example.com', {}, ['Research']);
        const ours = await supportToken.api.create('/collaborations', { name: 'Ours' });
        const invite = { invites: ['bob@example.com', 'eve@example.com'] };
        const answer = await supportToken.api('PUT', `/collaborations/${ours.id}/invitations`, invite);
        // The answer was held against its schema.
        const codes = JSON.parse(answer.text) as readonly { readonly id: string; readonly code: string }[];
        expect(codes).to.have.length(2);
        const bob = async () =>
          (await admin.scim.read(filtered('/Users', 'userName eq "bob@example.com"'))).Resources[0];
        const [before, eveBefore] = [await bob(), await admin.scim.read(`/Users/${eve.id}`)];
        for (const { code } of codes) {
          expect(await supportToken.api.status('POST', '/invitations/accept', { code })).to.equal(403);
        }
        expect(await bob()).to.deep.equal(before);
        expect(memberOf(before?.[musterUserUrn], 'accountStatus')).to.equal('PENDING');
        expect(await admin.scim.read(`/Users/${eve.id}`)).to.deep.equal(eveBefore);
        const [, forEve] = codes;
        const me = await tenant.personal(eve.id);
        expect(await me.api.status('POST', '/invitations/accept', { code: forEve?.code })).to.equal(200);
        expect(await admin.api.status('POST', '/invitations/accept', { code: codes[0]?.code })).to.equal(200);
      });

      it('is asked to confirm by the share of the people whom it reaches, and not told how many there are besides', async () => {
        const tenant = await makeTenant(muster);
        const people: string[] = [];
        for (let index = 0; index < 11; index++) people.push((await person(tenant, `ours ${index}`)).id);
        for (let index = 0; index < 60; index++) await tenant.admin.scim.create('/Users', userBody(`others ${index}`));
        const bulk = {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
          Operations: people.map((id) => ({ method: 'PATCH', path: `/Users/${id}`, data: replace('active', false) })),
        };
        const refused = await tenant.supportToken.scim('POST', '/Bulk', bulk);
        expect([refused.status, refused.body.detail.includes('11 of 11')]).to.deep.equal([409, true]);
        expect(refused.text).not.to.contain('71');
        expect((await tenant.admin.scim('POST', '/Bulk', bulk)).status).to.equal(200);
      });
    });

    describe('as a person who manages units', () => {
      async function manager(tenant: TestTenant) {
        const own = { [musterUserUrn]: { openId: 'https://openid.example/mia' } };
        const mia = await tenant.admin.scim.create('/Users', userBody('mia', own));
        const members = [{ value: mia.id }];
        const extension = { [musterGroupUrn]: { ...inSupport, kind: 'unit-managers' } };
        await tenant.admin.scim.create('/Groups', groupBody('Managers', { members, ...extension }));
        return { mia, me: await mint(muster, { client: tenant.client, user: mia.id }) };
      }

      it('C30 reads the own rights, as everybody does, though in none of the units', async () => {
        const tenant = await makeTenant(muster);
        const { mia, me } = await manager(tenant);
        expect((await me.api('GET', `/users/${mia.id}/effective-permissions`)).body).to.deep.equal({
          wildcards: [],
          objects: [],
        });
      });

      it('D7 C30 leaves, as everybody may, though in none of the units; and lets nobody else beyond them leave', async () => {
        const tenant = await makeTenant(muster);
        const { mia, me } = await manager(tenant);
        const theirs = { [musterUserUrn]: { openId: 'https://openid.example/bob', units: ['Research'] } };
        await tenant.admin.scim.create('/Users', userBody('bob', theirs));
        const path = (name: string) =>
          `/clients/${tenant.client}/users/${Buffer.from(`https://openid.example/${name}`).toString('base64url')}`;
        expect(await me.api.status('DELETE', path('bob'))).to.equal(403);
        expect(await me.api.status('DELETE', path('mia'))).to.equal(204);
        expect(await me.api.status('GET', '/units')).to.equal(401);
        expect((await tenant.admin.scim.read(`/Users/${mia.id}`))['active']).to.equal(false);
      });
    });
  });
});
