import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { callerOf, errorUrn, filtered, groupBody, patchBody, userBody } from '../support/scim.js';

const people = 30;
const confirmation = { 'X-Muster-Confirm': 'mass-leavers' };

describe('a request that would take out too many people', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    before(async () => {
      muster = await database.startMuster();
    });

    async function staff() {
      const client = await muster.createClient(`client ${randomUUID()}`);
      const call = callerOf(muster, (await muster.createToken({ client })).token);
      const ids: string[] = [];
      for (let index = 0; index < people; index += 1) ids.push((await call.create('/Users', userBody(`p${index}`))).id);
      const inactive = async () => (await call.read(filtered('/Users', 'active eq false'))).totalResults;
      return { call, ids, inactive };
    }

    const bulk = (operations: readonly object[]) => ({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: operations,
    });
    const off = patchBody({ op: 'replace', path: 'active', value: false });
    const ways: Readonly<Record<string, (id: string, index: number) => object>> = {
      PATCH: (id) => ({ method: 'PATCH', path: `/Users/${id}`, data: off }),
      PUT: (id, index) => ({ method: 'PUT', path: `/Users/${id}`, data: userBody(`p${index}`, { active: 'False' }) }),
      DELETE: (id) => ({ method: 'DELETE', path: `/Users/${id}` }),
    };

    for (const [method, operation] of Object.entries(ways)) {
      it(`is refused with 409 until it is confirmed: Bulk with ${method} (RFC 7644 §3.7)`, async () => {
        const { call, ids, inactive } = await staff();
        const body = bulk(ids.slice(0, 11).map(operation));
        const refused = await call('POST', '/Bulk', body);
        expect(refused.status).to.equal(409);
        expect(refused.body).to.deep.include({ schemas: [errorUrn], status: '409' });
        expect(refused.body.detail).to.match(/11 of 30/);
        expect([await inactive(), (await call.read('/Users')).totalResults]).to.deep.equal([0, people]);
        const confirmed = await call('POST', '/Bulk', body, confirmation);
        expect(confirmed.status).to.equal(200);
        const left = (await call.read(filtered('/Users', 'active eq true'))).totalResults;
        expect(left).to.equal(people - 11);
      });
    }

    it('is not refused for ten people, nor for a share that the setting lets pass', async () => {
      const { call, ids, inactive } = await staff();
      const ten = bulk(ids.slice(0, 10).map((id) => ({ method: 'PATCH', path: `/Users/${id}`, data: off })));
      expect((await call('POST', '/Bulk', ten)).status).to.equal(200);
      expect(await inactive()).to.equal(10);
    });

    it('is not refused for people who have left already, so that a request may be repeated (RFC 7644 §3.7)', async () => {
      const { call, ids } = await staff();
      const body = bulk(ids.slice(0, 11).map((id) => ({ method: 'PATCH', path: `/Users/${id}`, data: off })));
      expect((await call('POST', '/Bulk', body, confirmation)).status).to.equal(200);
      expect((await call('POST', '/Bulk', body)).status).to.equal(200);
      const gone = bulk(ids.slice(0, 12).map((id) => ({ method: 'DELETE', path: `/Users/${id}` })));
      expect((await call('POST', '/Bulk', gone)).status).to.equal(200);
      expect((await call.read('/Users')).totalResults).to.equal(people - 12);
    });

    it('is refused for a group that would be emptied by a list that was cut off (RFC 7644 §3.5.1, §3.5.2.3)', async () => {
      const { call, ids } = await staff();
      const group = await call.create('/Groups', groupBody('All', { members: ids.map((value) => ({ value })) }));
      const size = async () => (await call.read(`/Groups/${group.id}`)).members?.length;
      const few = ids.slice(0, 2).map((value) => ({ value }));
      const replace = patchBody({ op: 'replace', path: 'members', value: few });
      expect((await call('PUT', `/Groups/${group.id}`, groupBody('All', { members: few }))).status).to.equal(409);
      expect((await call('PATCH', `/Groups/${group.id}`, replace)).status).to.equal(409);
      expect(await size()).to.equal(people);
      expect((await call('PATCH', `/Groups/${group.id}`, replace, confirmation)).status).to.equal(200);
      expect(await size()).to.equal(2);
    });
  });

  it('is measured by MASS_LEAVER_SHARE, which must be a percentage', async () => {
    const { readConfig } = await import('../../src/config.js');
    expect(readConfig({}).massLeaverShare).to.equal(0.2);
    expect(readConfig({ MASS_LEAVER_SHARE: '50%' }).massLeaverShare).to.equal(0.5);
    expect(() => readConfig({ MASS_LEAVER_SHARE: 'half' })).to.throw(/MASS_LEAVER_SHARE/);
  });
});
