import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { listIn, type ApiBody } from '../support/api.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster, Response } from '../support/muster.js';
import { adminGroupOf, listOf, memberOf } from '../support/roles.js';
import { enterpriseUrn, filtered, groupBody, musterUserUrn, patchBody, userBody } from '../support/scim.js';
import { makeTenant, type TestTenant } from '../support/tenants.js';

const times = <Result>(count: number, make: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));
const statusesOf = (answers: readonly Response<unknown>[]) =>
  answers.map(({ status }) => status).toSorted((a, b) => a - b);
/** So many of one status, and then so many of another. */
const split = (first: number, most: number, second: number, all: number) =>
  Array.from({ length: all }, (_, index) => (index < most ? first : second));
const switching = (active: boolean) => patchBody({ op: 'replace', path: 'active', value: active });

describe('what many ask for at once', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    before(async () => {
      muster = await database.startMuster();
    });

    async function limitTo(tenant: TestTenant, maxUsers: number) {
      const set = await tenant.operator.api('PATCH', `/clients/${tenant.client}`, { maxUsers });
      expect(set.status).to.equal(200);
    }

    const active = async ({ admin }: TestTenant) =>
      (await admin.scim.read(filtered('/Users', 'active eq true'))).totalResults;

    it('a leaver who is added again while he leaves comes back under the old id, or is there already (RFC 7644 §3.3)', async () => {
      const { admin } = await makeTenant(muster);
      const { id } = await admin.scim.create('/Users', userBody('leaver'));
      for (let round = 0; round < 20; round++) {
        const [left, ...added] = await Promise.all([
          admin.scim('DELETE', `/Users/${id}`),
          ...Array.from({ length: 4 }, () => admin.scim('POST', '/Users', userBody('leaver'))),
        ]);
        const again = added.some(({ status }) => status === 201)
          ? added
          : [await admin.scim('POST', '/Users', userBody('leaver'))];
        const created = again.filter(({ status }) => status === 201).map(({ body }) => body.id);
        expect([left.status, ...created]).to.deep.equal([204, id]);
      }
    });

    it('E25 of fifty people who are added at once as many are as there are seats', async () => {
      const tenant = await makeTenant(muster);
      await tenant.admin.scim.create('/Users', userBody('first'));
      await limitTo(tenant, 8);
      const answers = await times(50, (index) => tenant.admin.scim('POST', '/Users', userBody(`person ${index}`)));
      expect(statusesOf(answers)).to.deep.equal(split(201, 7, 409, 50));
      expect(await active(tenant)).to.equal(8);
    });

    it('E25 nor do more come by other ways: switched on, invited, added in a Bulk, or back after they left', async () => {
      const tenant = await makeTenant(muster);
      const { admin } = tenant;
      const asleep = await times(6, (index) =>
        admin.scim.create('/Users', userBody(`asleep ${index}`, { active: false })),
      );
      const gone = await times(6, (index) => admin.scim.create('/Users', userBody(`gone ${index}`)));
      for (const { id } of gone) await admin.scim('DELETE', `/Users/${id}`);
      const { id: project } = await admin.api.create('/collaborations', { name: 'Project' });
      await limitTo(tenant, 4);
      const bulk = (index: number) => ({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        Operations: [{ method: 'POST', path: '/Users', bulkId: 'a', data: userBody(`bulk ${index}`) }],
      });
      await Promise.all([
        ...asleep.map(({ id }) => admin.scim('PATCH', `/Users/${id}`, switching(true))),
        ...gone.map((_, index) => admin.scim('POST', '/Users', userBody(`gone ${index}`))),
        times(6, (index) => admin.scim('POST', '/Bulk', bulk(index))),
        times(6, (index) =>
          admin.api('PUT', `/collaborations/${project}/invitations`, { invites: [`guest${index}@example.com`] }),
        ),
      ]);
      expect(await active(tenant)).to.equal(4);
      const [one] = (await admin.scim.read(filtered('/Users', 'active eq true'))).Resources;
      await admin.scim('PATCH', `/Users/${one?.id}`, switching(false));
      expect((await admin.scim('POST', '/Users', userBody('next'))).status).to.equal(201);
      expect((await admin.scim('POST', '/Users', userBody('too many'))).status).to.equal(409);
    });

    it('D8 two administrators who are removed at once, each by another door, leave one', async () => {
      const doors: readonly ((tenant: TestTenant, index: number, id: string) => Promise<Response<unknown>>)[] = [
        ({ admin }, _index, id) => admin.scim('DELETE', `/Users/${id}`),
        ({ admin }, index) =>
          admin.api('POST', '/userclaims/remove', {
            claimType: 'role',
            claimValue: 'Admin',
            staffUniqueIds: [`s${index}`],
          }),
        ({ admin }, _index, id) => admin.api('PUT', `/users/${id}`, { status: 'INACTIVE' }),
        async ({ admin }, _index, id) =>
          admin.api('DELETE', `/groups/${(await adminGroupOf(admin.scim)).id}/members/${id}`),
        ({ admin, client }, index) =>
          admin.api('DELETE', `/clients/${client}/users/${Buffer.from(`openid:${index}`).toString('base64url')}`),
      ];
      for (const [place, door] of doors.entries()) {
        const tenant = await makeTenant(muster);
        const people = await times(2, (index) =>
          tenant.admin.scim.create(
            '/Users',
            userBody(`admin ${index}`, {
              roles: [{ value: 'ClientAdmin' }],
              [enterpriseUrn]: { employeeNumber: `s${index}` },
              [musterUserUrn]: { openId: `openid:${index}` },
            }),
          ),
        );
        const other = doors[(place + 1) % doors.length] ?? door;
        await Promise.all([door(tenant, 0, people[0]?.id ?? ''), other(tenant, 1, people[1]?.id ?? '')]);
        const filter = filtered('/Users', `${musterUserUrn}:effectiveRoles eq "ClientAdmin"`);
        expect((await tenant.admin.scim.read(filter)).totalResults, `door ${place}`).to.equal(1);
      }
    });

    it('C27 an invitation that is accepted ten times at once is accepted once', async () => {
      const { admin } = await makeTenant(muster);
      const { id } = await admin.api.create('/collaborations', { name: 'Project' });
      const made = await admin.api('PUT', `/collaborations/${id}/invitations`, { invites: ['ada@example.com'] });
      // The answer was held against its schema.
      const [{ code } = { code: '' }] = JSON.parse(made.text) as readonly { readonly code: string }[];
      const answers = await times(10, () => admin.api('POST', '/invitations/accept', { code }));
      expect(statusesOf(answers)).to.deep.equal(split(200, 1, 409, 10));
      expect((await admin.scim.read(`/Groups/${id}`)).members).to.have.length(1);
      const entries = listIn(await admin.api.read(`/audit?targetId=${id}&action=update`), 'entries');
      expect(entries.flatMap((entry) => listOf(memberOf(entry['members'], 'added')))).to.have.length(1);
    });

    it('C22 E4 of invitations of one address, and of groups of one name, that come at once there is one', async () => {
      const { admin } = await makeTenant(muster);
      const { id } = await admin.api.create('/collaborations', { name: 'Project' });
      const invite = { invites: ['ada@example.com'] };
      const invited = await times(6, () => admin.api('PUT', `/collaborations/${id}/invitations`, invite));
      expect(statusesOf(invited)).to.deep.equal(split(201, 1, 409, 6));
      const named = await times(6, (index) =>
        index % 2 === 0
          ? admin.scim('POST', '/Groups', groupBody('Readers'))
          : (admin.api('POST', '/groups', { name: 'READERS' }) as Promise<Response<unknown>>),
      );
      expect(statusesOf(named)).to.deep.equal(split(201, 1, 409, 6));
      expect((await admin.scim.read('/Users')).totalResults).to.equal(1);
    });

    it('B9 B10 a claim that is made ten times at once is made once', async () => {
      const { admin } = await makeTenant(muster);
      await admin.scim.create('/Users', userBody('ada', { [enterpriseUrn]: { employeeNumber: '1' } }));
      const claim = { claimType: 'role', claimValue: 'Admin', staffUniqueIds: ['1'] };
      const answers: readonly Response<ApiBody>[] = await times(10, () => admin.api('POST', '/userclaims', claim));
      const outcomes = answers.map(({ body }) => listIn(body, 'userResults')[0]?.['succeeded']);
      expect(outcomes.filter((succeeded) => succeeded === true)).to.have.length(1);
      expect((await adminGroupOf(admin.scim)).members).to.have.length(1);
    });

    it('A3 of people of one userName, in whatever letter case, who are added at once there is one', async () => {
      const { admin } = await makeTenant(muster);
      const name = randomUUID();
      const answers = await times(10, (index) =>
        admin.scim('POST', '/Users', userBody(index % 2 === 0 ? name : name.toUpperCase())),
      );
      expect(statusesOf(answers)).to.deep.equal(split(201, 1, 409, 10));
    });
  });
});
