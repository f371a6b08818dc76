import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { callerOf, groupBody, patchBody, userBody, userUrn, type Caller, type ScimBody } from '../support/scim.js';

const times = <Result>(count: number, make: (index: number) => Result) =>
  Array.from({ length: count }, (_, index) => make(index));

describe('what one request may cost', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let call: Caller;
    before(async () => {
      muster = await database.startMuster();
    });
    beforeEach(async () => {
      const client = await muster.createClient(`client ${randomUUID()}`);
      call = callerOf(muster, (await muster.createToken({ client })).token);
    });

    const refused = async (...request: Parameters<Caller>) => {
      const { status, body } = await call(...request);
      return [status, body.scimType, body.detail];
    };

    it('keeps a resource of 5,000 values of one attribute, and none of more (RFC 7644 §3.12)', async () => {
      const emails = (count: number) => times(count, (index) => ({ value: `${index}@x` }));
      const { id } = await call.create('/Users', userBody('many', { emails: emails(5_000) }));
      const tooMany = [400, 'invalidValue', 'emails would have more than 5000 values'];
      expect(await refused('POST', '/Users', userBody('more', { emails: emails(5_001) }))).to.deep.equal(tooMany);
      expect(await refused('PUT', `/Users/${id}`, userBody('many', { emails: emails(5_001) }))).to.deep.equal(tooMany);
      const add = patchBody({ op: 'add', path: 'emails', value: [{ value: 'new@x' }] });
      expect(await refused('PATCH', `/Users/${id}`, add)).to.deep.equal(tooMany);
      expect((await call.read('/Users')).totalResults).to.equal(1);
      expect((await call.read(`/Users?filter=emails.value%20eq%20"4999@x"`)).totalResults).to.equal(1);
      expect((await call('PUT', `/Users/${id}`, userBody('many'))).body).not.to.have.property('emails');
      expect((await call.read(`/Users?filter=emails.value%20eq%20"4999@x"`)).totalResults).to.equal(0);
    });

    it('keeps no resource of more than 131,072 characters, in however many requests it grew (RFC 7644 §3.12)', async () => {
      const long = 'x'.repeat(60_000);
      const { id } = await call.create('/Users', userBody('long', { title: long, nickName: long }));
      const tooLong = [400, 'invalidValue', 'the resource would have more than 131072 characters'];
      const patch = patchBody({ op: 'add', path: 'displayName', value: long });
      expect(await refused('PATCH', `/Users/${id}`, patch)).to.deep.equal(tooLong);
      const more = { title: long, nickName: long, displayName: long };
      expect(await refused('POST', '/Users', userBody('longer', more))).to.deep.equal(tooLong);
      expect((await call.read('/Users')).totalResults).to.equal(1);
    });

    it('refuses a body that names more than 100 schemas (RFC 7643 §3)', async () => {
      const schemas = (count: number) => [userUrn, ...times(count, (index) => `urn:example:${index}`)];
      expect((await call('POST', '/Users', userBody('a', { schemas: schemas(99) }))).status).to.equal(201);
      const [status, scimType] = await refused('POST', '/Users', userBody('b', { schemas: schemas(100) }));
      expect([status, scimType]).to.deep.equal([400, 'invalidSyntax']);
    });

    it('ends a page of very large resources early, and the next one goes on after it (RFC 7644 §3.4.2.4, RFC 9865 §2)', async () => {
      const long = 'x'.repeat(60_000);
      for (let index = 0; index < 40; index += 1) {
        await call.create('/Users', userBody(`u${index}`, { title: long, nickName: long }));
      }
      const namesIn = ({ Resources }: ScimBody) => Resources.map((each) => each['userName']);
      const byIndex: unknown[] = [];
      while (byIndex.length < 40) {
        const page = await call.read(`/Users?sortBy=userName&startIndex=${byIndex.length + 1}&count=500`);
        expect(page).to.deep.include({ totalResults: 40, itemsPerPage: page.Resources.length });
        expect(page.Resources.length).to.be.within(1, 39);
        byIndex.push(...namesIn(page));
      }
      expect(new Set(byIndex).size).to.equal(40);
      const byCursor: unknown[] = [];
      for (let cursor: string | undefined = ''; cursor !== undefined;) {
        const page: ScimBody = await call.read(`/Users?sortBy=userName&count=500&cursor=${cursor}`);
        expect(page.Resources.length).to.be.within(1, 39);
        byCursor.push(...namesIn(page));
        cursor = typeof page['nextCursor'] === 'string' ? page['nextCursor'] : undefined;
      }
      expect(byCursor).to.deep.equal(byIndex);
    });

    it('takes 1,000 operations on members in one PATCH, and refuses to try filters on every member too often (RFC 7644 §3.5.2)', async () => {
      const users = await Promise.all(times(20, (index) => call.create('/Users', userBody(`u${index}`))));
      const ids = users.map(({ id }) => id);
      const { id } = await call.create('/Groups', groupBody('Staff'));
      const adds = times(1_000, (index) => ({ op: 'add', path: 'members', value: [{ value: ids[index % 20] }] }));
      expect((await call('PATCH', `/Groups/${id}`, patchBody(...adds))).body.members).to.have.length(20);
      const swaps = times(500, (index) => [
        { op: 'remove', path: `members[value eq "${ids[index % 20]}"]` },
        { op: 'add', path: 'members', value: [{ value: ids[(index + 1) % 20] }] },
      ]);
      const swapped = await call('PATCH', `/Groups/${id}`, patchBody(...swaps.flat()));
      expect([swapped.status, swapped.body.members?.length]).to.deep.equal([200, 1]);
      await call('PATCH', `/Groups/${id}`, patchBody(...adds));
      const looks = times(1_000, (index) => ({ op: 'remove', path: `members[display co "z${index}"]` }));
      const [status, scimType] = await refused('PATCH', `/Groups/${id}`, patchBody(...looks));
      expect([status, scimType]).to.deep.equal([400, 'invalidValue']);
      const some = looks.slice(0, 198);
      const named = { op: 'remove', path: 'members[display eq "u1" or display eq "u2"]' };
      expect((await call('PATCH', `/Groups/${id}`, patchBody(...some, named))).body.members).to.have.length(18);
    });
  });
});
