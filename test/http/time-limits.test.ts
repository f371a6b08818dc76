import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { forEachDatabase } from '../support/databases.js';
import { holdUser } from '../support/hold-user.js';
import type { Muster } from '../support/muster.js';
import { bulkCallerOf, user as operation } from '../support/bulk.js';
import { callerOf, errorUrn, patchBody, userBody, type Caller, type ScimBody } from '../support/scim.js';

// Times that no test waits for are long, so that a machine that is busy cannot reach them.
const longMs = 600_000;

/** Sends a part of a request every few milliseconds until the server has enough of it, and returns what it said. */
function drip(url: string, head: string, part: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    let received = '';
    const socket: Socket = connect(Number(port), hostname, () => socket.write(head));
    const dripping = setInterval(() => socket.write(part), 20);
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    // A server that has closed its side resets what comes later.
    socket.on('error', (error) => (received === '' ? reject(error) : undefined));
    socket.on('close', () => {
      clearInterval(dripping);
      resolve(received);
    });
  });
}

describe('time limits', function () {
  this.timeout(30_000);
  forEachDatabase((database) => {
    let url: string;
    let muster: Muster;
    let call: Caller;
    let token: string;
    let user: ScimBody;
    beforeEach(async () => {
      url = await database.url();
      muster = await database.startMuster({ url });
      ({ token } = await muster.createToken({ client: await muster.createClient('acme') }));
      call = callerOf(muster, token);
      user = await call.create('/Users', userBody('ada'));
    });

    it('answer 408 to headers that drip, and close the connection (RFC 9110 §15.5.9)', async () => {
      const slow = await database.startMuster({ url, timeLimits: { headersMs: 300, checkMs: 50 } });
      const answer = await drip(slow.url, 'GET /scim/v2/Users HTTP/1.1\r\nHost: a\r\n', 'X-Drip: drop\r\n');
      expect(answer)
        .to.match(/^HTTP\/1\.1 408 /)
        .and.to.contain('Connection: close')
        .and.to.contain(errorUrn);
    });

    it('answer 408 to a body that drips, and nothing of it is done', async () => {
      const slow = await database.startMuster({ url, timeLimits: { headersMs: 300, bodyMs: 600, checkMs: 50 } });
      const head = [
        'POST /scim/v2/Users HTTP/1.1',
        'Host: a',
        `Authorization: Bearer ${token}`,
        'Content-Type: application/scim+json',
        'Content-Length: 100000',
      ];
      const answer = await drip(slow.url, `${head.join('\r\n')}\r\n\r\n{`, ' ');
      expect(answer)
        .to.match(/^HTTP\/1\.1 408 /)
        .and.to.contain('Connection: close');
      expect((await call.read('/Users')).totalResults).to.equal(1);
    });

    it('answer a write that waits too long 503 with Retry-After, and it is not done later (RFC 7644 §3.12)', async () => {
      const hasty = await database.startMuster({ url, timeLimits: { requestMs: 500, commitMs: 200, checkMs: 50 } });
      const release = await holdUser(url, user.id);
      const patch = patchBody({ op: 'add', path: 'title', value: 'too late' });
      const late = await callerOf(hasty, token)('PATCH', `/Users/${user.id}`, patch);
      await release();
      expect(late.status).to.equal(503);
      expect(late.headers['retry-after']).to.match(/^[1-9]\d*$/);
      expect(late.body).to.deep.include({ schemas: [errorUrn], status: '503' });
      // It ends when its transactions have ended.
      await hasty.stop();
      expect(await call.read(`/Users/${user.id}`)).not.to.have.property('title');
    });

    it('end a Bulk when its time is over: each operation is told whether it was done (RFC 7644 §3.7)', async () => {
      // The time to write is 30 ms, the one to answer is not reached.
      const hasty = await database.startMuster({ url, timeLimits: { requestMs: longMs, commitMs: longMs - 30 } });
      const bulk = bulkCallerOf(hasty, token);
      const statuses = await bulk.statuses(Array.from({ length: 300 }, (_, index) => operation(`u${index}`)));
      expect(statuses).to.have.length(300);
      expect(statuses.filter((status) => status !== '201' && status !== '503')).to.deep.equal([]);
      const done = statuses.filter((status) => status === '201').length;
      expect((await call.read('/Users?count=0')).totalResults).to.equal(1 + done);
    });

    it('let nothing be written when the time for it is over', async () => {
      const late = await database.startMuster({ url, timeLimits: { requestMs: longMs, commitMs: longMs + 60_000 } });
      const bulk = bulkCallerOf(late, token);
      expect(await bulk.statuses([operation('ann'), operation('ben')])).to.deep.equal(['503', '503']);
      expect((await bulk('POST', '/Users', userBody('cho'))).status).to.equal(503);
      expect((await call.read('/Users')).totalResults).to.equal(1);
    });

    it('hold for a stop: who has come in is answered or cut, and nobody is let in (RFC 9112 §9.6)', async () => {
      const stopping = await database.startMuster({ url, timeLimits: { graceMs: 300 } });
      const head = [
        'POST /scim/v2/Users HTTP/1.1',
        'Host: a',
        `Authorization: Bearer ${token}`,
        'Content-Type: application/scim+json',
        'Content-Length: 100000',
        'Expect: 100-continue',
      ];
      const socket = connect(Number(new URL(stopping.url).port), '127.0.0.1');
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      await once(socket, 'data');
      const closed = once(socket, 'close');
      await stopping.stop();
      await closed;
      const refused = connect(Number(new URL(stopping.url).port), '127.0.0.1');
      const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
      expect(error.code).to.equal('ECONNREFUSED');
    });

    it('close a connection on which nobody says anything', async () => {
      const quiet = await database.startMuster({ url, timeLimits: { silenceMs: 200 } });
      expect(await drip(quiet.url, '', '').catch(() => 'closed')).to.be.oneOf(['', 'closed']);
    });

    it('give every answer to requests in time, however short the others are', async () => {
      const patient = await database.startMuster({ url, timeLimits: { requestMs: longMs, checkMs: 1 } });
      const answers = await Promise.all(Array.from({ length: 50 }, () => callerOf(patient, token)('GET', '/Users')));
      expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]));
    });
  });
});
