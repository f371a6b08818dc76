import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { listIn } from '../support/api.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { effectiveRolesOf, granting, license, listOf, memberOf, revoking, rolesOf } from '../support/roles.js';
import { filtered, musterUserUrn, patchBody, userBody, type ScimBody } from '../support/scim.js';
import { makeTenant, type TestToken } from '../support/tenants.js';

const roleUrn = 'urn:ietf:params:scim:schemas:core:1.0:Role';
const entitlementUrn = 'urn:ietf:params:scim:schemas:core:1.0:Entitlement';
const oktaRoleUrn = 'urn:okta:scim:schemas:core:1.0:Role';
const oktaEntitlementUrn = 'urn:okta:scim:schemas:core:1.0:Entitlement';

const valuesOf = (page: ScimBody) => page.Resources.map(({ value }) => value);

describe('roles and licences', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    before(async () => {
      muster = await database.startMuster();
    });

    async function licensed(...roles: readonly unknown[]) {
      const tenant = await makeTenant(muster);
      await license(tenant, roles);
      return tenant;
    }

    it('A12 a role that the client has not licensed is 400 invalidValue naming it, in PATCH, PUT and POST, and nothing changes', async () => {
      const { admin } = await licensed('Insight');
      const made = await admin.scim.create('/Users', userBody('ada', { roles: [{ value: 'Insight' }] }));
      const path = `/Users/${made.id}`;
      const requests = [
        await admin.scim('PATCH', path, granting('Timeshift')),
        await admin.scim('PATCH', path, patchBody({ op: 'replace', value: { roles: [{ value: 'Timeshift' }] } })),
        await admin.scim('PUT', path, userBody('ada', { roles: [{ value: 'Insight' }, { value: 'Timeshift' }] })),
        await admin.scim('POST', '/Users', userBody('grace', { roles: [{ value: 'Timeshift' }] })),
      ];
      for (const { status, body } of requests) {
        expect([status, body.scimType]).to.deep.equal([400, 'invalidValue']);
        expect(body.detail).to.contain('Timeshift');
      }
      expect(await admin.scim.read(path)).to.deep.equal(made);
      expect((await admin.scim.read('/Users')).totalResults).to.equal(1);
    });

    it('A12 a role is found whatever its letter case, shown as in the catalogue, and repeating it changes nothing', async () => {
      const { admin } = await licensed('Insight');
      const made = await admin.scim.create('/Users', userBody('ada', { roles: [{ value: 'INSIGHT', primary: true }] }));
      expect(made['roles']).to.deep.equal([{ value: 'Insight', primary: true }]);
      const again = await admin.scim('PUT', `/Users/${made.id}`, userBody('ada', { roles: made['roles'] }));
      expect(again.body.meta.version).to.equal(made.meta.version);
      const nameless = await admin.scim('PATCH', `/Users/${made.id}`, {
        ...patchBody({ op: 'add', path: 'roles', value: [{ display: 'Insight' }] }),
      });
      expect([nameless.status, nameless.body.scimType]).to.deep.equal([400, 'invalidValue']);
    });

    it('A12 a role that was switched off is granted to nobody more, has no effect, and keeps its grants', async () => {
      const name = `Feature ${Math.random()}`;
      const tenant = await makeTenant(muster);
      await muster.license(tenant.client, name);
      const { admin, operator } = tenant;
      const { id, meta } = await admin.scim.create('/Users', userBody('ada', { roles: [{ value: name }] }));
      await operator.api('PUT', `/roles/${encodeURIComponent(name)}`, { active: false });
      const off = await admin.scim.read(`/Users/${id}`);
      expect([rolesOf(off), effectiveRolesOf(off)]).to.deep.equal([[name], []]);
      expect(off.meta.version).not.to.equal(meta.version);
      const filter = `${musterUserUrn}:effectiveRoles eq "${name}"`;
      expect((await admin.scim.read(filtered('/Users', filter))).totalResults).to.equal(0);
      const refused = await admin.scim('POST', '/Users', userBody('grace', { roles: [{ value: name }] }));
      expect([refused.status, refused.body.scimType]).to.deep.equal([400, 'invalidValue']);
      const [shown] = (await admin.scim.read(filtered('/Roles', `value eq "${name}"`))).Resources;
      expect(shown).to.include({ value: name, supported: false });
      await operator.api('PUT', `/roles/${encodeURIComponent(name)}`, { active: true });
      expect(effectiveRolesOf(await admin.scim.read(`/Users/${id}`))).to.deep.equal([name]);
    });

    it('A12 of a role with one seat one grant succeeds, however many come at once, and the seat is free again after it', async () => {
      const { admin } = await licensed({ value: 'Timeshift', seats: 1 });
      const people = await Promise.all(
        Array.from({ length: 6 }, (_, index) => admin.scim.create('/Users', userBody(`user${index}`))),
      );
      const answers = await Promise.all(
        people.map(({ id }) => admin.scim('PATCH', `/Users/${id}`, granting('Timeshift'))),
      );
      expect(answers.map(({ status }) => status).filter((status) => status === 200)).to.have.length(1);
      const refused = answers.filter(({ status }) => status !== 200);
      for (const { status, body } of refused) {
        expect(status).to.equal(409);
        expect(body.detail).to.contain('Timeshift').and.to.contain('1 seats');
      }
      const holder = answers.find(({ status }) => status === 200)?.body.id;
      expect((await admin.scim('PATCH', `/Users/${holder}`, revoking('Timeshift'))).status).to.equal(200);
      const next = people.find(({ id }) => id !== holder)?.id;
      expect((await admin.scim('PATCH', `/Users/${next}`, granting('Timeshift'))).status).to.equal(200);
    });

    it('A13 GET /Roles lists what the client may grant, and nothing that only another one may', async () => {
      const [acme, beta] = [await licensed('Insight'), await licensed('Timeshift')];
      const mine = await acme.admin.scim.read('/Roles');
      expect(valuesOf(mine)).to.deep.equal(['ClientAdmin', 'Insight', 'UnitManager']);
      for (const role of mine.Resources) expect(role).to.include({ supported: true });
      const theirs = await beta.admin.scim.read(filtered('/Roles', 'value eq "timeshift"'));
      expect(valuesOf(theirs)).to.deep.equal(['Timeshift']);
      const [timeshift] = theirs.Resources;
      expect((await beta.admin.scim.read(`/Roles/${timeshift?.id}`)).id).to.equal(timeshift?.id);
      expect((await acme.admin.scim('GET', `/Roles/${timeshift?.id}`)).status).to.equal(404);
    });

    it('A13 a role tells its seats and how many are taken; a token for units learns nothing of people beyond', async () => {
      const { admin, supportToken } = await licensed({ value: 'Insight', seats: 3 }, 'Observer');
      await admin.scim.create('/Users', userBody('ada', { roles: [{ value: 'Insight' }] }));
      const [insight] = (await admin.scim.read(filtered('/Roles', 'value eq "Insight"'))).Resources;
      expect(insight).to.deep.include({
        schemas: [roleUrn],
        display: 'Insight',
        type: 'feature',
        limitedAssignmentsPermitted: true,
        totalAssignmentsPermitted: 3,
        totalAssignmentsUsed: 1,
        contains: ['Observer'],
      });
      expect(insight?.meta).to.include({ resourceType: 'Role', location: `${muster.baseUrl}/Roles/${insight?.id}` });
      const [observer] = (await admin.scim.read(filtered('/Roles', 'value eq "Observer"'))).Resources;
      expect(observer).to.deep.include({ limitedAssignmentsPermitted: false, containedBy: ['Insight'] });
      expect(observer).not.to.have.property('totalAssignmentsPermitted');
      const [limited] = (await supportToken.scim.read(filtered('/Roles', 'value eq "Insight"'))).Resources;
      expect(limited).to.include({ value: 'Insight' }).and.not.to.have.property('totalAssignmentsUsed');
    });

    const contains = (...roles: readonly string[]) => ({ contains: roles });
    const musterRole = (name: string) => `/roles/${encodeURIComponent(name)}`;

    /** Three roles, each of which contains the next. */
    async function nested(operator: TestToken) {
      const [outer, middle, inner] = ['outer', 'middle', 'inner'].map((name) => `${name} ${randomUUID()}`);
      if (outer === undefined || middle === undefined || inner === undefined) throw new Error('three names');
      await operator.api('PUT', musterRole(inner), {});
      await operator.api('PUT', musterRole(middle), contains(inner));
      await operator.api('PUT', musterRole(outer), contains(middle.toUpperCase()));
      return { outer, middle, inner };
    }

    it('A13 who is granted a role has what it contains in force too, of what the client has (draft-ietf-scim-roles-entitlements)', async () => {
      const tenant = await makeTenant(muster);
      const { admin, operator } = tenant;
      const { outer, middle, inner } = await nested(operator);
      await license(tenant, [outer, inner]);
      const { id } = await admin.scim.create('/Users', userBody('ada', { roles: [{ value: outer }] }));
      const read = () => admin.scim.read(`/Users/${id}`);
      const found = async (role: string) =>
        (await admin.scim.read(filtered('/Users', `${musterUserUrn}:effectiveRoles eq "${role}"`))).totalResults;
      expect([rolesOf(await read()), effectiveRolesOf(await read())]).to.deep.equal([[outer], [outer, inner]]);
      expect(await Promise.all([outer, middle, inner].map(found))).to.deep.equal([1, 0, 1]);
      const before = (await read()).meta.version;
      await license(tenant, [outer, inner, middle]);
      expect(effectiveRolesOf(await read())).to.deep.equal([outer, middle, inner]);
      expect((await read()).meta.version).not.to.equal(before);
      await operator.api('PUT', musterRole(inner), { active: false });
      expect(effectiveRolesOf(await read())).to.deep.equal([outer, middle]);
      expect(await Promise.all([outer, middle, inner].map(found))).to.deep.equal([1, 1, 0]);
      await license(tenant, [inner, middle]);
      expect(effectiveRolesOf(await read())).to.deep.equal([]);
      await license(tenant, [outer, inner]);
      await operator.api('PUT', musterRole(inner), { active: true });
      await admin.scim('PATCH', `/Users/${id}`, patchBody({ op: 'replace', path: 'active', value: false }));
      expect([effectiveRolesOf(await read()), await found(inner)]).to.deep.equal([[], 0]);
    });

    it('A13 a role that the catalogue changes takes effect at once, and the log of the client tells', async () => {
      const tenant = await makeTenant(muster);
      const { admin, operator } = tenant;
      const { outer, middle, inner } = await nested(operator);
      await license(tenant, [outer, { value: inner, seats: 3 }]);
      const { id, meta } = await admin.scim.create('/Users', userBody('ada', { roles: [{ value: outer }] }));
      const changed = await operator.api('PUT', musterRole(middle), contains());
      expect([changed.status, changed.body['contains']]).to.deep.equal([200, []]);
      const shown = await admin.scim.read(`/Users/${id}`);
      expect(effectiveRolesOf(shown)).to.deep.equal([outer]);
      expect(shown.meta.version).not.to.equal(meta.version);
      const [switched, licences] = listIn(await admin.api.read(`/audit?targetId=${tenant.client}`), 'entries');
      expect(switched?.['changes']).to.deep.equal({
        [`roles[${middle}]`]: { before: { active: true, contains: [inner] }, after: { active: true, contains: [] } },
      });
      expect(licences?.['changes']).to.deep.equal({
        roles: {
          before: [],
          after: [
            { role: outer, seats: null },
            { role: inner, seats: 3 },
          ],
        },
      });
    });

    it('A13 a role contains neither itself, nor an office, nor what is no role; what is not named of it stays', async () => {
      const { operator } = await makeTenant(muster);
      const { outer, middle, inner } = await nested(operator);
      for (const wrong of [inner, middle, outer, 'ClientAdmin', 'unitmanager', 'Nonsense']) {
        expect(await operator.api.status('PUT', musterRole(inner), contains(wrong)), wrong).to.equal(400);
      }
      await operator.api('PUT', musterRole(outer), { kind: 'admin', display: 'Outer', description: 'All of it' });
      const off = await operator.api('PUT', musterRole(outer), { active: false });
      expect(off.body).to.deep.equal({
        value: outer,
        kind: 'admin',
        builtIn: false,
        display: 'Outer',
        description: 'All of it',
        contains: [middle],
        active: false,
      });
      expect((await operator.api('PUT', musterRole(outer), { description: null })).body['description']).to.equal(null);
    });

    it('A12 whoever has a role as part of another takes a seat of it, once', async () => {
      const tenant = await makeTenant(muster);
      const { admin, operator } = tenant;
      const { outer, inner } = await nested(operator);
      await license(tenant, [outer, { value: inner, seats: 2 }]);
      const add = (name: string, ...roles: readonly string[]) =>
        admin.scim('POST', '/Users', userBody(name, { roles: roles.map((value) => ({ value })) }));
      const used = async () => {
        const [role] = (await admin.scim.read(filtered('/Roles', `value eq "${inner}"`))).Resources;
        return role?.['totalAssignmentsUsed'];
      };
      expect((await add('ada', outer, inner)).status).to.equal(201);
      const grace = await add('grace', outer);
      expect([grace.status, await used()]).to.deep.equal([201, 2]);
      expect((await admin.scim('PATCH', `/Users/${grace.body.id}`, granting(inner))).status).to.equal(200);
      for (const role of [outer, inner]) {
        const refused = await add('mary', role);
        expect([refused.status, refused.body.detail.includes(inner)], role).to.deep.equal([409, true]);
      }
      await admin.scim('PATCH', `/Users/${grace.body.id}`, revoking(outer));
      expect(await used()).to.equal(2);
      await admin.scim('PATCH', `/Users/${grace.body.id}`, revoking(inner));
      expect([(await add('mary', outer)).status, await used()]).to.deep.equal([201, 2]);
    });

    it('A13 roles and entitlements are paged, sorted and projected, and are not written (RFC 7644 §3.4.2, §3.9)', async () => {
      const { admin } = await licensed('Insight', 'Timeshift', 'Alerts');
      for (const path of ['/Roles', '/Entitlements', '/OktaRoles', '/OktaEntitlements']) {
        const page = await admin.scim.read(`${path}?count=1&startIndex=1`);
        expect(page, path).to.include({ itemsPerPage: 1, startIndex: 1 });
        expect(page.Resources, path).to.have.length(1);
        const whole = await admin.scim.read(path);
        expect(whole.totalResults).to.equal(page.totalResults).and.to.equal(5);
        const first = await admin.scim.read(`${path}?cursor=&count=3`);
        const rest = await admin.scim.read(`${path}?cursor=${String(first['nextCursor'])}&count=3`);
        expect([...first.Resources, ...rest.Resources]).to.deep.equal(whole.Resources);
        expect(rest).not.to.have.property('nextCursor');
        for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
          const answer = await admin.scim(method, path, method === 'DELETE' ? undefined : {});
          expect([answer.status, answer.headers['allow']], `${method} ${path}`).to.deep.equal([405, 'GET, HEAD']);
        }
        expect((await admin.scim('GET', `${path}/none`)).status).to.equal(404);
        expect((await admin.scim('GET', filtered(path, 'shoeSize pr'))).body.scimType).to.equal('invalidFilter');
      }
      const sorted = await admin.scim.read('/Roles?sortBy=value&sortOrder=descending&attributes=value');
      expect(valuesOf(sorted)).to.deep.equal(['UnitManager', 'Timeshift', 'Insight', 'ClientAdmin', 'Alerts']);
      expect(Object.keys(sorted.Resources[0] ?? {})).to.have.members(['schemas', 'id', 'value']);
    });

    it('A13 entitlements are those that come with the roles of the client', async () => {
      const { admin } = await licensed('Insight');
      const page = await admin.scim.read('/Entitlements');
      expect(valuesOf(page)).to.deep.equal(['reports.export', 'reports.view']);
      expect(page.Resources[0]).to.deep.include({
        schemas: [entitlementUrn],
        type: 'reports',
        supported: true,
        limitedAssignmentsPermitted: false,
        contains: ['reports.view'],
      });
      expect(page.Resources[1]).to.deep.include({ containedBy: ['reports.export'] });
    });

    it('A13 Okta finds roles and entitlements by their resource types, and what it assigns is their id', async () => {
      const { admin } = await licensed('Insight');
      const types = (await admin.scim.read('/ResourceTypes')).Resources;
      const schemas = (await admin.scim.read('/Schemas')).Resources.map(({ id }) => id);
      expect(schemas).to.include.members([roleUrn, entitlementUrn, oktaRoleUrn, oktaEntitlementUrn]);
      const endpointOf = (schema: string) => String(types.find((type) => type['schema'] === schema)?.['endpoint']);
      const roles = await admin.scim.read(`${endpointOf(oktaRoleUrn)}?count=100&startIndex=1`);
      const insight = roles.Resources.find(({ displayName }) => displayName === 'Insight');
      expect(insight).to.deep.include({
        schemas: [oktaRoleUrn],
        id: 'Insight',
        description: 'Charts and reports, and their export',
      });
      const made = await admin.scim('POST', '/Users', userBody('ada', { roles: [{ value: insight?.id }] }));
      expect(made.status).to.equal(201);
      const [entitlement] = (await admin.scim.read(endpointOf(oktaEntitlementUrn))).Resources;
      expect(entitlement).to.deep.include({ schemas: [oktaEntitlementUrn], id: 'reports.export', type: 'reports' });
      expect(endpointOf(roleUrn)).to.equal('/Roles');
      expect(endpointOf(entitlementUrn)).to.equal('/Entitlements');
    });

    it('A14 a licence that is withdrawn hides the role from people, filters and what is in force; put back, it is there again', async () => {
      const tenant = await licensed('Insight', 'Timeshift');
      const { admin } = tenant;
      const body = userBody('ada', { roles: [{ value: 'Timeshift', primary: true }, { value: 'Insight' }] });
      const made = await admin.scim.create('/Users', body);
      const path = `/Users/${made.id}`;
      const found = async (filter: string) => (await admin.scim.read(filtered('/Users', filter))).totalResults;
      const filters = [
        'roles.value eq "Timeshift"',
        'roles[primary eq true]',
        `${musterUserUrn}:effectiveRoles co "time"`,
      ];
      for (const filter of filters) expect(await found(filter), filter).to.equal(1);
      await license(tenant, ['Insight']);
      const without = await admin.scim.read(path);
      expect([rolesOf(without), effectiveRolesOf(without)]).to.deep.equal([['Insight'], ['Insight']]);
      for (const filter of filters) expect(await found(filter), filter).to.equal(0);
      expect(await found('not (roles.value eq "Timeshift")')).to.equal(1);
      const stale = await admin.scim('GET', path, undefined, { 'If-None-Match': made.meta.version });
      expect(stale.status).to.equal(200);
      await license(tenant, ['Insight', 'Timeshift']);
      expect((await admin.scim.read(path))['roles']).to.deep.equal(made['roles']);
      for (const filter of filters) expect(await found(filter), filter).to.equal(1);
    });

    it('A14 a PUT or PATCH meanwhile works on the roles that are shown and keeps the sleeping ones', async () => {
      const tenant = await licensed('Insight', 'Timeshift', 'Alerts');
      const { admin } = tenant;
      const body = (...roles: readonly string[]) => userBody('ada', { roles: roles.map((value) => ({ value })) });
      const { id } = await admin.scim.create('/Users', body('Timeshift', 'Insight'));
      await license(tenant, ['Insight', 'Alerts']);
      const same = await admin.scim('PUT', `/Users/${id}`, body('Insight'));
      const repeated = await admin.scim('PUT', `/Users/${id}`, body('Insight'));
      expect(repeated.body.meta.version).to.equal(same.body.meta.version);
      expect((await admin.scim('PUT', `/Users/${id}`, body('Insight', 'Timeshift'))).status).to.equal(400);
      const patched = await admin.scim('PATCH', `/Users/${id}`, granting('Alerts'));
      expect(rolesOf(patched.body)).to.deep.equal(['Insight', 'Alerts']);
      const emptied = await admin.scim('PATCH', `/Users/${id}`, patchBody({ op: 'remove', path: 'roles' }));
      expect(rolesOf(emptied.body)).to.deep.equal([]);
      await license(tenant, ['Insight', 'Alerts', 'Timeshift']);
      expect(rolesOf(await admin.scim.read(`/Users/${id}`))).to.deep.equal(['Timeshift']);
    });

    it('A14 only an operator licenses roles, of the catalogue, each once, and no built-in one', async () => {
      const tenant = await licensed('Insight');
      const path = `/clients/${tenant.client}/roles`;
      for (const { api } of [tenant.admin, tenant.supportToken]) {
        expect(await api.status('PUT', path, { roles: ['Timeshift'] })).to.equal(403);
      }
      for (const roles of [
        ['Nonsense'],
        ['Insight', 'insight'],
        ['ClientAdmin'],
        [{ value: 'Insight', seats: -1 }],
        'Insight',
      ]) {
        expect(await tenant.operator.api.status('PUT', path, { roles }), JSON.stringify(roles)).to.equal(400);
      }
      const body = await tenant.admin.api.read(path);
      expect(JSON.stringify(body)).to.contain('Insight').and.not.to.contain('Timeshift');
      const other = await makeTenant(muster);
      expect(await other.admin.api.status('GET', path)).to.equal(404);
      expect(await tenant.operator.api.status('PUT', `/clients/${other.client}/roles`, { roles: [] })).to.equal(200);
    });

    it('A16 PlatformAdmin is in nobody’s catalogue: 400 invalidValue', async () => {
      const { admin, operator, client } = await licensed('Insight');
      const { id } = await admin.scim.create('/Users', userBody('ada'));
      const answer = await admin.scim('PATCH', `/Users/${id}`, granting('PlatformAdmin'));
      expect([answer.status, answer.body.scimType]).to.deep.equal([400, 'invalidValue']);
      expect(await operator.api.status('PUT', `/clients/${client}/roles`, { roles: ['PlatformAdmin'] })).to.equal(400);
    });

    it('A20 roles of a Bulk are judged operation by operation (RFC 7644 §3.7)', async () => {
      const { admin } = await licensed('Insight');
      const leaver = await admin.scim.create('/Users', userBody('leaver', { roles: [{ value: 'Insight' }] }));
      const gone = await admin.scim.create('/Users', userBody('gone'));
      const answer = await admin.scim('POST', '/Bulk', {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        Operations: [
          { method: 'POST', path: '/Users', bulkId: 'a', data: userBody('ada', { roles: [{ value: 'Insight' }] }) },
          {
            method: 'PATCH',
            path: `/Users/${leaver.id}`,
            data: patchBody({ op: 'replace', path: 'active', value: false }),
          },
          { method: 'DELETE', path: `/Users/${gone.id}` },
          { method: 'PATCH', path: `/Users/${leaver.id}`, data: granting('Timeshift') },
        ],
      });
      const operations = answer.body['Operations'];
      const statuses = listOf(operations).map((each) => memberOf(each, 'status'));
      expect([answer.status, statuses]).to.deep.equal([200, ['201', '200', '204', '400']]);
      const shown = await admin.scim.read(`/Users/${leaver.id}`);
      expect([rolesOf(shown), effectiveRolesOf(shown)]).to.deep.equal([['Insight'], []]);
    });

    it('B20 people begin with the roles of their userType, unless they are given some', async () => {
      const tenant = await licensed('Insight', 'Alerts', 'Timeshift');
      const { admin, operator, client } = tenant;
      const settings = { defaultRolesByUserType: { Principal: ['Insight', 'Alerts'], Teacher: [] } };
      expect(await admin.api.status('PATCH', `/clients/${client}`, settings)).to.equal(403);
      const wrong = { defaultRolesByUserType: { Principal: ['Nonsense'] } };
      expect(await operator.api.status('PATCH', `/clients/${client}`, wrong)).to.equal(400);
      const set = await operator.api('PATCH', `/clients/${client}`, settings);
      expect(set.body).to.deep.include(settings);
      const made = await admin.scim.create('/Users', userBody('ada', { userType: 'principal' }));
      expect(rolesOf(made)).to.deep.equal(['Insight', 'Alerts']);
      const explicit = await admin.scim.create(
        '/Users',
        userBody('grace', { userType: 'Principal', roles: [{ value: 'Timeshift' }] }),
      );
      expect(rolesOf(explicit)).to.deep.equal(['Timeshift']);
      expect(rolesOf(await admin.scim.create('/Users', userBody('mary', { userType: 'Teacher' })))).to.deep.equal([]);
      await license(tenant, ['Insight']);
      const later = await admin.scim.create('/Users', userBody('joan', { userType: 'Principal' }));
      expect(rolesOf(later)).to.deep.equal(['Insight']);
    });
  });
});
