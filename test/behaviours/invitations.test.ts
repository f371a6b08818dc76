import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import {
  collaborationWorld,
  expectStatus,
  future,
  insideBody,
  past,
  type ApiBody,
  type CollaborationWorld,
  type Holder,
} from '../support/collaboration-world.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { filtered, musterUserUrn, patchBody, userBody } from '../support/scim.js';

const dayMs = 86_400_000;
const someone = () => `${randomUUID()}@example.com`;

describe('invitations', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let acme: CollaborationWorld;
    let beta: CollaborationWorld;
    before(async () => {
      muster = await database.startMuster();
      acme = await collaborationWorld(muster, 'Acme');
      beta = await collaborationWorld(muster, 'Beta');
    });

    const listOf = (body: ApiBody) => body as unknown as readonly ApiBody[];

    async function invite(collaboration: string, more: object = {}, by: Holder = acme.support): Promise<ApiBody> {
      const body = { invites: [someone()], ...more };
      const [first] = listOf(
        expectStatus(201, await by.api('PUT', `/collaborations/${collaboration}/invitations`, body)),
      );
      if (first === undefined) throw new Error('nobody was invited');
      return first;
    }

    const accept = (code: string, more: object = {}, by: Holder = acme.support) =>
      by.api('POST', '/invitations/accept', { code, ...more });

    async function accountOf(email: string) {
      const page = await acme.admin.scim.read(filtered('/Users', `userName eq "${email}"`));
      return page.Resources[0];
    }

    it('C22 several people are invited at once, all of them or none', async () => {
      const one = await acme.collaboration();
      const inside = await acme.admin.scim.create('/Groups', insideBody(one.id, randomUUID(), { shortName: 'grp' }));
      const path = `/collaborations/${one.id}/invitations`;
      const invites = ['a@x', `B-${someone()}`];
      const body = { invites, intendedRole: 'admin', groups: [inside.id], expiresAt: future };
      const made = listOf(expectStatus(201, await acme.support.api('PUT', path, body)));
      expect(made.map(({ email }) => email)).to.deep.equal(invites);
      for (const each of made) {
        expect(each).to.deep.include({ intendedRole: 'admin', status: 'open', expiresAt: future, groups: [inside.id] });
        expect(each.code).to.match(/^invite_[\w-]{43}$/);
      }
      const named = await invite(one.id, { groups: ['grp'] });
      expect(named.groups).to.deep.equal([inside.id]);
      expect(Date.parse(named.expiresAt)).to.be.within(Date.now() + 14 * dayMs, Date.now() + 16 * dayMs);
      const open = async () => listOf(expectStatus(200, await acme.support.api('GET', path))).length;
      expect(await open()).to.equal(3);
      const fresh = someone();
      const again = await acme.support.api('PUT', path, { invites: [fresh, 'A@X'] });
      expect(again.status).to.equal(409);
      expect(again.body.detail).to.contain('A@X');
      const wrong: readonly (readonly [object, string])[] = [
        [{ invites: [] }, 'invites'],
        [{ invites: 'a@x' }, 'invites'],
        [{ invites: ['nobody'] }, 'nobody'],
        [{ invites: [fresh, 'no one@x'] }, 'no one@x'],
        [{ invites: [fresh, fresh.toUpperCase()] }, fresh.toUpperCase()],
        [{ invites: [fresh], groups: [randomUUID()] }, 'groups'],
        [{ invites: [fresh], intendedRole: 'owner' }, 'intendedRole'],
        [{ invites: [fresh], expiresAt: 'soon' }, 'expiresAt'],
        [{}, 'invites'],
      ];
      for (const [bad, word] of wrong) {
        const answer = await acme.support.api('PUT', path, bad);
        expect([answer.status, answer.body.detail.includes(word)], word).to.deep.equal([400, true]);
      }
      expect(await open()).to.equal(3);
      expect(await accountOf(fresh)).to.equal(undefined);
      expect((await acme.research.api('PUT', path, { invites: [fresh] })).status).to.equal(403);
    });

    it('C23 the list holds open invitations alone, without their codes', async () => {
      const one = await acme.collaboration();
      const path = `/collaborations/${one.id}/invitations`;
      const open = await invite(one.id);
      await invite(one.id, { expiresAt: past });
      const accepted = await invite(one.id);
      expectStatus(200, await accept(accepted.code));
      const declined = await invite(one.id);
      await acme.support.api('POST', '/invitations/decline', { code: declined.code });
      const answer = await acme.support.api('GET', path);
      expect(listOf(answer.body).map(({ id }) => id)).to.deep.equal([open.id]);
      expect(answer.text).not.to.contain('code').and.not.to.contain('invite_');
      expect((await acme.research.api('GET', path)).status).to.equal(403);
      expect((await beta.admin.api('GET', path)).status).to.equal(404);
    });

    it('C24 an invitation is reached through its collaboration, and once accepted says by whom', async () => {
      const one = await acme.collaboration();
      const made = await invite(one.id);
      const path = `/invitations/${made.id}`;
      const read = expectStatus(200, await acme.support.api('GET', path));
      expect(read).to.deep.include({ id: made.id, status: 'open', user: null });
      expect((await acme.research.api('GET', path)).status).to.equal(403);
      for (const id of [made.id, randomUUID(), 'nonsense']) {
        expect((await beta.admin.api('GET', `/invitations/${id}`)).status).to.equal(404);
      }
      expectStatus(200, await accept(made.code));
      const { id } = (await accountOf(made.email)) ?? { id: '' };
      const user = { id, userName: made.email, active: true };
      expect(expectStatus(200, await acme.support.api('GET', path))).to.deep.include({ status: 'accepted', user });
      await acme.admin.scim('PATCH', `/Users/${id}`, patchBody({ op: 'replace', path: 'active', value: false }));
      expect(expectStatus(200, await acme.support.api('GET', path))['user']).to.deep.equal({ ...user, active: false });
    });

    it('C25 an invitation is deleted by whom its collaboration is open to, and with it who was invited only', async () => {
      const one = await acme.collaboration();
      const made = await invite(one.id);
      const path = `/invitations/${made.id}`;
      expect((await accountOf(made.email))?.[musterUserUrn]).to.deep.include({ accountStatus: 'PENDING' });
      expect((await acme.research.api('DELETE', path)).status).to.equal(403);
      expect((await acme.support.api('GET', path)).status).to.equal(200);
      expect((await acme.support.api('DELETE', path)).status).to.equal(204);
      expect((await acme.support.api('GET', path)).status).to.equal(404);
      expect((await acme.support.api('DELETE', path)).status).to.equal(404);
      expect((await accept(made.code)).status).to.equal(404);
      expect(await accountOf(made.email)).to.equal(undefined);
    });

    it('C26 sending again gives a new code and at least 14 days', async () => {
      const one = await acme.collaboration();
      const made = await invite(one.id, { expiresAt: past });
      expect(made.status).to.equal('expired');
      const again = expectStatus(200, await acme.support.api('POST', `/invitations/${made.id}/resend`));
      expect(again.status).to.equal('open');
      expect(Date.parse(again.expiresAt)).to.be.at.least(Date.now() + 14 * dayMs - 60_000);
      expect((await accept(made.code)).status).to.equal(404);
      expect((await acme.research.api('POST', `/invitations/${made.id}/resend`)).status).to.equal(403);
      expectStatus(200, await accept(again.code));
      expect((await acme.support.api('POST', `/invitations/${made.id}/resend`)).status).to.equal(409);
      const ended = await invite(one.id, { invites: ['twice@x'], expiresAt: past });
      await invite(one.id, { invites: ['twice@x'] });
      expect((await acme.support.api('POST', `/invitations/${ended.id}/resend`)).status).to.equal(409);
    });

    it('C26 a change replaces role and groups and leaves what it does not name', async () => {
      const one = await acme.collaboration();
      const [first, second] = [
        await acme.admin.scim.create('/Groups', insideBody(one.id, randomUUID())),
        await acme.admin.scim.create('/Groups', insideBody(one.id, randomUUID())),
      ];
      const made = await invite(one.id, { intendedRole: 'admin', groups: [first.id], expiresAt: future });
      const path = `/invitations/${made.id}`;
      const groups = expectStatus(200, await acme.support.api('PATCH', path, { groups: [second.id] }));
      expect(groups).to.deep.include({ intendedRole: 'admin', groups: [second.id], expiresAt: future });
      const role = expectStatus(200, await acme.support.api('PATCH', path, { intendedRole: 'member', groups: [] }));
      expect(role).to.deep.include({ intendedRole: 'member', groups: [], status: 'open' });
      expect((await acme.support.api('PATCH', path, { intendedRole: 'nope' })).status).to.equal(400);
      expect((await acme.support.api('PATCH', path, { email: 'x@y' })).status).to.equal(400);
      expect((await acme.research.api('PATCH', path, {})).status).to.equal(403);
      expectStatus(200, await accept(made.code));
      expect((await acme.support.api('PATCH', path, { intendedRole: 'admin' })).status).to.equal(409);
    });

    it('C27 who accepts is a member with role and groups, and no longer invited only', async () => {
      const one = await acme.collaboration();
      const inside = await acme.admin.scim.create('/Groups', insideBody(one.id, randomUUID()));
      const made = await invite(one.id, { intendedRole: 'admin', groups: [inside.id] });
      expect((await accountOf(made.email))?.[musterUserUrn]).to.deep.include({
        accountStatus: 'PENDING',
        units: ['Support'],
      });
      const accepted = expectStatus(200, await accept(made.code));
      const user = await accountOf(made.email);
      expect(accepted).to.deep.include({ status: 'accepted' });
      expect(accepted['user']).to.deep.include({ id: user?.id, active: true });
      expect(user?.[musterUserUrn]).to.deep.include({ accountStatus: 'ACTIVE' });
      expect(user?.groups?.map(({ value }) => value)).to.have.members([one.id, inside.id]);
      const members = listOf(expectStatus(200, await acme.support.api('GET', `/collaborations/${one.id}/members`)));
      expect(members.map(({ role }) => role)).to.deep.equal(['admin']);
      expect((await accept(made.code)).status).to.equal(409);
      expect((await acme.support.api('POST', '/invitations/decline', { code: made.code })).status).to.equal(409);
    });

    it("C27 an invitation whose time has passed is 409 and expired, an unknown code or another client's 404", async () => {
      const one = await acme.collaboration();
      const made = await invite(one.id, { expiresAt: past });
      expect((await accept(made.code)).status).to.equal(409);
      expect(expectStatus(200, await acme.support.api('GET', `/invitations/${made.id}`)).status).to.equal('expired');
      const open = await invite(one.id);
      expect((await accept(open.code, {}, beta.admin)).status).to.equal(404);
      expect((await accept('invite_nonsense')).status).to.equal(404);
      expect((await accept(open.code, {}, acme.research)).status).to.equal(403);
      expect((await acme.support.api('POST', '/invitations/accept', {})).status).to.equal(400);
    });

    it('C27 who is known is linked: by address, by name, or as the person of a personal token', async () => {
      const one = await acme.collaboration();
      const email = someone();
      const known = await acme.admin.scim.create(
        '/Users',
        userBody(randomUUID(), { emails: [{ value: email.toUpperCase() }], [musterUserUrn]: { units: ['Research'] } }),
      );
      const byAddress = await invite(one.id, { invites: [email] });
      expect((await accept(byAddress.code)).status).to.equal(403);
      expect(expectStatus(200, await accept(byAddress.code, {}, acme.admin))['user']).to.include({ id: known.id });
      const groupsOf = async (id: string) =>
        (await acme.admin.scim.read(`/Users/${id}`)).groups?.map(({ value }) => value);
      expect(await groupsOf(known.id)).to.deep.equal([one.id]);
      const named = await acme.person('Support');
      const other = await invite(one.id);
      expectStatus(200, await accept(other.code, { userId: named.id }));
      expect(await groupsOf(named.id)).to.deep.equal([one.id]);
      expect(await accountOf(other.email)).to.equal(undefined);
      const self = await acme.person();
      const mine = await acme.holderFor(self.id);
      const third = await invite(one.id);
      expect((await accept(third.code, { userId: named.id }, mine)).status).to.equal(403);
      expectStatus(200, await accept(third.code, {}, mine));
      expect(await groupsOf(self.id)).to.deep.equal([one.id]);
      expect((await mine.api('GET', `/invitations/${third.id}`)).status).to.equal(403);
    });

    it('C27 who is not active cannot accept, and who declines is not a member', async () => {
      const one = await acme.collaboration();
      const person = await acme.person('Support');
      await acme.admin.scim('PATCH', `/Users/${person.id}`, patchBody({ op: 'replace', path: 'active', value: false }));
      const made = await invite(one.id);
      expect((await accept(made.code, { userId: person.id })).status).to.equal(409);
      const declined = expectStatus(200, await acme.support.api('POST', '/invitations/decline', { code: made.code }));
      expect(declined.status).to.equal('declined');
      expect(await accountOf(made.email)).to.equal(undefined);
      expect((await accept(made.code)).status).to.equal(409);
      expect((await acme.admin.scim.read(`/Groups/${one.id}`)).members).to.equal(undefined);
    });

    it('C26 an invitation is open for as many days as the operator has set, and sent again for 14 at least', async () => {
      const world = await collaborationWorld(muster);
      const operator = (await muster.createToken({})).token;
      const set = await muster.request('PATCH', `${muster.apiUrl}/clients/${world.client}`, {
        token: operator,
        body: { invitationTtlDays: 3 },
      });
      expect(set.body).to.include({ invitationTtlDays: 3 });
      const one = await world.collaboration();
      const made = await invite(one.id, {}, world.support);
      expect(Date.parse(made.expiresAt)).to.be.within(Date.now() + 2.9 * dayMs, Date.now() + 3.1 * dayMs);
      const again = expectStatus(200, await world.support.api('POST', `/invitations/${made.id}/resend`));
      expect(Date.parse(again.expiresAt)).to.be.at.least(Date.now() + 13.9 * dayMs);
    });

    it('C11 deleting a collaboration takes its open invitations and who was invited only with it', async () => {
      const one = await acme.collaboration();
      const made = await invite(one.id);
      expect((await acme.support.api('DELETE', `/collaborations/${one.id}`)).status).to.equal(204);
      expect((await acme.support.api('GET', `/invitations/${made.id}`)).status).to.equal(404);
      expect((await accept(made.code)).status).to.equal(404);
      expect(await accountOf(made.email)).to.equal(undefined);
    });

    it('B22 who is invited only is found by accountStatus', async () => {
      const one = await acme.collaboration();
      const made = await invite(one.id);
      const filter = `${musterUserUrn}:accountStatus eq "PENDING" and userName eq "${made.email}"`;
      expect((await acme.admin.scim.read(filtered('/Users', filter))).totalResults).to.equal(1);
      expectStatus(200, await accept(made.code));
      expect((await acme.admin.scim.read(filtered('/Users', filter))).totalResults).to.equal(0);
    });
  });
});
