import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { Client } from 'undici';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { patchBody, userBody } from '../support/scim.js';

/** Sends requests over one connection, one after the other, and gives their statuses and what they list. */
function listOver(connection: Client) {
  return async (authorization: string | undefined) => {
    const headers = authorization === undefined ? {} : { authorization };
    const answer = await connection.request({ method: 'GET', path: '/scim/v2/Users?attributes=userName', headers });
    const body = (await answer.body.json()) as { readonly Resources?: readonly { readonly userName: string }[] };
    return { status: answer.statusCode, names: (body.Resources ?? []).map(({ userName }) => userName) };
  };
}

describe('requests of one connection', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let list: ReturnType<typeof listOver>;
    let connection: Client;
    before(async () => {
      muster = await database.startMuster();
    });
    beforeEach(() => {
      connection = new Client(muster.url, { pipelining: 1 });
      list = listOver(connection);
    });
    afterEach(() => connection.close());

    async function clientWith(userName: string) {
      const client = await muster.createClient(`client ${randomUUID()}`);
      const { id, token } = await muster.createToken({ client });
      const { body } = await muster.request<{ readonly id: string }>('POST', '/Users', {
        token,
        body: userBody(userName),
      });
      return { client, id, token, bearer: `Bearer ${token}`, userId: body.id };
    }

    it('are each answered by what their own header says (RFC 6750 §2.1)', async () => {
      const [ada, béla] = [await clientWith('ada'), await clientWith('béla')];
      const wrong = ada.bearer.slice(0, -1) + (ada.bearer.endsWith('0') ? '1' : '0');
      const headers = [ada.bearer, ada.bearer, béla.bearer, wrong, ada.bearer, undefined, béla.bearer, ada.token];
      const answers = [];
      for (const header of headers) answers.push(await list(header));
      const [ofAda, ofBéla, refused] = [
        { status: 200, names: ['ada'] },
        { status: 200, names: ['béla'] },
        { status: 401, names: [] },
      ];
      expect(answers).to.deep.equal([ofAda, ofAda, ofBéla, refused, ofAda, refused, ofBéla, ofAda]);
    });

    it('are refused as soon as their token is revoked (RFC 6750 §3.1)', async () => {
      const { client, id, bearer } = await clientWith('ada');
      expect((await list(bearer)).status).to.equal(200);
      await muster.revokeToken(client, id);
      expect((await list(bearer)).status).to.equal(401);
    });

    it('are refused as soon as the person of their token is switched off, and those of another token are not', async () => {
      const { client, token, bearer, userId } = await clientWith('ada');
      const personal = await muster.createToken({ client, user: userId, access: 'read' });
      expect((await list(`Bearer ${personal.token}`)).status).to.equal(403);
      const off = patchBody({ op: 'replace', path: 'active', value: false });
      await muster.request('PATCH', `/Users/${userId}`, { token, body: off });
      expect((await list(`Bearer ${personal.token}`)).status).to.equal(401);
      expect((await list(bearer)).status).to.equal(200);
    });
  });
});
