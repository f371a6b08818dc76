import { expect } from 'chai';
import { bulkCallerOf, user } from '../support/bulk.js';
import { startCommand, type RunningCommand } from '../support/command-line.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster, Response } from '../support/muster.js';
import { callerOf, errorUrn, type Caller, type ScimBody } from '../support/scim.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';
import { mint } from '../support/tenants.js';

// A window of a minute, so that none of it passes in a test, however slow the machine is.
const settings = { RATE_LIMIT_RPS: '1', RATE_LIMIT_BURST: '60', AUTH_FAILURES_PER_MINUTE: '20' };
const path = '/Users?count=0';

async function statusesOf(call: Caller, times: number): Promise<number[]> {
  const statuses = [];
  for (let sent = 0; sent < times; sent++) statuses.push((await call('GET', path)).status);
  return statuses;
}

const count = (statuses: readonly number[], status: number) => statuses.filter((each) => each === status).length;

function requireLimited(answer: Response<ScimBody>): void {
  expect(answer.status).to.equal(429);
  expect(answer.headers['retry-after']).to.match(/^[1-9]\d*$/);
  expect(answer.headers['content-type']).to.equal('application/scim+json');
  expect(answer.body).to.deep.include({ schemas: [errorUrn], status: '429' });
}

describe('rate limits', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let client: string;
    let call: Caller;
    beforeEach(async () => {
      muster = await database.startMuster({ settings });
      client = await muster.createClient('acme');
      call = callerOf(muster, (await muster.createToken({ client })).token);
    });

    it('let a token have its burst, then answer 429 with a SCIM Error and an integer Retry-After (RFC 6585 §4)', async () => {
      const statuses = await statusesOf(call, 60);
      expect(count(statuses, 200)).to.equal(60);
      const refused = await call('GET', path);
      requireLimited(refused);
      expect(Number(refused.headers['retry-after'])).to.be.within(1, 60);
    });

    it('hold for writes as for reads, and nothing of what is refused is done', async () => {
      await statusesOf(call, 60);
      requireLimited(await call('POST', '/Users', { schemas: [], userName: 'refused' }));
      const other = callerOf(muster, (await muster.createToken({ client })).token);
      expect((await other.read('/Users')).totalResults).to.equal(0);
    });

    it('tell in RateLimit and RateLimit-Policy what is left (draft-ietf-httpapi-ratelimit-headers-10)', async () => {
      const { headers } = await call('GET', path);
      expect(headers['ratelimit-policy']).to.equal('"token";q=60;w=60, "client";q=240;w=60');
      expect(headers['ratelimit']).to.match(/^"token";r=59;t=\d+, "client";r=239;t=\d+$/);
      await statusesOf(call, 59);
      expect((await call('GET', path)).headers['ratelimit']).to.match(/^"token";r=0;t=[1-9]\d*$/);
    });

    it('take nothing from another token of the client, nor from another client', async () => {
      await statusesOf(call, 61);
      const same = callerOf(muster, (await muster.createToken({ client })).token);
      const other = callerOf(muster, (await muster.createToken({ client: await muster.createClient('globex') })).token);
      expect([(await same('GET', path)).status, (await other('GET', path)).status]).to.deep.equal([200, 200]);
    });

    it('hold for a client with all its tokens together', async () => {
      const tight = await database.startMuster({ settings: { ...settings, RATE_LIMIT_CLIENT_RPS: '1' } });
      const both = await tight.createClient('acme');
      const [first, second] = [await mint(tight, { client: both }), await mint(tight, { client: both })];
      expect(count(await statusesOf(first.scim, 40), 200)).to.equal(40);
      expect(count(await statusesOf(second.scim, 30), 200)).to.equal(20);
      requireLimited(await first.scim('GET', path));
    });

    it('answer the companion API with problem details (RFC 9457)', async () => {
      const { api } = await mint(muster, { client, access: 'admin' });
      for (let sent = 0; sent < 60; sent++) await api('GET', '/tokens');
      const refused = await api('GET', '/tokens');
      expect(refused.status).to.equal(429);
      expect(refused.headers['content-type']).to.equal('application/problem+json');
      expect(refused.headers['retry-after']).to.match(/^[1-9]\d*$/);
    });

    it('hold for operators too', async () => {
      const { api } = await mint(muster, {});
      const statuses = [];
      for (let sent = 0; sent < 61; sent++) statuses.push((await api('GET', '/clients')).status);
      expect([count(statuses, 200), statuses.at(-1)]).to.deep.equal([60, 429]);
    });

    it('count each operation of a Bulk: it is done, and what it was too much is waited for (RFC 7644 §3.7)', async () => {
      const bulk = bulkCallerOf(muster, (await muster.createToken({ client })).token);
      const statuses = await bulk.statuses(Array.from({ length: 90 }, (_, index) => user(`u${index}`)));
      expect(new Set(statuses)).to.deep.equal(new Set(['201']));
      const refused = await bulk('GET', path);
      requireLimited(refused);
      expect(Number(refused.headers['retry-after'])).to.be.within(61, 90);
    });

    it('count each thing of a batch of the companion API', async () => {
      const { api } = await mint(muster, { client, access: 'admin' });
      const staffUniqueIds = Array.from({ length: 60 }, (_, index) => `nobody ${index}`);
      const body = { claimType: 'role', claimValue: 'Admin', staffUniqueIds };
      expect((await api('POST', '/userclaims', body)).status).to.equal(200);
      expect((await api('GET', '/tokens')).status).to.equal(429);
    });

    it('let requests in again when the window has passed', async () => {
      const quick = await database.startMuster({ settings: { RATE_LIMIT_RPS: '4', RATE_LIMIT_BURST: '4' } });
      const { scim } = await mint(quick, { client: await quick.createClient('acme') });
      let refused = false;
      while (!refused) refused = (await scim('GET', path)).status === 429;
      while (refused) refused = (await scim('GET', path)).status === 429;
      expect((await scim('GET', path)).status).to.equal(200);
    });

    it('are off with RATE_LIMIT_RPS=0', async () => {
      const open = await database.startMuster({ settings: { RATE_LIMIT_RPS: '0' } });
      const { scim } = await mint(open, { client: await open.createClient('acme') });
      const { headers } = await scim('GET', path);
      expect(headers).not.to.have.any.keys('ratelimit', 'ratelimit-policy');
    });

    describe('for credentials that are refused', () => {
      const guess = `muster_${'0'.repeat(16)}_${'A'.repeat(49)}`;

      it('answer 429 in the place of 401 after as many as an address may send', async () => {
        const statuses = await statusesOf(callerOf(muster, guess), 20);
        expect(count(statuses, 401)).to.equal(20);
        const refused = await callerOf(muster, guess)('GET', path);
        requireLimited(refused);
        expect(refused.headers).not.to.have.property('www-authenticate');
      });

      it('keep nobody out who comes from that address with a valid token', async () => {
        await statusesOf(callerOf(muster, guess), 25);
        expect((await call('GET', path)).status).to.equal(200);
        expect((await muster.request('GET', path, { token: 'a.b.c' })).status).to.equal(429);
      });

      it('do not count requests without credentials', async () => {
        for (let sent = 0; sent < 25; sent++) expect((await muster.request('GET', path)).status).to.equal(401);
        expect((await callerOf(muster, guess)('GET', path)).status).to.equal(401);
      });
    });
  });
});

