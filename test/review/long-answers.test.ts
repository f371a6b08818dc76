import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { patchBody, userBody, userUrn } from '../support/scim.js';
import { makeTenant, mint, type TestTenant } from '../support/tenants.js';

const texts = ['displayName', 'nickName', 'title', 'userType', 'preferredLanguage', 'locale', 'timezone', 'profileUrl'];
const long = Object.fromEntries(texts.map((name) => [name, 'x'.repeat(4_000)]));
const [requests, peopleEach] = [6, 30];
const bulkUrn = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

/** People of whom a list is more than what lies between a server and a client that does not read. */
async function addMany({ admin }: TestTenant): Promise<void> {
  for (let round = 0; round < requests; round++) {
    const operations = Array.from({ length: peopleEach }, (_, index) => ({
      method: 'POST',
      path: '/Users',
      bulkId: `b${index}`,
      data: { schemas: [userUrn], userName: `${round}-${index}`, ...long },
    }));
    const answer = await admin.scim('POST', '/Bulk', { schemas: [bulkUrn], Operations: operations });
    expect(answer.status, answer.text).to.equal(200);
  }
}

/** Asks, and gives the answer as soon as its head is there; nothing of its body is read. */
async function ask(url: string, token: string, accept: string): Promise<IncomingMessage> {
  const outgoing = request(url, { headers: { authorization: `Bearer ${token}`, accept }, agent: false }).end();
  // `once` tells nothing of what the event brings.
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return answer;
}

/** Reads what is left, and whether it came to its end. */
async function rest(answer: IncomingMessage): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  const chunks: Buffer[] = [];
  answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined);
  // An answer that is cut off has an error too, which is no failure here.
  await new Promise((resolve) => answer.once('close', resolve));
  return { text: Buffer.concat(chunks).toString(), isWhole: answer.complete };
}

describe('an answer that takes long to read', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let tenant: TestTenant;
    before(async () => {
      muster = await database.startMuster();
      tenant = await makeTenant(muster);
      await addMany(tenant);
    });

    it('is cut off where its token is revoked, and nobody takes it for the whole (C4, RFC 9112 §8)', async () => {
      const { client } = tenant;
      const { id, token } = await mint(muster, { client, access: 'admin' });
      const export_ = await ask(`${muster.apiUrl}/audit?order=ascending`, token, 'application/x-ndjson');
      expect(export_.statusCode).to.equal(200);
      await muster.revokeToken(client, id);
      const { text, isWhole } = await rest(export_);
      expect(isWhole).to.equal(false);
      expect(text.split('\n').length).to.be.lessThan(requests * peopleEach);
    });

    it('is cut off where the person of its token administers the client no more (C30, RFC 9112 §8)', async () => {
      const { client, admin } = tenant;
      const [ada] = await Promise.all(
        ['ada', 'grace'].map((name) =>
          admin.scim.create('/Users', userBody(name, { roles: [{ value: 'ClientAdmin' }] })),
        ),
      );
      const { token } = await mint(muster, { client, user: ada?.id ?? '', access: 'admin' });
      const export_ = await ask(`${muster.apiUrl}/audit?order=ascending`, token, 'application/x-ndjson');
      expect(export_.statusCode).to.equal(200);
      expect((await admin.scim('PUT', `/Users/${ada?.id}`, userBody('ada'))).status).to.equal(200);
      const { text, isWhole } = await rest(export_);
      expect(isWhole).to.equal(false);
      expect(text.split('\n').length).to.be.lessThan(requests * peopleEach);
    });

    it('is sent while it is read: neither all people nor all groups or members are there at once (C12, E3, E22)', async () => {
      const { token } = await mint(muster, { client: tenant.client, access: 'read' });
      const team = await tenant.admin.api.create('/collaborations', { name: 'Team' });
      const { Resources: people, totalResults } = await tenant.admin.scim.read('/Users?count=500&attributes=id');
      const members = people.map(({ id }) => ({ value: id }));
      await tenant.admin.scim('PATCH', `/Groups/${team.id}`, patchBody({ op: 'add', path: 'members', value: members }));
      const sizes = {
        '/users': totalResults,
        '/groups': 2,
        [`/collaborations/${team.id}/members`]: members.length,
      };
      for (const [path, size] of Object.entries(sizes)) {
        const answer = await ask(muster.apiUrl + path, token, '*/*');
        expect(answer.headers['transfer-encoding'], path).to.equal('chunked');
        const { text, isWhole } = await rest(answer);
        expect([isWhole, answer.headers['content-type']]).to.deep.equal([true, 'application/json; charset=utf-8']);
        // The test reads how many there are alone.
        const list = JSON.parse(text) as readonly unknown[];
        expect(list, path).to.have.length(size);
      }
      const nobody = await tenant.admin.api('GET', `/users?groupId=${tenant.support}`);
      expect([nobody.status, nobody.text]).to.deep.equal([200, '[]']);
      for (const [path, status] of [
        [`/collaborations/${team.id}/members`, 200],
        [`/collaborations/${tenant.support}/members`, 404],
      ] as const) {
        expect(await tenant.admin.api.status('HEAD', path)).to.equal(status);
      }
    });
  });
});
