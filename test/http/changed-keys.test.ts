import { expect } from 'chai';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { callerOf, enterpriseUrn, filtered, musterUserUrn, patchBody, userBody, type Caller } from '../support/scim.js';

/** What people are looked up by: where it stands in a body, and the filter that finds it. */
const keys: readonly { readonly name: string; readonly at: (value: string) => object; readonly path: string }[] = [
  { name: 'userName', at: (value) => ({ userName: value }), path: 'userName' },
  { name: 'externalId', at: (value) => ({ externalId: value }), path: 'externalId' },
  { name: 'displayName', at: (value) => ({ displayName: value }), path: 'displayName' },
  { name: 'family name', at: (value) => ({ name: { familyName: value } }), path: 'name.familyName' },
  { name: 'work e-mail', at: (value) => ({ emails: [{ value, type: 'work' }] }), path: 'emails.value' },
  { name: 'phone number', at: (value) => ({ phoneNumbers: [{ value }] }), path: 'phoneNumbers.value' },
  {
    name: 'department',
    at: (value) => ({ [enterpriseUrn]: { department: value } }),
    path: `${enterpriseUrn}:department`,
  },
  {
    name: 'employeeNumber',
    at: (value) => ({ [enterpriseUrn]: { employeeNumber: value } }),
    path: `${enterpriseUrn}:employeeNumber`,
  },
  { name: 'openId', at: (value) => ({ [musterUserUrn]: { openId: value } }), path: `${musterUserUrn}:openId` },
];

/** A person who has the same value in each of them. */
const alike = userBody('same', {
  ...Object.assign({}, ...keys.map(({ at }) => at('same'))),
  [enterpriseUrn]: { department: 'same', employeeNumber: 'same' },
});

describe('a person who has changed', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let call: Caller;
    before(async () => {
      muster = await database.startMuster();
    });
    beforeEach(async () => {
      call = callerOf(
        muster,
        (await muster.createToken({ client: await muster.createClient(crypto.randomUUID()) })).token,
      );
    });

    async function found(path: string, value: string): Promise<readonly string[]> {
      return (await call.read(filtered('/Users', `${path} eq "${value}"`))).Resources.map(({ id }) => id);
    }

    for (const { name, at, path } of keys) {
      it(`is found by the new ${name} and no more by the old one, whoever else has it (RFC 7644 §3.4.2.2)`, async () => {
        const { id } = await call.create('/Users', userBody('ada', at('first')));
        expect(await found(path, 'first')).to.deep.equal([id]);
        await call('PATCH', `/Users/${id}`, patchBody({ op: 'replace', value: at('second') }));
        expect(await Promise.all([found(path, 'first'), found(path, 'second')])).to.deep.equal([[], [id]]);
        const other = await call.create('/Users', userBody('béla', at('first')));
        expect(await found(path, 'first')).to.deep.equal([other.id]);
        await call('PUT', `/Users/${id}`, userBody('ada', { title: 'Engineer', ...at('third') }));
        expect(await Promise.all([found(path, 'second'), found(path, 'third')])).to.deep.equal([[], [id]]);
        await call('DELETE', `/Users/${id}`);
        expect(await found(path, 'third')).to.deep.equal([]);
        // A value that was free meanwhile belongs to whoever took it; a leaver comes back with what is given then.
        const back = await call.create('/Users', userBody(name === 'userName' ? 'third' : 'ada', at('third')));
        expect([back.id, await found(path, 'third')]).to.deep.equal([id, [id]]);
      });
    }

    it('is found by all that has not changed after a change of something else (RFC 7644 §3.5.2.3)', async () => {
      const { id } = await call.create('/Users', alike);
      for (const operation of [
        { op: 'replace', path: 'active', value: false },
        { op: 'add', path: `${enterpriseUrn}:costCenter`, value: 'CC-1' },
        { op: 'replace', path: 'name.givenName', value: 'Ada' },
        { op: 'add', path: 'emails', value: [{ value: 'other', type: 'home' }] },
      ]) {
        expect((await call('PATCH', `/Users/${id}`, patchBody(operation))).status).to.equal(200);
        for (const { path } of keys) expect(await found(path, 'same'), path).to.deep.equal([id]);
      }
      expect(await found('emails.value', 'other')).to.deep.equal([id]);
    });
  });
});
