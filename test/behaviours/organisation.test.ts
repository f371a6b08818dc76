import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import {
  collaborationWorld,
  expectStatus,
  insideBody,
  type ApiBody,
  type CollaborationWorld,
  type Holder,
} from '../support/collaboration-world.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { musterUserUrn, patchBody, userBody } from '../support/scim.js';

describe('the overview of an organisation', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let acme: CollaborationWorld;
    before(async () => {
      muster = await database.startMuster();
      acme = await collaborationWorld(muster, 'Acme');
      await (await collaborationWorld(muster, 'Beta')).collaboration({ name: 'theirs' });
      await acme.collaboration({ name: 'In support', units: ['Support'], labels: ['Gold', 'Pilot'] });
      await acme.collaboration({ name: 'In research', units: ['Research'], labels: ['gold'] });
      await acme.collaboration({ name: 'In both', units: ['Support', 'Research'], labels: ['pilot'] });
      const { id } = await acme.collaboration({ name: 'In none', units: [] });
      const service = expectStatus(
        201,
        await acme.admin.api('POST', '/services', { name: 'Wiki', approval: 'manual' }),
      );
      await acme.admin.api('PUT', `/collaborations/${id}/services/${service.id}`);
    });

    async function overview({ api }: Holder, query = '') {
      const body = expectStatus(200, await api('GET', `/organisation${query}`));
      expect(body.collaborationsCount).to.equal(body.collaborations.length);
      return { ...body, names: body.collaborations.map(({ name }) => name) };
    }

    it('C28 a client token sees all collaborations, a unit token those in scope and its own units', async () => {
      const all = await overview(acme.admin);
      expect(all).to.deep.include({ id: acme.client, name: 'Acme', units: ['Research', 'Support'] });
      expect(all.names).to.deep.equal(['In both', 'In none', 'In research', 'In support']);
      const own = await overview(acme.support);
      expect(own).to.deep.include({ units: ['Support'], names: ['In support'] });
      const answer = await acme.support.api('GET', '/organisation');
      expect(answer.text).not.to.match(/research|password|mfa|ssh|secret/i);
    });

    it('C29 units, labels and services narrow the list together, whatever their letter case; unknown ones leave none', async () => {
      const cases: readonly (readonly [string, readonly string[]])[] = [
        ['?units=SUPPORT', ['In both', 'In support']],
        ['?units=support&units=research', ['In both']],
        ['?labels=GOLD', ['In research', 'In support']],
        ['?labels=gold&labels=pilot', ['In support']],
        ['?labels=pilot&units=Research', ['In both']],
        ['?services=wiki', ['In none']],
        ['?services=wiki&units=Support', []],
        ['?units=Nowhere', []],
        ['?labels=x%27%20or%20%271%27%3D%271', []],
      ];
      for (const [query, names] of cases) {
        const found = await overview(acme.admin, query);
        expect(found.names, query).to.deep.equal(names);
        expect(found.collaborationsCount).to.equal(names.length);
      }
      expect((await overview(acme.support, '?units=Research')).names).to.deep.equal([]);
    });

    it('C6 what depends on a unit counts its collaborations, their groups and open invitations', async () => {
      const world = await collaborationWorld(muster);
      const { id } = await world.collaboration();
      await world.admin.scim.create('/Groups', insideBody(id, randomUUID()));
      await world.admin.api('PUT', `/collaborations/${id}/invitations`, { invites: ['a@x', 'b@x'] });
      const { units } = expectStatus(200, await world.admin.api('GET', '/units')) as unknown as {
        readonly units: readonly ApiBody[];
      };
      const support = units.find(({ name }) => name === 'Support')?.id ?? '';
      const usages = expectStatus(200, await world.admin.api('GET', `/units/${support}/usages`));
      expect(usages).to.deep.equal({ collaborations: 1, groups: 1, users: 2, invitations: 2, tokens: 1 });
    });

    it('C31 a unit token keeps to the people of its units', async () => {
      const { support } = acme;
      const made = await support.scim.create('/Users', userBody(randomUUID()));
      expect(made[musterUserUrn]).to.deep.include({ units: ['Support'] });
      const [research, none, shared] = [
        await acme.person('Research'),
        await acme.person(),
        await acme.person('Support', 'Research'),
      ];
      const listed = (await support.scim.read('/Users?count=500')).Resources.map(({ id }) => id);
      expect(listed).to.include(made.id);
      for (const { id } of [research, none, shared]) expect(listed).not.to.include(id);
      const patch = patchBody({ op: 'replace', path: 'title', value: 'x' });
      expect((await support.scim('PATCH', `/Users/${shared.id}`, patch)).status).to.equal(403);
      expect((await support.scim('DELETE', `/Users/${made.id}`)).status).to.equal(204);
    });
  });
});
