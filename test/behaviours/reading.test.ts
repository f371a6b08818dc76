import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { callerOf, filtered, groupBody, userBody, type Caller } from '../support/scim.js';
import { walk } from '../support/walk.js';

describe('reading what a client has', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let acme: Caller;
    let beta: Caller;
    before(async () => {
      muster = await database.startMuster();
    });
    beforeEach(async () => {
      const clients = await Promise.all(['acme', 'beta'].map((name) => muster.createClient(`${name} ${randomUUID()}`)));
      const tokens = await Promise.all(clients.map((client) => muster.createToken({ client })));
      const [first, second] = tokens.map(({ token }) => callerOf(muster, token));
      if (first === undefined || second === undefined) throw new Error('two clients were made');
      [acme, beta] = [first, second];
    });

    it('C35 what another client has is found by no filter and read by no id', async () => {
      const person = await beta.create('/Users', userBody('ada', { externalId: 'hr-1', title: 'Engineer' }));
      const group = await beta.create('/Groups', groupBody('Research', { members: [{ value: person.id }] }));
      for (const filter of ['externalId eq "hr-1"', 'userName eq "ada"', 'title co "engin"', `id eq "${person.id}"`]) {
        expect((await acme.read(filtered('/Users', filter))).totalResults, filter).to.equal(0);
        expect((await beta.read(filtered('/Users', filter))).totalResults, filter).to.equal(1);
      }
      for (const filter of ['displayName eq "Research"', `members.value eq "${person.id}"`]) {
        expect((await acme.read(filtered('/Groups', filter))).totalResults, filter).to.equal(0);
      }
      for (const path of [`/Users/${person.id}`, `/Groups/${group.id}`]) {
        expect((await acme('GET', path)).status, path).to.equal(404);
      }
    });

    it('C36 a walk over what has changed since an instant gives each id once, while another client writes', async () => {
      const old = await acme.create('/Users', userBody('before'));
      const since = old.meta.lastModified;
      const names = Array.from({ length: 25 }, (_, index) => `person${index}`);
      for (const name of names) await acme.create('/Users', userBody(name));
      const path = `${filtered('/Users', `meta.lastModified gt "${since}"`)}&count=7`;
      const { resources } = await walk(acme, path, (page) => beta.create('/Users', userBody(`noise${page}`)));
      const found = resources.map((user) => String(user['userName']));
      expect(found.filter((name) => name !== 'before').toSorted()).to.deep.equal(names.toSorted());
    });

    it('D12 people are found by a part of their displayName, whatever its letter case', async () => {
      await acme.create('/Users', userBody('jane', { displayName: 'Jane Doe' }));
      await acme.create('/Users', userBody('ann', { displayName: 'Ann Smith' }));
      await beta.create('/Users', userBody('john', { displayName: 'John Doe' }));
      const { Resources: found } = await acme.read(filtered('/Users', 'displayName co "doe"'));
      expect(found.map((user) => user['userName'])).to.deep.equal(['jane']);
    });
  });
});
