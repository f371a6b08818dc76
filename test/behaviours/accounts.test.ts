import { expect } from 'chai';
import { entriesOf } from '../support/api.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { adminGroupOf, memberOf } from '../support/roles.js';
import { filtered, musterUserUrn, patchBody, userBody, type ScimBody } from '../support/scim.js';
import { makeTenant, type TestTenant } from '../support/tenants.js';

const password = 'correct-horse-7';

const switching = (active: boolean) => patchBody({ op: 'replace', path: 'active', value: active });
const inUnits = (...units: readonly string[]) => ({ [musterUserUrn]: { units } });
const accountStatusOf = (user: ScimBody) => memberOf(user[musterUserUrn], 'accountStatus');

describe('the accounts of people', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    before(async () => {
      muster = await database.startMuster();
    });

    function addPerson({ admin }: TestTenant, name: string, more: object = {}): Promise<ScimBody> {
      return admin.scim.create('/Users', userBody(name, { ...more }));
    }

    it('A21 an account that is locked is unlocked by an administrator, and not by the person', async () => {
      const tenant = await makeTenant(muster);
      const { admin } = tenant;
      const { id } = await addPerson(tenant, 'ada', inUnits('Support'));
      const other = await tenant.personal((await addPerson(tenant, 'grace')).id);
      const self = await tenant.personal(id);
      expect(await self.api.status('POST', `/users/${id}/unlock`)).to.equal(403);
      const locked = await admin.api('PUT', `/users/${id}`, { status: 'LOCKED' });
      expect(await self.api.status('POST', `/users/${id}/unlock`)).to.equal(401);
      expect(locked.body).to.include({ status: 'LOCKED', accountStatus: 'LOCKED', active: true });
      expect(await other.api.status('POST', `/users/${id}/unlock`)).to.equal(403);
      expect(await tenant.researchToken.api.status('POST', `/users/${id}/unlock`)).to.equal(403);
      const unlocked = await admin.api('POST', `/users/${id}/unlock`);
      expect([unlocked.status, unlocked.body['status']]).to.deep.equal([200, 'ACTIVE']);
      expect(accountStatusOf(await admin.scim.read(`/Users/${id}`))).to.equal('ACTIVE');
      const again = await admin.api('POST', `/users/${id}/unlock`);
      expect([again.status, again.body['lastModified']]).to.deep.equal([200, unlocked.body['lastModified']]);
      const foreign = await makeTenant(muster);
      expect(await foreign.admin.api.status('POST', `/users/${id}/unlock`)).to.equal(404);
    });

    it('E18 INACTIVE is active=false and back; LOCKED is active, refused as a person, and SCIM does not unlock', async () => {
      const tenant = await makeTenant(muster);
      const { admin } = tenant;
      const { id } = await addPerson(tenant, 'ada');
      const scimActive = async () => (await admin.scim.read(`/Users/${id}`))['active'];
      const status = async () => (await admin.api.read(`/users/${id}`))['status'];
      expect((await admin.api('PUT', `/users/${id}`, { status: 'INACTIVE' })).body['status']).to.equal('INACTIVE');
      expect(await scimActive()).to.equal(false);
      await admin.scim('PATCH', `/Users/${id}`, switching(true));
      expect(await status()).to.equal('ACTIVE');
      await admin.scim('PATCH', `/Users/${id}`, switching(false));
      expect(await status()).to.equal('INACTIVE');
      await admin.api('PUT', `/users/${id}`, { status: 'ACTIVE' });
      expect(await scimActive()).to.equal(true);
      const me = await tenant.personal(id);
      expect((await me.scim('GET', '/Me')).status).to.equal(200);
      await admin.api('PUT', `/users/${id}`, { status: 'LOCKED' });
      expect((await me.scim('GET', '/Me')).status).to.equal(401);
      await admin.scim('PATCH', `/Users/${id}`, switching(true));
      const locked = await admin.scim.read(`/Users/${id}`);
      expect([locked['active'], accountStatusOf(locked)]).to.deep.equal([true, 'LOCKED']);
      const filter = `${musterUserUrn}:accountStatus eq "locked" and active eq true`;
      expect((await admin.scim.read(filtered('/Users', filter))).totalResults).to.equal(1);
      const written = patchBody({ op: 'replace', path: `${musterUserUrn}:accountStatus`, value: 'ACTIVE' });
      const refused = await admin.scim('PATCH', `/Users/${id}`, written);
      expect([refused.status, refused.body.scimType]).to.deep.equal([400, 'mutability']);
      await admin.api('PUT', `/users/${id}`, { status: 'ACTIVE' });
      expect((await me.scim('GET', '/Me')).status).to.equal(200);
    });

    it('E19 isAdmin makes an administrator of a person who is added, and is passed over afterwards', async () => {
      const tenant = await makeTenant(muster);
      const { admin } = tenant;
      const made = await admin.api.create('/users', {
        username: 'ada',
        firstName: 'Ada',
        lastName: 'Lovelace',
        email: 'ada@acme.example',
        employeeNumber: '7',
        openId: 'https://openstackid.org/ada',
        units: ['Support'],
        isAdmin: true,
      });
      expect(made).to.include({ userName: 'ada', isAdmin: true, status: 'ACTIVE' });
      expect((await adminGroupOf(admin.scim)).members?.map(({ value }) => value)).to.deep.equal([made.id]);
      const shown = await admin.scim.read(`/Users/${made.id}`);
      expect(shown['name']).to.deep.equal({ givenName: 'Ada', familyName: 'Lovelace' });
      expect(memberOf(shown[musterUserUrn], 'units')).to.deep.equal(['Support']);
      const plain = await admin.api.create('/users', { userName: 'grace' });
      const put = await admin.api('PUT', `/users/${plain.id}`, { isAdmin: true, firstName: 'Grace', email: null });
      expect(put.body).to.include({ isAdmin: false });
      const demoted = await admin.api('PUT', `/users/${made.id}`, { isAdmin: false, lastName: null });
      expect(demoted.body).to.include({ isAdmin: true });
      expect((await admin.scim.read(`/Users/${made.id}`))['name']).to.deep.equal({ givenName: 'Ada' });
      expect(await admin.api.status('POST', '/users', { firstName: 'No name' })).to.equal(400);
      const body = { userName: 'mary', isAdmin: true };
      expect(await tenant.supportToken.api.status('POST', '/users', body)).to.equal(403);
    });

    it('E20 a userName that is taken is 409', async () => {
      const tenant = await makeTenant(muster);
      await tenant.admin.api.create('/users', { userName: 'ada' });
      expect(await tenant.admin.api.status('POST', '/users', { userName: 'ADA' })).to.equal(409);
      const { id } = await tenant.admin.api.create('/users', { userName: 'grace' });
      expect(await tenant.admin.api.status('PUT', `/users/${id}`, { userName: 'Ada' })).to.equal(409);
    });

    it('E24 five wrong old passwords lock the account, a right one in between begins anew', async () => {
      const tenant = await makeTenant(muster);
      const { id } = await addPerson(tenant, 'ada', { password });
      const me = await tenant.personal(id);
      const change = (oldPassword: string, newPassword: string) =>
        me.api.status('POST', '/users/self/update-password', { oldPassword, newPassword });
      for (let wrong = 0; wrong < 4; wrong++) expect(await change('wrong-one', 'battery-staple-8')).to.equal(400);
      expect(await change(password, 'weak')).to.equal(400);
      expect(await change(password, 'battery-staple-8')).to.equal(200);
      for (let wrong = 0; wrong < 5; wrong++) expect(await change(password, 'another-one-99')).to.equal(400);
      expect(accountStatusOf(await tenant.admin.scim.read(`/Users/${id}`))).to.equal('LOCKED');
      expect(await change('battery-staple-8', 'another-one-99')).to.equal(401);
      const [entry] = await entriesOf(tenant.admin.api, `?targetId=${id}`);
      expect(entry).to.deep.include({ action: 'update', attributes: [`${musterUserUrn}:accountStatus`] });
      expect(await tenant.admin.api.status('POST', `/users/${id}/unlock`)).to.equal(200);
      expect(await change('battery-staple-8', 'another-one-99')).to.equal(200);
    });

    it('E25 a client has no more active people than its limit, however many come at once; one who goes frees a seat', async () => {
      const tenant = await makeTenant(muster);
      const { admin, operator, client } = tenant;
      const first = await addPerson(tenant, 'first');
      const asleep = await addPerson(tenant, 'asleep', { active: false });
      expect(await admin.api.status('PATCH', `/clients/${client}`, { maxUsers: 3 })).to.equal(403);
      const set = await operator.api('PATCH', `/clients/${client}`, { maxUsers: 3 });
      expect(set.body).to.include({ maxUsers: 3 });
      const answers = await Promise.all(
        ['a', 'b', 'c', 'd'].map((name) => admin.scim('POST', '/Users', userBody(name))),
      );
      const refused = answers.filter(({ status }) => status !== 201);
      expect(refused.map(({ status }) => status)).to.deep.equal([409, 409]);
      for (const { body } of refused) expect(body.detail).to.contain('limit');
      expect(await admin.api.status('POST', '/users', { userName: 'e' })).to.equal(409);
      expect((await admin.scim('PATCH', `/Users/${asleep.id}`, switching(true))).status).to.equal(409);
      expect((await admin.scim('POST', '/Users', userBody('f', { active: false }))).status).to.equal(201);
      await admin.scim('PATCH', `/Users/${first.id}`, switching(false));
      expect((await admin.scim('PATCH', `/Users/${asleep.id}`, switching(true))).status).to.equal(200);
      expect((await admin.scim('DELETE', `/Users/${asleep.id}`)).status).to.equal(204);
      expect((await admin.scim('POST', '/Users', userBody('asleep'))).status).to.equal(201);
      expect((await admin.scim('POST', '/Users', userBody('g'))).status).to.equal(409);
      await operator.api('PATCH', `/clients/${client}`, { maxUsers: null });
      expect((await admin.scim('POST', '/Users', userBody('g'))).status).to.equal(201);
      await operator.api('PATCH', `/clients/${client}`, { maxUsers: 5 });
      expect((await admin.scim('POST', '/Users', userBody('h'))).status).to.equal(201);
      expect((await admin.scim('POST', '/Users', userBody('i'))).status).to.equal(409);
    });
  });
});
