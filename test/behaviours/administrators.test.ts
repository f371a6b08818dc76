import { expect } from 'chai';
import { entriesOf } from '../support/api.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { adminGroupOf, granting, listOf, memberOf, revoking, rolesOf } from '../support/roles.js';
import {
  filtered,
  groupBody,
  musterGroupUrn,
  musterUserUrn,
  patchBody,
  userBody,
  type ScimBody,
} from '../support/scim.js';
import { makeTenant, mint, type TestTenant } from '../support/tenants.js';

const password = 'correct-horse-7';
const openIdOf = (name: string) => `https://openstackid.org/${name}`;
const base64url = (text: string) => Buffer.from(text).toString('base64url');

const adding = (...ids: readonly string[]) =>
  patchBody({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) });
const removing = (id: string) => patchBody({ op: 'remove', path: `members[value eq "${id}"]` });
const switching = (active: boolean) => patchBody({ op: 'replace', path: 'active', value: active });
const inUnits = (...units: readonly string[]) => ({ [musterUserUrn]: { units } });
const membersOf = (group: ScimBody) => (group.members ?? []).map(({ value }) => value).toSorted();

describe('persons as administrators', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    before(async () => {
      muster = await database.startMuster();
    });

    function addPerson({ admin }: TestTenant, name: string, more: object = {}): Promise<ScimBody> {
      return admin.scim.create('/Users', userBody(name, { ...more }));
    }

    const addAdmin = (tenant: TestTenant, name: string, more: object = {}) =>
      addPerson(tenant, name, { roles: [{ value: 'ClientAdmin' }], ...more });

    describe('the last of them', () => {
      it('D8 cannot be removed by anybody but an operator who insists', async () => {
        const tenant = await makeTenant(muster);
        const { id } = await addAdmin(tenant, 'ada', { [musterUserUrn]: { openId: openIdOf('ada') } });
        const me = await tenant.personal(id);
        const path = `/clients/${tenant.client}/users/${base64url(openIdOf('ada'))}`;
        for (const { api } of [tenant.admin, me, tenant.operator]) {
          expect(await api.status('DELETE', path)).to.equal(409);
          if (api !== tenant.operator.api) expect(await api.status('DELETE', `${path}?force=true`)).to.equal(409);
        }
        const shown = await tenant.admin.scim.read(`/Users/${id}`);
        expect([shown['active'], rolesOf(shown)]).to.deep.equal([true, ['ClientAdmin']]);
        expect(await tenant.operator.api.status('DELETE', `${path}?force=true`)).to.equal(204);
        expect((await tenant.admin.scim.read(`/Users/${id}`))['active']).to.equal(false);
      });

      it('D8 cannot be removed, switched off or deleted in SCIM: 409, and nothing changes (RFC 7644 §3.12)', async () => {
        const tenant = await makeTenant(muster);
        const { admin, operator, client } = tenant;
        const { id } = await addAdmin(tenant, 'ada');
        const group = await adminGroupOf(admin.scim);
        const before = await admin.scim.read(`/Users/${id}`);
        const attempts = [
          ['PATCH', `/Users/${id}`, switching(false)],
          ['PATCH', `/Users/${id}`, revoking('ClientAdmin')],
          ['PUT', `/Users/${id}`, userBody('ada')],
          ['DELETE', `/Users/${id}`, undefined],
          ['PATCH', `/Groups/${group.id}`, removing(id)],
          ['PATCH', `/Groups/${group.id}`, patchBody({ op: 'remove', path: 'members' })],
          ['PUT', `/Groups/${group.id}`, groupBody('client-admins')],
        ] as const;
        const named = { 'X-Muster-Client': client };
        for (const [method, path, body] of attempts) {
          expect((await admin.scim(method, path, body)).status, `${method} ${path}`).to.equal(409);
          expect((await admin.scim(method, `${path}?force=true`, body)).status).to.equal(409);
          expect((await operator.scim(method, path, body, named)).status, `${method} ${path}`).to.equal(409);
        }
        expect(await admin.scim.read(`/Users/${id}`)).to.deep.equal(before);
        expect(await adminGroupOf(admin.scim)).to.deep.equal(group);
        const forced = await operator.scim('PATCH', `/Users/${id}?force=true`, switching(false), named);
        expect(forced.status).to.equal(200);
      });

      it('D8 cannot be taken away in a Bulk or at any door of the companion API, however an administrator insists: 409', async () => {
        const tenant = await makeTenant(muster);
        const { admin } = tenant;
        const { id } = await addAdmin(tenant, 'ada');
        const group = await adminGroupOf(admin.scim);
        for (const [method, path, body] of [
          ['DELETE', `/users/${id}`],
          ['PUT', `/users/${id}`, { status: 'INACTIVE' }],
          ['POST', `/users/${id}/erase`],
          ['DELETE', `/groups/${group.id}/members/${id}`],
        ] as const) {
          expect(await admin.api.status(method, path, body), `${method} ${path}`).to.equal(409);
          expect(await admin.api.status(method, `${path}?force=true`, body), path).to.be.oneOf([400, 409]);
        }
        const bulk = await admin.scim('POST', '/Bulk?force=true', {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
          Operations: [
            { method: 'PATCH', path: `/Users/${id}`, data: switching(false) },
            { method: 'DELETE', path: `/Users/${id}` },
            { method: 'PATCH', path: `/Groups/${group.id}`, data: patchBody({ op: 'remove', path: 'members' }) },
          ],
        });
        const statuses = listOf(bulk.body['Operations']).map((operation) => memberOf(operation, 'status'));
        expect(statuses).to.deep.equal(['409', '409', '409']);
        expect(membersOf(await adminGroupOf(admin.scim))).to.deep.equal([id]);
        expect((await admin.scim.read(`/Users/${id}`))['active']).to.equal(true);
      });

      it('D8 stays when all of them are switched off at once', async () => {
        const tenant = await makeTenant(muster);
        const people = await Promise.all(['a', 'b', 'c', 'd'].map((name) => addAdmin(tenant, name)));
        const group = await adminGroupOf(tenant.admin.scim);
        const answers = await Promise.all(
          people.map(({ id }, index) => {
            if (index === 0) return tenant.admin.scim('DELETE', `/Users/${id}`);
            if (index === 1) return tenant.admin.scim('PATCH', `/Groups/${group.id}`, removing(id));
            return tenant.admin.scim('PATCH', `/Users/${id}`, index === 2 ? switching(false) : revoking('ClientAdmin'));
          }),
        );
        expect(answers.map(({ status }) => status).filter((status) => status === 409)).to.have.length(1);
        const filter = filtered('/Users', `${musterUserUrn}:effectiveRoles eq "ClientAdmin"`);
        expect((await tenant.admin.scim.read(filter)).totalResults).to.equal(1);
      });

      it('D8 one who is switched off does not count, and may be removed', async () => {
        const tenant = await makeTenant(muster);
        const [ada, grace] = [await addAdmin(tenant, 'ada'), await addAdmin(tenant, 'grace')];
        expect((await tenant.admin.scim('PATCH', `/Users/${ada.id}`, switching(false))).status).to.equal(200);
        expect((await tenant.admin.scim('PATCH', `/Users/${grace.id}`, switching(false))).status).to.equal(409);
        expect((await tenant.admin.scim('DELETE', `/Users/${ada.id}`)).status).to.equal(204);
      });

      it('E21 cannot be deleted in the companion API: 409', async () => {
        const tenant = await makeTenant(muster);
        const { id } = await addAdmin(tenant, 'ada');
        expect(await tenant.admin.api.status('DELETE', `/users/${id}`)).to.equal(409);
        expect(await tenant.admin.api.status('PUT', `/users/${id}`, { status: 'INACTIVE' })).to.equal(409);
        expect((await tenant.admin.scim('GET', `/Users/${id}`)).status).to.equal(200);
        await addAdmin(tenant, 'grace');
        expect(await tenant.admin.api.status('DELETE', `/users/${id}`)).to.equal(204);
        expect((await tenant.admin.scim('GET', `/Users/${id}`)).status).to.equal(404);
      });
    });

    describe('role and group', () => {
      it('D11 a member of client-admins has the role, and who leaves loses it: both are changed, and both logs tell', async () => {
        const tenant = await makeTenant(muster);
        const { admin } = tenant;
        await addAdmin(tenant, 'grace');
        const user = await addPerson(tenant, 'ada');
        const group = await adminGroupOf(admin.scim);
        expect((await admin.scim('PATCH', `/Groups/${group.id}`, adding(user.id))).status).to.equal(200);
        const granted = await admin.scim.read(`/Users/${user.id}`);
        expect(rolesOf(granted)).to.deep.equal(['ClientAdmin']);
        expect(granted.meta.version).not.to.equal(user.meta.version);
        expect((await admin.scim.read(filtered('/Users', 'roles.value eq "clientadmin"'))).totalResults).to.equal(2);
        const [entry] = await entriesOf(tenant.admin.api, `?targetId=${user.id}`);
        expect(entry).to.deep.include({ action: 'update', attributes: ['roles'] });
        expect((await admin.scim('PATCH', `/Groups/${group.id}`, removing(user.id))).status).to.equal(200);
        expect(rolesOf(await admin.scim.read(`/Users/${user.id}`))).to.deep.equal([]);
      });

      it('D11 who is given the role is a member of client-admins, and who loses it is none', async () => {
        const tenant = await makeTenant(muster);
        const { admin } = tenant;
        const grace = await addAdmin(tenant, 'grace');
        const { id } = await addPerson(tenant, 'ada');
        const before = await adminGroupOf(admin.scim);
        await admin.scim('PATCH', `/Users/${id}`, granting('clientADMIN'));
        const after = await adminGroupOf(admin.scim);
        expect(membersOf(after)).to.deep.equal([grace.id, id].toSorted());
        expect(after.meta.version).not.to.equal(before.meta.version);
        const [entry] = await entriesOf(tenant.admin.api, `?targetId=${after.id}`);
        expect(entry).to.deep.include({ action: 'update', members: { added: [id], removed: [] } });
        const groups = (await admin.scim.read(`/Users/${id}`)).groups ?? [];
        expect(groups.map(({ value }) => value)).to.deep.equal([after.id]);
        await admin.scim('PUT', `/Users/${id}`, userBody('ada'));
        expect(membersOf(await adminGroupOf(admin.scim))).to.deep.equal([grace.id]);
        await admin.scim('PATCH', `/Users/${id}`, granting('ClientAdmin'));
        await admin.scim('DELETE', `/Users/${id}`);
        expect(membersOf(await adminGroupOf(admin.scim))).to.deep.equal([grace.id]);
        const back = await addPerson(tenant, 'ada');
        expect([back.id, rolesOf(back)]).to.deep.equal([id, []]);
      });

      it('D11 client-admins cannot be deleted, renamed, made anew or put into units, and holds people alone', async () => {
        const tenant = await makeTenant(muster);
        const { admin } = tenant;
        const group = await adminGroupOf(admin.scim);
        const path = `/Groups/${group.id}`;
        expect((await admin.scim('DELETE', path)).status).to.equal(409);
        const renamed = patchBody({ op: 'replace', path: 'displayName', value: 'others' });
        const moved = patchBody({ op: 'replace', path: `${musterGroupUrn}:units`, value: ['Support'] });
        const changed = patchBody({ op: 'replace', path: `${musterGroupUrn}:kind`, value: 'group' });
        for (const body of [renamed, moved, changed]) {
          const answer = await admin.scim('PATCH', path, body);
          expect([answer.status, answer.body.scimType]).to.deep.equal([400, 'mutability']);
        }
        const other = await admin.scim.create('/Groups', groupBody('others'));
        const nested = await admin.scim('PATCH', path, adding(other.id));
        expect([nested.status, nested.body.scimType]).to.deep.equal([400, 'invalidValue']);
        const second = groupBody('more', { [musterGroupUrn]: { kind: 'client-admins' } });
        expect((await admin.scim('POST', '/Groups', second)).status).to.equal(400);
        expect(
          (await admin.scim('PATCH', path, patchBody({ op: 'replace', path: 'externalId', value: 'x' }))).status,
        ).to.equal(200);
      });

      it('D11 a token for units touches neither the group nor the role', async () => {
        const tenant = await makeTenant(muster);
        const { admin, supportToken } = tenant;
        const person = await addPerson(tenant, 'ada', inUnits('Support'));
        const boss = await addAdmin(tenant, 'grace', inUnits('Support'));
        const group = await adminGroupOf(admin.scim);
        const attempts = [
          ['GET', `/Groups/${group.id}`, undefined],
          ['PATCH', `/Groups/${group.id}`, adding(person.id)],
          ['DELETE', `/Groups/${group.id}`, undefined],
          ['PATCH', `/Users/${person.id}`, granting('ClientAdmin')],
          ['POST', '/Users', userBody('mary', { roles: [{ value: 'ClientAdmin' }] })],
          ['PATCH', `/Users/${boss.id}`, revoking('ClientAdmin')],
          ['PATCH', `/Users/${boss.id}`, switching(false)],
          ['PATCH', `/Users/${boss.id}`, patchBody({ op: 'replace', path: 'password', value: password })],
          ['DELETE', `/Users/${boss.id}`, undefined],
        ] as const;
        for (const [method, path, body] of attempts) {
          expect((await supportToken.scim(method, path, body)).status, `${method} ${path}`).to.equal(403);
        }
        expect(
          (
            await supportToken.scim(
              'PATCH',
              `/Users/${boss.id}`,
              patchBody({ op: 'add', path: 'title', value: 'Boss' }),
            )
          ).status,
        ).to.equal(200);
        expect(membersOf(await adminGroupOf(admin.scim))).to.deep.equal([boss.id]);
      });

      it('D11 the personal token of an administrator reaches the client, from the next request on and no longer than that', async () => {
        const tenant = await makeTenant(muster);
        const [ada, grace] = [await addPerson(tenant, 'ada'), await addAdmin(tenant, 'grace')];
        const me = await tenant.personal(ada.id);
        expect((await me.scim('GET', '/Users')).status).to.equal(403);
        await tenant.admin.scim('PATCH', `/Users/${ada.id}`, granting('ClientAdmin'));
        expect((await me.scim.read('/Users')).totalResults).to.equal(2);
        expect(
          (await me.scim('PATCH', `/Users/${grace.id}`, patchBody({ op: 'add', path: 'title', value: 'Boss' }))).status,
        ).to.equal(200);
        expect(await me.api.status('GET', '/tokens')).to.equal(200);
        const reader = await mint(muster, { client: tenant.client, user: ada.id, access: 'read' });
        expect((await reader.scim.read('/Users')).totalResults).to.equal(2);
        expect((await reader.scim('POST', '/Users', userBody('mary'))).status).to.equal(403);
        const group = await adminGroupOf(tenant.admin.scim);
        await tenant.admin.scim('PATCH', `/Groups/${group.id}`, removing(ada.id));
        expect((await me.scim('GET', '/Users')).status).to.equal(403);
        expect((await me.scim('GET', '/Me')).status).to.equal(200);
      });
    });

    describe('unit managers', () => {
      it('C30 the personal token of a member of unit-managers behaves as a token for the units of that group', async () => {
        const tenant = await makeTenant(muster);
        const own = await addPerson(tenant, 'own', inUnits('Support'));
        const theirs = await addPerson(tenant, 'theirs', inUnits('Research'));
        const boss = await addPerson(tenant, 'boss');
        const group = await tenant.admin.scim.create(
          '/Groups',
          groupBody('Managers of support', {
            [musterGroupUrn]: { kind: 'unit-managers', units: ['Support'] },
            members: [{ value: boss.id }],
          }),
        );
        expect(memberOf(group[musterGroupUrn], 'kind')).to.equal('unit-managers');
        const me = await tenant.personal(boss.id);
        for (const { scim, api } of [me, tenant.supportToken]) {
          const page = await scim.read('/Users');
          expect(page.Resources.map(({ id }) => id)).to.deep.equal([own.id]);
          expect((await scim('GET', `/Users/${theirs.id}`)).status).to.equal(403);
          expect(
            (await scim('PATCH', `/Users/${own.id}`, patchBody({ op: 'add', path: 'title', value: 'T' }))).status,
          ).to.equal(200);
          const made = await scim('POST', '/Users', userBody(`made-${Math.random()}`));
          expect(memberOf(made.body[musterUserUrn], 'units')).to.deep.equal(['Support']);
          expect((await scim('POST', '/Users', userBody('x', inUnits('Research')))).status).to.equal(403);
          expect((await scim('PATCH', `/Users/${own.id}`, granting('ClientAdmin'))).status).to.equal(403);
          expect(await api.status('GET', '/userclaims')).to.equal(200);
          expect((await scim('DELETE', `/Users/${made.body.id}`)).status).to.equal(204);
        }
        expect((await me.scim('GET', '/Me')).status).to.equal(200);
        await tenant.admin.scim('PATCH', `/Groups/${group.id}`, removing(boss.id));
        expect((await me.scim('GET', '/Users')).status).to.equal(403);
      });

      it('C30 the role UnitManager gives a person the units that the person is in; to themselves managers are what all are', async () => {
        const tenant = await makeTenant(muster);
        const boss = await addPerson(tenant, 'boss', { ...inUnits('Support'), roles: [{ value: 'UnitManager' }] });
        const own = await addPerson(tenant, 'own', inUnits('Support'));
        await addPerson(tenant, 'theirs', inUnits('Research'));
        const me = await tenant.personal(boss.id);
        expect((await me.scim.read('/Users')).totalResults).to.equal(2);
        expect((await me.scim('PATCH', `/Users/${own.id}`, switching(false))).status).to.equal(200);
        expect((await me.scim('PATCH', `/Users/${boss.id}`, granting('ClientAdmin'))).status).to.equal(403);
        expect(
          (await me.scim('PATCH', `/Users/${boss.id}`, patchBody({ op: 'add', path: 'displayName', value: 'B' })))
            .status,
        ).to.equal(200);
        await tenant.admin.scim(
          'PATCH',
          `/Users/${boss.id}`,
          patchBody({ op: 'replace', path: `${musterUserUrn}:units`, value: ['Research'] }),
        );
        expect((await me.scim('GET', `/Users/${own.id}`)).status).to.equal(403);
        await muster.endUnit(tenant.client, 'Research');
        expect((await me.scim('GET', '/Users')).status).to.equal(403);
      });
    });
  });
});
