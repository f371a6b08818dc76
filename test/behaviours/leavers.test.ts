import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { readConfig } from '../../src/config.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import {
  callerOf,
  enterpriseUrn,
  filtered,
  groupBody,
  musterGroupUrn,
  musterUserUrn,
  patchBody,
  userBody,
} from '../support/scim.js';

const password = 'correct-horse-7';
const newPassword = 'battery-staple-8';

async function clientOf(muster: Muster) {
  const client = await muster.createClient(`client ${randomUUID()}`);
  await muster.license(client, 'Scheduler', 'Planner');
  const { token } = await muster.createToken({ client });
  return { client, call: callerOf(muster, token) };
}

describe('leavers and returners', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let url: string;
    before(async () => {
      url = await database.url();
      muster = await database.startMuster({ url });
    });

    async function operator() {
      return callerOf(muster, (await muster.createToken({})).token);
    }

    async function personal(client: string, user: string) {
      return callerOf(muster, (await muster.createToken({ client, user })).token);
    }

    async function changePassword(client: string, user: string, oldPassword: string, next: string) {
      const me = await personal(client, user);
      return me('POST', `${muster.apiUrl}/users/self/update-password`, { oldPassword, newPassword: next });
    }

    it('A1 a client token manages its own client alone', async () => {
      const acme = await clientOf(muster);
      const beta = await clientOf(muster);
      await acme.call.create('/Users', userBody('ada'));
      await acme.call.create('/Users', userBody('grace'));
      const theirs = await beta.call.create('/Users', userBody('ada'));
      const page = await acme.call.read('/Users');
      expect(page.totalResults).to.equal(2);
      const clients = page.Resources.map((user) => user[musterUserUrn]);
      for (const extension of clients) expect(extension).to.include({ clientId: acme.client });
      expect((await acme.call('GET', `/Users/${theirs.id}`)).status).to.equal(404);
    });

    it('A2 creating answers 201 with Location = meta.location, active, without the password (RFC 7644 §3.3)', async () => {
      const { call } = await clientOf(muster);
      const body = userBody('ada', {
        name: { givenName: 'Ada', familyName: 'Lovelace' },
        emails: [{ value: 'ada@acme.example', type: 'work' }],
        phoneNumbers: [{ value: '+44 1', type: 'work' }],
        password,
      });
      const answer = await call('POST', '/Users', body);
      expect(answer.status).to.equal(201);
      expect(answer.headers['location']).to.equal(answer.body.meta.location);
      expect(answer.body.meta.location).to.equal(`${muster.baseUrl}/Users/${answer.body.id}`);
      expect(answer.body).to.deep.include({ active: true, userName: 'ada' });
      expect(answer.body).not.to.have.property('password');
      expect(answer.text).not.to.contain(password);
      const again = await call.read(`/Users/${answer.body.id}`);
      expect(again).to.deep.equal(answer.body);
    });

    it('A3 the same userName in another letter case is 409 uniqueness, and free for another client', async () => {
      const acme = await clientOf(muster);
      const beta = await clientOf(muster);
      await acme.call.create('/Users', userBody('ada@acme.example'));
      const answer = await acme.call('POST', '/Users', userBody('ADA@Acme.example'));
      expect([answer.status, answer.body.scimType]).to.deep.equal([409, 'uniqueness']);
      expect((await beta.call('POST', '/Users', userBody('ADA@Acme.example'))).status).to.equal(201);
    });

    it('A4 a PATCH in the style of Okta changes phone, email and names, and GET shows it', async () => {
      const { call } = await clientOf(muster);
      const { id } = await call.create('/Users', userBody('ada', { emails: [{ value: 'old@acme.example' }] }));
      const changes = {
        phoneNumbers: [{ value: '+44 2', type: 'work' }],
        emails: [{ value: 'new@acme.example', type: 'work', primary: true }],
        name: { givenName: 'Ada', familyName: 'King' },
      };
      const answer = await call('PATCH', `/Users/${id}`, patchBody({ op: 'replace', value: changes }));
      expect(answer.status).to.equal(200);
      expect(await call.read(`/Users/${id}`)).to.deep.include(changes);
    });

    it('A4 a PUT changes phone, email and names, and GET shows it', async () => {
      const { call } = await clientOf(muster);
      const { id } = await call.create('/Users', userBody('ada', { emails: [{ value: 'old@acme.example' }] }));
      const changes = { name: { givenName: 'Ada', familyName: 'King' }, phoneNumbers: [{ value: '+44 2' }] };
      expect((await call('PUT', `/Users/${id}`, userBody('ada', changes))).status).to.equal(200);
      const user = await call.read(`/Users/${id}`);
      expect(user).to.deep.include(changes);
      expect(user).not.to.have.property('emails');
    });

    it('A5 a PATCH of userName keeps the id, and the old name finds nobody', async () => {
      const { call } = await clientOf(muster);
      const { id } = await call.create('/Users', userBody('ada'));
      const answer = await call(
        'PATCH',
        `/Users/${id}`,
        patchBody({ op: 'replace', path: 'userName', value: 'ada.king' }),
      );
      expect([answer.status, answer.body.id]).to.deep.equal([200, id]);
      expect((await call.read(filtered('/Users', 'userName eq "ada"'))).totalResults).to.equal(0);
      const found = await call.read(filtered('/Users', 'userName eq "Ada.King"'));
      expect(found.Resources.map((user) => user.id)).to.deep.equal([id]);
    });

    it('A6 a password is set, never shown nor logged, and the old one no longer holds', async () => {
      const { client, call } = await clientOf(muster);
      const { id } = await call.create('/Users', userBody('ada', { password }));
      const patch = patchBody({ op: 'replace', path: 'password', value: newPassword });
      const answer = await call('PATCH', `/Users/${id}`, patch);
      expect(answer.status).to.equal(200);
      const page = await call('GET', '/Users');
      for (const text of [answer.text, page.text]) {
        expect(text).not.to.contain(newPassword).and.not.to.contain('"password"');
      }
      const log = await changesOf(url, client);
      expect(log).to.contain('password').and.not.to.contain(newPassword).and.not.to.contain('argon2');
      expect((await changePassword(client, id, password, 'another-one-99')).status).to.equal(400);
      expect((await changePassword(client, id, newPassword, 'another-one-99')).status).to.equal(200);
    });

    for (const [what, weak] of [
      ['short', 'a1b2c3'],
      ['monotonous', 'aaaaaaaaaaaa'],
      ['made of the userName', 'xx-ada.lovelace-xx'],
    ] as const) {
      it(`A6 a password that is ${what} is 400 invalidValue in POST, PUT and PATCH, and nothing changes`, async () => {
        const { call } = await clientOf(muster);
        const { id, meta } = await call.create('/Users', userBody('ada.lovelace', { password }));
        const requests = [
          ['POST', '/Users', userBody('ada.lovelace', { password: weak })],
          ['PUT', `/Users/${id}`, userBody('ada.lovelace', { password: weak, title: 'Countess' })],
          ['PATCH', `/Users/${id}`, patchBody({ op: 'replace', value: { password: weak, title: 'Countess' } })],
        ] as const;
        for (const [method, path, body] of requests) {
          const answer = await call(method, path, body);
          expect([answer.status, answer.body.scimType], method).to.deep.equal([400, 'invalidValue']);
          expect(answer.text).not.to.contain(weak);
        }
        const user = await call.read(`/Users/${id}`);
        expect(user).not.to.have.property('title');
        expect(user.meta.version).to.equal(meta.version);
      });
    }

    for (const [how, given] of [
      ['without password', {}],
      ['with a blank password', { password: '' }],
    ] as const) {
      it(`A7 a PUT ${how} leaves the old password valid`, async () => {
        const { client, call } = await clientOf(muster);
        const { id } = await call.create('/Users', userBody('ada', { password }));
        const answer = await call('PUT', `/Users/${id}`, userBody('ada', { title: 'Countess', ...given }));
        expect(answer.status).to.equal(200);
        expect((await changePassword(client, id, password, newPassword)).status).to.equal(200);
      });
    }

    it('A8 a DELETE is 204, then 404 everywhere, and the row stays for the operator (RFC 7644 §3.6)', async () => {
      const { client, call } = await clientOf(muster);
      const { id } = await call.create('/Users', userBody('ada', { externalId: 'x1' }));
      const operatorCall = await operator();
      const removed = await call('DELETE', `/Users/${id}`);
      expect([removed.status, removed.text]).to.deep.equal([204, '']);
      const kept = await operatorCall('GET', `${muster.apiUrl}/users/${id}?includeDeleted=true`, undefined, {
        'X-Muster-Client': client,
      });
      expect(kept.status).to.equal(200);
      const unasked = await operatorCall('GET', `${muster.apiUrl}/users/${id}`, undefined, {
        'X-Muster-Client': client,
      });
      expect(unasked.status).to.equal(404);
      expect(kept.body).to.include({ id, active: false, userName: 'ada' });
      expect(kept.body['deletedAt']).to.match(/^\d{4}-\d\d-\d\dT.*Z$/);
      expect((await call('GET', `/Users/${id}`)).status).to.equal(404);
      expect((await call('DELETE', `/Users/${id}`)).status).to.equal(404);
      expect((await call('PUT', `/Users/${id}`, userBody('ada'))).status).to.equal(404);
      expect((await call('GET', `${muster.apiUrl}/users/${id}?includeDeleted=true`)).status).to.equal(404);
      for (const path of [
        '/Users',
        filtered('/Users', 'userName eq "ada"'),
        filtered('/Users', 'externalId eq "x1"'),
      ]) {
        expect((await call.read(path)).totalResults, path).to.equal(0);
      }
    });

    it('A9 a deactivated person is read, listed and found by active eq false', async () => {
      const { call } = await clientOf(muster);
      const { id } = await call.create('/Users', userBody('ada'));
      await call.create('/Users', userBody('grace'));
      const before = (await call.read('/Users')).totalResults;
      const answer = await call('PATCH', `/Users/${id}`, patchBody({ op: 'replace', path: 'active', value: false }));
      expect([answer.status, answer.body['active']]).to.deep.equal([200, false]);
      expect(await call.read(`/Users/${id}`)).to.include({ id, active: false });
      const found = await call.read(filtered('/Users', 'active eq false'));
      expect(found.Resources.map((user) => user.id)).to.deep.equal([id]);
      expect((await call.read('/Users')).totalResults).to.equal(before);
    });

    it('A9 taking `active` away from a leaver brings nobody back (RFC 7644 §3.5.2.2)', async () => {
      const { call } = await clientOf(muster);
      const { id } = await call.create('/Users', userBody('ada', { active: false }));
      const removed = await call('PATCH', `/Users/${id}`, patchBody({ op: 'remove', path: 'active' }));
      expect(removed.status).to.equal(200);
      expect(await call.read(`/Users/${id}`)).to.include({ active: false });
    });

    it('A10 a person who is switched on again has the same id, roles and groups', async () => {
      const { call } = await clientOf(muster);
      const { id } = await call.create('/Users', userBody('ada', { roles: [{ value: 'Scheduler' }] }));
      await call.create('/Groups', groupBody('Nurses', { members: [{ value: id }] }));
      const before = await call.read(`/Users/${id}`);
      await call('PATCH', `/Users/${id}`, patchBody({ op: 'replace', value: { active: false } }));
      const answer = await call('PATCH', `/Users/${id}`, patchBody({ op: 'replace', value: { active: true } }));
      expect(answer.status).to.equal(200);
      const { meta: _before, ...person } = before;
      const { meta: _after, ...again } = answer.body;
      expect(again).to.deep.equal(person);
      expect(again).to.have.nested.property('groups[0].display', 'Nurses');
    });

    it('A11 a POST after DELETE is 201 with the old id, active, with the roles and groups of the new body alone', async () => {
      const { call } = await clientOf(muster);
      const old = await call.create(
        '/Users',
        userBody('ada', { title: 'Countess', roles: [{ value: 'Scheduler' }], externalId: 'x1' }),
      );
      const group = await call.create('/Groups', groupBody('Nurses', { members: [{ value: old.id }] }));
      await call('DELETE', `/Users/${old.id}`);
      const answer = await call('POST', '/Users', userBody('ADA', { roles: [{ value: 'Planner' }] }));
      expect([answer.status, answer.body.id]).to.deep.equal([201, old.id]);
      expect(answer.headers['location']).to.equal(old.meta.location);
      expect(answer.body).to.deep.include({ active: true, userName: 'ADA', roles: [{ value: 'Planner' }] });
      for (const gone of ['title', 'externalId', 'groups']) expect(answer.body).not.to.have.property(gone);
      expect(await call.read(`/Groups/${group.id}`)).not.to.have.property('members');
      expect(await call.read(`/Users/${old.id}`)).to.deep.equal(answer.body);
      expect((await call.read(filtered('/Users', 'title pr'))).totalResults).to.equal(0);
    });

    it('A11 the version keeps growing over DELETE and the return (RFC 7644 §3.14)', async () => {
      const { call } = await clientOf(muster);
      const { id } = await call.create('/Users', userBody('ada'));
      const answer = await call('PATCH', `/Users/${id}`, patchBody({ op: 'add', path: 'title', value: 'Countess' }));
      const before = versionOf(answer.body.meta.version);
      await call('DELETE', `/Users/${id}`);
      const returned = await call.create('/Users', userBody('ada'));
      expect(versionOf(returned.meta.version)).to.be.above(before + 1);
      expect((await call('PUT', `/Users/${id}`, userBody('ada'), { 'If-Match': `W/"${before}"` })).status).to.equal(
        412,
      );
    });

    it('A11 the password of a leaver does not come back with the person', async () => {
      const { client, call } = await clientOf(muster);
      const { id } = await call.create('/Users', userBody('ada', { password }));
      await call('DELETE', `/Users/${id}`);
      await call.create('/Users', userBody('ada'));
      expect((await changePassword(client, id, password, newPassword)).status).to.equal(400);
    });

    it('A11 a POST of a userName that is merely inactive is 409 uniqueness, and the person stays inactive', async () => {
      const { call } = await clientOf(muster);
      const { id } = await call.create('/Users', userBody('ada'));
      await call('PATCH', `/Users/${id}`, patchBody({ op: 'replace', value: { active: false } }));
      const answer = await call('POST', '/Users', userBody('Ada'));
      expect([answer.status, answer.body.scimType]).to.deep.equal([409, 'uniqueness']);
      expect((await call.read(`/Users/${id}`))['active']).to.equal(false);
    });

    it('A11 the unique values of a leaver are free for others, and what returns must find them free', async () => {
      const { call } = await clientOf(muster);
      const staffId = { [enterpriseUrn]: { employeeNumber: '4711' } };
      const { id } = await call.create('/Users', userBody('ada', staffId));
      await call('DELETE', `/Users/${id}`);
      await call.create('/Users', userBody('grace', staffId));
      const answer = await call('POST', '/Users', userBody('ada', staffId));
      expect([answer.status, answer.body.scimType]).to.deep.equal([409, 'uniqueness']);
      expect((await call('POST', '/Users', userBody('ada'))).body.id).to.equal(id);
    });

    it('A9 a PUT without active and password leaves both as they are', async () => {
      const { client, call } = await clientOf(muster);
      const { id } = await call.create('/Users', userBody('ada', { password }));
      await call('PATCH', `/Users/${id}`, patchBody({ op: 'replace', value: { active: false } }));
      const answer = await call('PUT', `/Users/${id}`, userBody('ada', { title: 'Countess' }));
      expect([answer.status, answer.body['active']]).to.deep.equal([200, false]);
      await call('PATCH', `/Users/${id}`, patchBody({ op: 'replace', value: { active: true } }));
      expect((await changePassword(client, id, password, newPassword)).status).to.equal(200);
    });

    it('A17 a person cannot be moved to another client: PATCH is 400 mutability, POST takes the client of the token', async () => {
      const { client, call } = await clientOf(muster);
      const beta = await clientOf(muster);
      const { id } = await call.create('/Users', userBody('ada'));
      const operations = [
        { op: 'replace', path: `${musterUserUrn}:clientId`, value: beta.client },
        { op: 'add', value: { [musterUserUrn]: { clientId: beta.client } } },
        { op: 'replace', value: { [`${musterUserUrn}:clientId`]: beta.client } },
        { op: 'remove', path: `${musterUserUrn}:clientId` },
      ];
      for (const operation of operations) {
        const answer = await call('PATCH', `/Users/${id}`, patchBody(operation));
        expect([answer.status, answer.body.scimType], JSON.stringify(operation)).to.deep.equal([400, 'mutability']);
      }
      for (const named of ['BETA', beta.client]) {
        const body = userBody(`grace ${named}`, { [musterUserUrn]: { clientId: named } });
        const created = await call.create('/Users', body);
        expect(created[musterUserUrn]).to.include({ clientId: client });
      }
      expect((await beta.call.read('/Users')).totalResults).to.equal(0);
    });

    it('A18 a client that is switched off locks everything at once, and on again all is as before', async () => {
      const { client, call } = await clientOf(muster);
      const { id } = await call.create('/Users', userBody('ada'));
      const unit = await muster.createUnit(client, 'Support');
      const callers = [
        call,
        callerOf(muster, (await muster.createToken({ client, units: [unit] })).token),
        await personal(client, id),
      ];
      const operatorCall = await operator();
      const switchTo = async (active: boolean) => {
        const answer = await operatorCall('PATCH', `${muster.apiUrl}/clients/${client}`, { active });
        expect([answer.status, answer.body['active']]).to.deep.equal([200, active]);
      };
      await switchTo(false);
      for (const each of callers) {
        for (const [method, path, body] of [
          ['GET', '/Users'],
          ['GET', `/Users/${id}`],
          ['GET', '/ServiceProviderConfig'],
          ['POST', '/Users', userBody('grace')],
          ['PUT', `/Users/${id}`, userBody('ada')],
          ['PATCH', `/Users/${id}`, patchBody({ op: 'add', path: 'title', value: 'x' })],
          ['DELETE', `/Users/${id}`],
          ['GET', '/Groups'],
          ['GET', `${muster.apiUrl}/users/${id}`],
        ] as const) {
          expect((await each(method, path, body)).status, `${method} ${path}`).to.equal(401);
        }
      }
      await switchTo(true);
      expect((await call('GET', `/Users/${id}`)).status).to.equal(200);
      expect((await call.read('/Users')).totalResults).to.equal(1);
    });

    it('A19 a deactivated person has no effective roles and permissions, and the personal token is refused from then on', async () => {
      const { client, call } = await clientOf(muster);
      const { id } = await call.create('/Users', userBody('ada', { roles: [{ value: 'Scheduler' }] }));
      const may = { [musterGroupUrn]: { wildcards: ['VIEW_TAGS'] } };
      const group = await call.create('/Groups', groupBody('Viewers', { ...may, members: [{ value: id }] }));
      const permissions = async () =>
        (await call('GET', `${muster.apiUrl}/users/${id}/effective-permissions`)).body as unknown;
      expect(await permissions()).to.deep.equal({ wildcards: ['VIEW_TAGS'], objects: [] });
      const me = await personal(client, id);
      expect((await me('GET', '/Me')).body[musterUserUrn]).to.deep.include({ effectiveRoles: ['Scheduler'] });
      const answer = await call('PATCH', `/Users/${id}`, patchBody({ op: 'replace', value: { active: false } }));
      expect(answer.body[musterUserUrn]).to.deep.include({ effectiveRoles: [] });
      expect(answer.body).to.have.nested.property('roles[0].value', 'Scheduler');
      expect(await permissions()).to.deep.equal({ wildcards: [], objects: [] });
      expect((await call.read(`/Groups/${group.id}`)).members).to.have.length(1);
      expect((await me('GET', '/Me')).status).to.equal(401);
      await call('PATCH', `/Users/${id}`, patchBody({ op: 'replace', value: { active: true } }));
      expect((await me('GET', '/Me')).status, 'revoked, not asleep').to.equal(401);
      expect((await call.read(`/Users/${id}`))[musterUserUrn]).to.deep.include({ effectiveRoles: ['Scheduler'] });
    });

    for (const how of ['PUT', 'DELETE'] as const) {
      it(`A19 a ${how} that ends a person's activity stops the personal token at once`, async () => {
        const { client, call } = await clientOf(muster);
        const { id } = await call.create('/Users', userBody('ada'));
        const me = await personal(client, id);
        expect((await me('GET', '/Me')).status).to.equal(200);
        await call(how, `/Users/${id}`, how === 'PUT' ? userBody('ada', { active: false }) : undefined);
        expect((await me('GET', '/Me')).status).to.equal(401);
        if (how === 'DELETE') await call.create('/Users', userBody('ada'));
        expect((await me('GET', '/Me')).status).to.equal(401);
      });
    }
  });
});

function versionOf(tag: string): number {
  return Number(/^W\/"(\d+)"$/.exec(tag)?.[1]);
}

/** All that the change log holds of a client, as text. */
async function changesOf(url: string, clientId: string): Promise<string> {
  const database = await openDatabase(readConfig({ DATABASE_URL: url }).database);
  try {
    return JSON.stringify(await database.reader.all('select * from changes where client_id = ?', [clientId]));
  } finally {
    await database.close();
  }
}
