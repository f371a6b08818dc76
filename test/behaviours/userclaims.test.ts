import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { apiCallerOf, listIn, type ApiBody, type ApiCaller } from '../support/api.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { granting, license, listOf, memberOf, rolesOf, setStatus } from '../support/roles.js';
import { enterpriseUrn, filtered, musterUserUrn, patchBody, userBody, type ScimBody } from '../support/scim.js';
import { makeTenant, type TestTenant } from '../support/tenants.js';

const profileFields = [
  'id',
  'staffUsi',
  'staffUniqueId',
  'firstName',
  'middleName',
  'lastSurname',
  'location',
  'fullName',
  'isAdmin',
  'username',
];

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

const claim = (staffUniqueIds: unknown, claimValue: unknown = 'Admin') => ({
  claimType: 'role',
  claimValue,
  staffUniqueIds,
});

describe('role claims in batches', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let url: string;
    before(async () => {
      url = await database.url();
      muster = await database.startMuster({ url });
    });

    function addPerson({ admin }: TestTenant, staffId: string, more: object = {}): Promise<ScimBody> {
      return admin.scim.create(
        '/Users',
        userBody(`user-${staffId}`, { [enterpriseUrn]: { employeeNumber: staffId }, ...more }),
      );
    }

    async function claimed(api: ApiCaller, query = '') {
      const { profiles, totalCount, page, ...more } = await api.read(`/userclaims${query}`);
      return { totalCount, page, profiles: listIn({ profiles, ...more }, 'profiles'), more };
    }

    const admins = async (api: ApiCaller) =>
      (await claimed(api, '?role=Admin')).profiles.map((profile) => String(profile['staffUniqueId'])).toSorted();

    async function send(api: ApiCaller, body: object, path = '/userclaims', method = 'POST'): Promise<ApiBody> {
      const answer = await api(method, path, body);
      expect(answer.status, answer.text).to.equal(200);
      return answer.body;
    }

    it('B1 lists the people with a role, each with exactly the fields of a profile', async () => {
      const tenant = await makeTenant(muster);
      const { id } = await addPerson(tenant, '0132398', {
        name: { givenName: 'Patricia', familyName: 'Ramirez' },
        addresses: [{ locality: 'Austin' }, { locality: 'Dallas', primary: true }],
        roles: [{ value: 'ClientAdmin' }],
      });
      await addPerson(tenant, '2');
      const page = await claimed(tenant.admin.api, '?page=1&role=Admin');
      expect(page.more).to.deep.equal({});
      expect(page).to.include({ totalCount: 1, page: 1 });
      const [profile] = page.profiles;
      expect(Object.keys(profile ?? {})).to.deep.equal(profileFields);
      expect(profile?.['staffUsi']).to.be.a('number');
      expect(profile).to.deep.include({
        id,
        staffUniqueId: '0132398',
        firstName: 'Patricia',
        middleName: null,
        lastSurname: 'Ramirez',
        location: 'Dallas',
        fullName: 'Patricia Ramirez',
        isAdmin: true,
        username: 'user-0132398',
      });
      for (const role of ['admin', 'ClientAdmin', 'CLIENTADMIN']) {
        expect((await claimed(tenant.admin.api, `?role=${role}`)).totalCount, role).to.equal(1);
      }
    });

    it('B1 a staffUsi is an integer that stays the person’s over changes, deletion and return', async () => {
      const tenant = await makeTenant(muster);
      const [first, second] = [await addPerson(tenant, '1'), await addPerson(tenant, '2')];
      const usiOf = async (id: string) =>
        (await claimed(tenant.admin.api)).profiles.find((profile) => profile.id === id)?.['staffUsi'];
      const [one, two] = [await usiOf(first.id), await usiOf(second.id)];
      expect(one).to.be.a('number').and.not.to.equal(two);
      await tenant.admin.scim('DELETE', `/Users/${first.id}`);
      const { id } = await addPerson(tenant, '1', { title: 'back' });
      expect([id, await usiOf(id)]).to.deep.equal([first.id, one]);
    });

    it('B2 without parameters, or with an empty role, it lists everybody who has registered, from page 1', async () => {
      const tenant = await makeTenant(muster);
      await addPerson(tenant, '1');
      await addPerson(tenant, '2', { active: false });
      for (const query of ['', '?role=', '?page=1', '?page=1&role=']) {
        expect(await claimed(tenant.admin.api, query), query).to.include({ totalCount: 2, page: 1 });
      }
    });

    it('B3 B4 ten a page by last and first name, without repeats, and totalCount is the total', async () => {
      const tenant = await makeTenant(muster);
      const names = Array.from({ length: 23 }, (_, index) => ({
        familyName: ['Émile', 'adams', 'Baker', 'Zoë'][index % 4],
        ...(index % 5 === 0 ? {} : { givenName: ['ann', 'Ben', 'cho'][index % 3] }),
      }));
      for (const [index, name] of names.entries()) {
        await addPerson(tenant, String(index), index === 22 ? {} : { name });
      }
      const pages = [];
      for (const page of [1, 2, 3]) pages.push(await claimed(tenant.admin.api, `?page=${page}`));
      expect(pages.map(({ profiles }) => profiles.length)).to.deep.equal([10, 10, 3]);
      for (const page of pages) expect(page).to.include({ totalCount: 23 });
      const all = pages.flatMap(({ profiles }) => profiles);
      expect(new Set(all.map(({ id }) => id)).size).to.equal(23);
      const key = (profile: ApiBody) =>
        ['lastSurname', 'firstName'].map((part) => (textOf(profile[part]) ?? '\u{10ffff}').toLowerCase());
      const sorted = all.toSorted((a, b) => {
        const [left, right] = [JSON.stringify([...key(a), a.id]), JSON.stringify([...key(b), b.id])];
        return Buffer.compare(Buffer.from(left), Buffer.from(right));
      });
      expect(all.map(({ id }) => id)).to.deep.equal(sorted.map(({ id }) => id));
    });

    it('B5 a page that is no number from 1 is 400, one behind the last is empty', async () => {
      const tenant = await makeTenant(muster);
      await addPerson(tenant, '1');
      for (const page of ['0', '-1', 'abc', '1.5', '', '1e3', '99999999999']) {
        expect(await tenant.admin.api.status('GET', `/userclaims?page=${page}`), page).to.equal(400);
      }
      expect(await claimed(tenant.admin.api, '?page=99')).to.deep.include({ totalCount: 1, profiles: [], page: 99 });
    });

    it('B6 a role is data', async () => {
      const tenant = await makeTenant(muster);
      await addPerson(tenant, '1');
      const page = await claimed(tenant.admin.api, `?role=${encodeURIComponent("x' OR '1'='1")}`);
      expect(page).to.deep.include({ totalCount: 0, profiles: [], page: 1 });
    });

    it('B7 isAdmin is the role of the administrators and no other; a person with two roles is one', async () => {
      const tenant = await makeTenant(muster);
      await license(tenant, ['Timeshift', 'Insight']);
      await addPerson(tenant, '1', { roles: [{ value: 'Timeshift' }, { value: 'Insight' }] });
      const { profiles } = await claimed(tenant.admin.api);
      expect(profiles.map((profile) => profile['isAdmin'])).to.deep.equal([false]);
      expect((await claimed(tenant.admin.api, '?role=insight')).totalCount).to.equal(1);
      await license(tenant, ['Timeshift']);
      expect((await claimed(tenant.admin.api, '?role=insight')).totalCount).to.equal(0);
    });

    it('B8 a full name has spaces between its parts', async () => {
      const tenant = await makeTenant(muster);
      await addPerson(tenant, '1', { name: { givenName: 'A', middleName: 'B', familyName: 'C' } });
      await addPerson(tenant, '2', { name: { familyName: 'Only' } });
      await addPerson(tenant, '3', { displayName: 'Shown' });
      const { profiles } = await claimed(tenant.admin.api);
      expect(profiles.map((profile) => profile['fullName'])).to.deep.equal(['A B C', 'Only', 'Shown']);
    });

    it('B9 gives a role to people by their staff ids, with results in the order of the request', async () => {
      const tenant = await makeTenant(muster);
      const people = { one: await addPerson(tenant, '0132398'), two: await addPerson(tenant, '1000000017') };
      const body = await send(tenant.admin.api, claim(['1000000017', '0132398']));
      expect(body).to.deep.equal({
        resultMessage: 'Processed 2 records',
        userResults: [
          { userName: 'user-1000000017', succeeded: true, errors: [] },
          { userName: 'user-0132398', succeeded: true, errors: [] },
        ],
        notProcessed: [],
      });
      expect(await admins(tenant.admin.api)).to.deep.equal(['0132398', '1000000017']);
      for (const { id } of Object.values(people)) {
        expect(rolesOf(await tenant.admin.scim.read(`/Users/${id}`))).to.deep.equal(['ClientAdmin']);
      }
    });

    it('B10 a claim that is there already is told and not an error', async () => {
      const tenant = await makeTenant(muster);
      const { id } = await addPerson(tenant, '1');
      await send(tenant.admin.api, claim(['1']));
      const before = await tenant.admin.scim.read(`/Users/${id}`);
      const again = await send(tenant.admin.api, claim(['1', '1']));
      const told = { userName: 'user-1', succeeded: false, message: 'Claim already added' };
      expect(again).to.deep.include({ resultMessage: 'Processed 2 records', userResults: [told, told] });
      expect((await tenant.admin.scim.read(`/Users/${id}`)).meta).to.deep.equal(before.meta);
    });

    it('B11 who is unknown, of another client, deleted or only invited is not processed and not counted', async () => {
      const [tenant, beta] = [await makeTenant(muster), await makeTenant(muster)];
      await addPerson(tenant, 'known');
      await addPerson(beta, 'theirs');
      await tenant.admin.scim('DELETE', `/Users/${(await addPerson(tenant, 'gone')).id}`);
      await setStatus(url, tenant.client, (await addPerson(tenant, 'invited')).id, 'PENDING');
      const ids = ['12345', 'theirs', 'known', 'gone', 'invited'];
      const body = await send(tenant.admin.api, claim(ids));
      expect(body).to.deep.equal({
        resultMessage: 'Processed 1 records',
        userResults: [{ userName: 'user-known', succeeded: true, errors: [] }],
        notProcessed: ['12345', 'theirs', 'gone', 'invited'],
      });
      expect((await claimed(beta.admin.api, '?role=Admin')).totalCount).to.equal(0);
    });

    it('B12 takes a role away, by DELETE with a body or by POST', async () => {
      const tenant = await makeTenant(muster);
      for (const id of ['1', '2', '3']) await addPerson(tenant, id);
      await send(tenant.admin.api, claim(['1', '2', '3']));
      const result = (name: string) => ({ userName: name, succeeded: true, errors: [] });
      const deleted = await send(tenant.admin.api, claim(['1', '12345']), '/userclaims', 'DELETE');
      expect(deleted).to.deep.equal({
        resultMessage: 'Processed 1 records',
        userResults: [result('user-1')],
        notProcessed: ['12345'],
      });
      const posted = await send(tenant.admin.api, claim(['2']), '/userclaims/remove');
      expect(posted).to.deep.include({ userResults: [result('user-2')] });
      const { profiles } = await claimed(tenant.admin.api);
      const shown = profiles.map((profile) => [profile['staffUniqueId'], profile['isAdmin']]);
      expect(Object.fromEntries(shown)).to.deep.equal({ 1: false, 2: false, 3: true });
    });

    it('B13 who does not have the claim is told so, and counted', async () => {
      const tenant = await makeTenant(muster);
      await addPerson(tenant, '1');
      const told = { userName: 'user-1', succeeded: false, message: 'Claim not found to remove' };
      for (const [method, path] of [
        ['DELETE', '/userclaims'],
        ['POST', '/userclaims/remove'],
      ] as const) {
        const body = await send(tenant.admin.api, claim(['1']), path, method);
        expect(body).to.deep.include({ resultMessage: 'Processed 1 records', userResults: [told] });
      }
    });

    it('B14 a list that is empty, null or absent is no error', async () => {
      const tenant = await makeTenant(muster);
      const empty = { resultMessage: 'Processed 0 records', userResults: [], notProcessed: [] };
      for (const body of [claim([]), claim(null), { claimType: 'role', claimValue: 'Admin' }]) {
        expect(await send(tenant.admin.api, body)).to.deep.equal(empty);
        expect(await send(tenant.admin.api, body, '/userclaims', 'DELETE')).to.deep.equal(empty);
      }
    });

    it('B15 what is not meant so is 400 before anything is written', async () => {
      const tenant = await makeTenant(muster);
      await addPerson(tenant, '1');
      const many = Array.from({ length: 1_001 }, (_, index) => String(index));
      const wrong = [
        { ...claim(['1']), claimType: 'group' },
        claim(['1'], ''),
        claim(['1'], ' '),
        claim(['1'], 7),
        claim('1'),
        claim(['1', 2]),
        claim(many),
        { claimValue: 'Admin', staffUniqueIds: ['1'] },
        [],
      ];
      for (const [method, path] of [
        ['POST', '/userclaims'],
        ['DELETE', '/userclaims'],
        ['POST', '/userclaims/remove'],
      ] as const) {
        for (const body of wrong) {
          const answer = await tenant.admin.api(method, path, body);
          expect(answer.status, `${method} ${JSON.stringify(body).slice(0, 80)}`).to.equal(400);
        }
        expect(await tenant.admin.api.status(method, path)).to.equal(400);
      }
      expect(await admins(tenant.admin.api)).to.deep.equal([]);
      const thousand = await send(tenant.admin.api, claim(many.slice(0, 1_000)));
      expect(thousand).to.include({ resultMessage: 'Processed 1 records' });
    });

    it('B16 a role that the client has not licensed is 400, and nothing changes', async () => {
      const tenant = await makeTenant(muster);
      await license(tenant, [{ value: 'Insight', seats: 2 }]);
      const people = [];
      for (const id of ['1', '2', '3']) people.push(await addPerson(tenant, id));
      for (const role of ['Timeshift', 'PlatformAdmin', 'Nonsense']) {
        const answer = await tenant.admin.api('POST', '/userclaims', claim(['1'], role));
        expect([answer.status, answer.body.detail.includes(role)], role).to.deep.equal([400, true]);
      }
      expect(rolesOf(await tenant.admin.scim.read(`/Users/${people[0]?.id}`))).to.deep.equal([]);
      const body = await send(tenant.admin.api, claim(['1', '2', '3'], 'insight'));
      expect(listOf(body['userResults']).map((result) => memberOf(result, 'message'))).to.deep.equal([
        undefined,
        undefined,
        'No seat left',
      ]);
    });

    it('B17 only administrators: 401 with a challenge, 403 for a person who is none', async () => {
      const tenant = await makeTenant(muster);
      const { id } = await addPerson(tenant, '1');
      const me = await tenant.personal(id);
      const attempts = [
        ['GET', '/userclaims', undefined],
        ['POST', '/userclaims', claim(['1'])],
        ['DELETE', '/userclaims', claim(['1'])],
        ['POST', '/userclaims/remove', claim(['1'])],
      ] as const;
      for (const [method, path, body] of attempts) {
        const nobody = await apiCallerOf(muster)(method, path, body);
        expect(nobody.status, `${method} ${path}`).to.equal(401);
        expect(nobody.headers['www-authenticate']).to.match(/^Bearer/);
        expect(await me.api.status(method, path, body), `${method} ${path}`).to.equal(403);
      }
      await tenant.admin.scim('PATCH', `/Users/${id}`, granting('ClientAdmin'));
      expect((await claimed(me.api)).totalCount).to.equal(1);
    });

    it('B18 a token for units reaches its own people, and the others are as if unknown', async () => {
      const tenant = await makeTenant(muster);
      await license(tenant, ['Insight']);
      const unit = (name: string) => ({ [musterUserUrn]: { units: [name] } });
      await addPerson(tenant, 'own', unit('Support'));
      await addPerson(tenant, 'theirs', unit('Research'));
      await addPerson(tenant, 'none');
      const { api } = tenant.supportToken;
      const answer = await api('POST', '/userclaims', claim(['theirs', 'own', 'none', randomUUID()], 'Insight'));
      expect(answer.text).not.to.contain('user-theirs').and.not.to.contain('user-none');
      expect(listOf(answer.body['userResults'])).to.have.length(1);
      expect(answer.body['notProcessed']).to.include.members(['theirs', 'none']);
      expect((await claimed(api)).profiles.map((profile) => profile['staffUniqueId'])).to.deep.equal(['own']);
      const beyond = await send(api, claim(['theirs']));
      expect(beyond).to.deep.include({ resultMessage: 'Processed 0 records', notProcessed: ['theirs'] });
      expect(await api.status('POST', '/userclaims', claim(['own']))).to.equal(403);
      expect(await admins(tenant.admin.api)).to.deep.equal([]);
    });

    it('B19 the same is said in SCIM: roles by PATCH or Bulk, and the claims show it', async () => {
      const tenant = await makeTenant(muster);
      const [one, two] = [await addPerson(tenant, '1'), await addPerson(tenant, '2')];
      const answer = await tenant.admin.scim('PATCH', `/Users/${one.id}`, granting('ClientAdmin'));
      expect(answer.status).to.equal(200);
      expect(await admins(tenant.admin.api)).to.deep.equal(['1']);
      await tenant.admin.scim('POST', '/Bulk', {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        Operations: [{ method: 'PATCH', path: `/Users/${two.id}`, data: granting('ClientAdmin') }],
      });
      expect(await admins(tenant.admin.api)).to.deep.equal(['1', '2']);
    });

    it('B21 the last active administrator keeps the role: told per person, 409 in SCIM', async () => {
      const tenant = await makeTenant(muster);
      const { id } = await addPerson(tenant, '1');
      await send(tenant.admin.api, claim(['1']));
      const told = { userName: 'user-1', succeeded: false, message: 'Last administrator' };
      const body = await send(tenant.admin.api, claim(['1']), '/userclaims', 'DELETE');
      expect(body).to.deep.include({ userResults: [told], resultMessage: 'Processed 1 records' });
      const removed = patchBody({ op: 'remove', path: 'roles' });
      expect((await tenant.admin.scim('PATCH', `/Users/${id}`, removed)).status).to.equal(409);
      expect(await admins(tenant.admin.api)).to.deep.equal(['1']);
      await addPerson(tenant, '2');
      await send(tenant.admin.api, claim(['2']));
      const both = await send(tenant.admin.api, claim(['1', '2']), '/userclaims', 'DELETE');
      expect(listOf(both['userResults']).map((result) => memberOf(result, 'succeeded'))).to.deep.equal([true, false]);
      expect(await admins(tenant.admin.api)).to.deep.equal(['2']);
    });

    it('B22 who was only invited has not registered', async () => {
      const tenant = await makeTenant(muster);
      await addPerson(tenant, '1');
      const { id } = await addPerson(tenant, '2');
      await setStatus(url, tenant.client, id, 'PENDING');
      const pending = await tenant.admin.scim.read(filtered('/Users', `${musterUserUrn}:accountStatus eq "PENDING"`));
      expect(pending.Resources.map((user) => user.id)).to.deep.equal([id]);
      expect(memberOf(pending.Resources[0]?.[musterUserUrn], 'accountStatus')).to.equal('PENDING');
      const { profiles, ...page } = await claimed(tenant.admin.api);
      expect(page).to.include({ totalCount: 1 });
      expect(profiles.map((profile) => profile['staffUniqueId'])).to.deep.equal(['1']);
    });
  });
});