describe('rate limits of processes that share a PostgreSQL', function () {
  this.timeout(60_000);
  forEachDatabase((database) => {
    if (database.kind === 'sqlite') return;
    let folder: string;
    const running = new Set<RunningCommand>();
    beforeEach(async () => {
      folder = await temporaryFolder();
    });
    afterEach(async () => {
      for (const { child } of running) child.kill('SIGKILL');
      running.clear();
      await removeTemporaryFolder(folder);
    });

    async function serve(url: string): Promise<string> {
      const given = { ...settings, RATE_LIMIT_BURST: '200', DATABASE_URL: url, PORT: '0', LOG_LEVEL: 'silent' };
      const command = startCommand(['serve'], { cwd: folder, settings: given });
      running.add(command);
      const [base = ''] = /http:\S+/.exec(await command.prints('Data: ')) ?? [];
      return base;
    }

    it('are the same limits: two of them together let in no more than the limit and a tenth of it each', async () => {
      const url = await database.url();
      const muster = await database.startMuster({ url });
      const { token } = await muster.createToken({ client: await muster.createClient('acme') });
      const bases = await Promise.all([serve(url), serve(url)]);
      const send = async (base: string) => (await muster.request('GET', base + path, { token })).status;
      const flood = async (base: string) => {
        const statuses = [];
        for (let sent = 0; sent < 30; sent++) {
          statuses.push(...(await Promise.all(Array.from({ length: 10 }, () => send(base)))));
        }
        return statuses;
      };
      const statuses = (await Promise.all(bases.map(flood))).flat();
      expect(count(statuses, 200)).to.be.within(200, 240);
      expect(count(statuses, 200) + count(statuses, 429)).to.equal(600);
    });
  });
});
