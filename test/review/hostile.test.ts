import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { translateDatabaseError } from '../../src/store/database/database-error.js';
import { apiCallerOf, listIn } from '../support/api.js';
import { forEachDatabase, type TestDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { callerOf, groupBody, musterUserUrn, patchBody, userBody } from '../support/scim.js';

function times<Result>(count: number, make: (index: number) => Result): Result[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

interface SlowRequest {
  readonly url: string;
  readonly token: string;
  readonly body: object;
}

/** Sends the first byte of a body, waits for what happens in between, and sends the rest; gives the status of the answer. */
function sendSlowly({ url, token, body }: SlowRequest, between: () => Promise<unknown>): Promise<number | undefined> {
  const text = JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': text.length,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', headers: { ...headers, expect: '100-continue' }, agent: false });
    outgoing.on('error', reject).on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    outgoing.flushHeaders();
    outgoing.on('continue', () => {
      outgoing.write(text.slice(0, 1));
      between().then(() => outgoing.end(text.slice(1)), reject);
    });
  });
}

describe('a hostile client', () => {
  forEachDatabase((database: TestDatabase) => {
    let muster: Muster;
    const lines: string[] = [];
    before(async () => {
      const sink = new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          lines.push(chunk.toString());
          done();
        },
      });
      muster = await database.startMuster({ log: pino({ level: 'info' }, sink) });
    });

    async function world() {
      const client = await muster.createClient(`client ${randomUUID()}`);
      const { token } = await muster.createToken({ client, access: 'admin' });
      return { client, token, call: callerOf(muster, token), api: apiCallerOf(muster, token) };
    }

    it('who adds a group to a group while it is deleted gets no 500 (RFC 7644 §3.5.2.1)', async () => {
      const { call } = await world();
      for (const round of times(8, (index) => index)) {
        const parent = await call.create('/Groups', groupBody(`parent ${round}`));
        const child = await call.create('/Groups', groupBody(`child ${round}`));
        const add = patchBody({ op: 'add', path: 'members', value: [{ value: child.id }] });
        const answers = await Promise.all([
          call('PATCH', `/Groups/${parent.id}`, add),
          call('DELETE', `/Groups/${child.id}`),
        ]);
        expect(answers[0].status).to.be.oneOf([200, 400]);
        expect(answers[1].status).to.equal(204);
        expect(await call.read(`/Groups/${parent.id}`)).not.to.have.property('members');
      }
    });

    it('more unit names than a statement has places are 400 (RFC 7644 §3.12)', async () => {
      const { call } = await world();
      const units = times(70_000, (index) => `u${index}`);
      const answer = await call('POST', '/Users', userBody('ada', { [musterUserUrn]: { units } }));
      expect(answer.status, answer.text).to.equal(400);
      expect(answer.body.scimType).to.equal('invalidValue');
    });

    it('more than 10,000 values of one attribute are 400 in POST and PUT, as in PATCH (RFC 7644 §3.12)', async () => {
      const { call } = await world();
      const emails = times(10_001, (index) => ({ value: `${index}@x` }));
      const { id } = await call.create('/Users', userBody('ada'));
      for (const answer of [
        await call('POST', '/Users', userBody('bob', { emails })),
        await call('PUT', `/Users/${id}`, userBody('ada', { emails })),
      ]) {
        expect(answer.status).to.equal(400);
        expect(answer.body.scimType).to.equal('invalidValue');
      }
    });

    it('thousands of values are taken out again at the cost of a few statements (RFC 7644 §3.5.1)', async () => {
      const { call } = await world();
      const emails = times(2_000, (index) => ({ value: `${index}@x` }));
      const { id } = await call.create('/Users', userBody('ada', { emails }));
      const answer = await call('PUT', `/Users/${id}`, userBody('ada', { emails: emails.slice(0, 5) }));
      expect(answer.status).to.equal(200);
      const found = await call.read(`/Users?filter=${encodeURIComponent('emails.value eq "7@x"')}`);
      expect(found.totalResults).to.equal(0);
      const kept = await call.read(`/Users?filter=${encodeURIComponent('emails.value eq "4@x"')}`);
      expect(kept.totalResults).to.equal(1);
    });

    it('a token that is revoked while its body comes in writes nothing (RFC 7644 §2)', async () => {
      const { client, call } = await world();
      const slow = await muster.createToken({ client });
      const sent = { url: `${muster.baseUrl}/Users`, token: slow.token, body: userBody('late') };
      expect(await sendSlowly(sent, () => muster.revokeToken(client, slow.id))).to.equal(401);
      expect((await call.read('/Users')).totalResults).to.equal(0);
    });

    it('nor does it in the companion API (RFC 6750 §3.1)', async () => {
      const { client, api } = await world();
      const slow = await muster.createToken({ client, access: 'admin' });
      const sent = { url: `${muster.apiUrl}/units`, token: slow.token, body: { name: 'Late' } };
      expect(await sendSlowly(sent, () => muster.revokeToken(client, slow.id))).to.equal(401);
      expect(await api.status('GET', '/units/Late')).to.equal(404);
    });

    it('a unit that ends while the body comes in takes its token along (RFC 7644 §2)', async () => {
      const { client } = await world();
      const unit = await muster.createUnit(client, 'Support');
      const { token } = await muster.createToken({ client, units: [unit] });
      const sent = { url: `${muster.baseUrl}/Users`, token, body: userBody('late') };
      expect(await sendSlowly(sent, () => muster.endUnit(client, unit))).to.equal(401);
    });

    it('who hangs up in the middle of a body is no error of the service (RFC 9110 §15.5.1)', async () => {
      const { token } = await world();
      const from = lines.length;
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': 100 };
      const outgoing = request(`${muster.baseUrl}/Users`, {
        method: 'POST',
        headers: { ...headers, expect: '100-continue' },
      });
      outgoing.on('error', () => undefined).flushHeaders();
      await new Promise((resolve) => outgoing.on('continue', resolve));
      outgoing.destroy();
      while (!lines.slice(from).some((line) => line.includes('"aborted":true'))) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      // What the end of the body sets going is over when the next request has been answered.
      await muster.request('GET', `${muster.url}/livez`);
      expect(lines.slice(from).filter((line) => line.includes('"level":50'))).to.deep.equal([]);
    });

    it('a compressed body is 415, whatever the bytes are (RFC 9110 §8.4)', async () => {
      const { call } = await world();
      const answer = await call('POST', '/Users', userBody('ada'), { 'Content-Encoding': 'gzip' });
      expect(answer.status).to.equal(415);
      expect((await call('POST', '/Users', userBody('ada'), { 'Content-Encoding': 'identity' })).status).to.equal(201);
    });

    it('a token that is revoked ten times at once is revoked once, and once in the log (RFC 7644 §3.6)', async () => {
      const { client, api } = await world();
      const { id } = await muster.createToken({ client });
      const statuses = await Promise.all(times(10, () => api.status('DELETE', `/tokens/${id}`)));
      expect(statuses.toSorted((a, b) => a - b)).to.deep.equal([204, ...times(9, () => 404)]);
      const entries = listIn(await api.read(`/audit?targetId=${id}`), 'entries');
      expect(entries.map((entry) => entry['action'])).to.deep.equal(['revoke', 'mint']);
    });

    it('a token that is rotated five times at once keeps two secrets in force, the last and the one before (RFC 6750 §5.3)', async () => {
      const { client, api } = await world();
      const { id, token } = await muster.createToken({ client });
      const answers = await Promise.all(times(5, () => api('POST', `/tokens/${id}/rotate`, {})));
      const given = answers.filter(({ status }) => status === 200);
      expect(given).not.to.have.length(0);
      expect(answers.filter(({ status }) => status === 409)).to.have.length(5 - given.length);
      // Those that were given one after the other need not have been asked for in that order.
      const secrets = [token, ...given.map(({ body }) => body.token)];
      const statuses = await Promise.all(
        secrets.map(async (secret) => (await callerOf(muster, secret)('GET', '/Users')).status),
      );
      expect(statuses.toSorted((a, b) => a - b)).to.deep.equal([200, 200, ...times(given.length - 1, () => 401)]);
    });

    it('a Bulk stops where its token is revoked, and says so of the rest (RFC 7644 §3.7)', async function () {
      this.timeout(60_000);
      const { client, call, api } = await world();
      const bulk = await muster.createToken({ client });
      const operations = times(1_000, (index) => ({
        method: 'POST',
        path: '/Users',
        bulkId: `b${index}`,
        data: userBody(`bulk ${index}`),
      }));
      const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
      const running = callerOf(muster, bulk.token)('POST', '/Bulk', { schemas, Operations: operations });
      while ((await call.read('/Users?count=0')).totalResults === 0)
        await new Promise((resolve) => setImmediate(resolve));
      await muster.revokeToken(client, bulk.id);
      const answer = await running;
      expect(answer.status, answer.text).to.equal(200);
      // The caller names what it reads: the results of a BulkResponse.
      const results = answer.body['Operations'] as readonly { readonly status: string }[];
      expect(results).to.have.length(1_000);
      const made = results.findIndex(({ status }) => status !== '201');
      expect(made).to.be.within(1, 999);
      expect(results.slice(made).every(({ status }) => status === '401')).to.equal(true);
      expect((await call.read('/Users?count=0')).totalResults).to.equal(made);
      expect(listIn(await api.read(`/audit?targetId=${bulk.id}`), 'entries')).to.have.length(2);
    });

    it('a client that is switched off five times at once is so once in the log (RFC 7644 §3.12)', async () => {
      const { client } = await world();
      const api = apiCallerOf(muster, (await muster.createToken({})).token);
      await Promise.all(times(5, () => api.status('PATCH', `/clients/${client}`, { active: false })));
      const log = await api('GET', `/audit?targetId=${client}`, undefined, { 'X-Muster-Client': client });
      const actions = listIn(log.body, 'entries').map((entry) => entry['action']);
      expect(actions).to.deep.equal(['deactivate', 'create']);
    });
  });

  it('a broken message to PostgreSQL is a bug and no outage (RFC 7644 §3.12)', () => {
    const error = Object.assign(new Error('too many places'), { code: '08P01' });
    expect(translateDatabaseError(error)).to.equal(error);
    expect(translateDatabaseError(Object.assign(new Error(), { code: '08006' }))).to.have.property('status', 503);
  });
});
