import { expect } from 'chai';
import { Registry } from 'prom-client';
import { readConfig } from '../../src/config.js';
import { ClientCounts } from '../../src/http/client-counts.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { callerOf, userBody, type Caller } from '../support/scim.js';

// In Go, which Prometheus is written in, letter case does not matter to NaN; the lag of a loop that was not measured yet is one.
const line = /^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="(\\.|[^"\\])*",?)+\})? (-?[\d.e+-]+|\+Inf|[Nn]a[Nn]))$/;

/** The series of a metric: the value of each by its labels as they are written. */
function seriesOf(text: string, name: string): ReadonlyMap<string, number> {
  const found = text.split('\n').flatMap((each) => {
    const [, labels = '', value] = new RegExp(`^${name}(\\{.*\\})? (\\S+)$`).exec(each) ?? [];
    return value === undefined ? [] : [[labels, Number(value)] as const];
  });
  return new Map(found);
}

const counted = (text: string, route: string, method: string, status: number) =>
  seriesOf(text, 'muster_http_requests_total').get(`{route="${route}",method="${method}",status="${status}"}`);

describe('metrics', function () {
  this.timeout(20_000);
  forEachDatabase((database) => {
    let muster: Muster;
    let client: string;
    let call: Caller;

    async function start(settings: Readonly<Record<string, string>> = {}): Promise<void> {
      muster = await database.startMuster({ settings });
      client = await muster.createClient('acme');
      call = callerOf(muster, (await muster.createToken({ client })).token);
    }

    /** What `/metrics` says once it counts as many requests as have been answered: it counts when an answer has gone. */
    async function metrics(isThere: (text: string) => boolean = () => true): Promise<string> {
      for (;;) {
        const { status, text } = await muster.request('GET', `${muster.url}/metrics`);
        expect(status, text).to.equal(200);
        if (isThere(text)) return text;
      }
    }

    it('are text that Prometheus reads', async () => {
      await start();
      const { headers, text } = await muster.request('GET', `${muster.url}/metrics`);
      expect(headers['content-type']).to.equal('text/plain; version=0.0.4; charset=utf-8');
      const wrong = text.split('\n').filter((each) => each !== '' && !line.test(each));
      expect(wrong).to.deep.equal([]);
    });

    it('count requests by the template of their route, by method and by status, whatever clients write', async () => {
      await start();
      const { id } = await call.create('/Users', userBody('ada'));
      for (const path of [`/Users/${id}`, `/users/${id}`, `/USERS/${id}?attributes=id`, `/Users/${id}/`]) {
        expect((await call('GET', path)).status, path).to.equal(200);
      }
      for (let made = 0; made < 20; made++) await call('GET', `/${made}-unknown/x`);
      await call('PATCH', `${muster.apiUrl}/users/${id}`, {});
      await call('GET', `${muster.url}/scim/Users`);
      await call('POST', '/Users/.search', { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] });
      const text = await metrics((each) => counted(each, '/scim/v2/Users/.search', 'POST', 200) === 1);
      expect(counted(text, '/scim/v2/Users', 'POST', 201)).to.equal(1);
      expect(counted(text, '/scim/v2/Users/{id}', 'GET', 200)).to.equal(4);
      expect(counted(text, 'other', 'GET', 404)).to.equal(20);
      expect(counted(text, '/api/v1/users/{id}', 'PATCH', 405)).to.equal(1);
      expect(counted(text, '/scim/v2/Users', 'GET', 200)).to.equal(1);
      expect(text).not.to.contain(id).and.not.to.contain('unknown');
    });

    it('tell how long requests and work in the database take, and what waits', async () => {
      await start();
      await call.create('/Users', userBody('ada'));
      await call.read('/Users?filter=title%20co%20%22x%22');
      const text = await metrics();
      const durations = seriesOf(text, 'muster_http_request_duration_seconds_count');
      expect(durations.get('{route="/scim/v2/Users",method="POST"}')).to.equal(1);
      const work = seriesOf(text, 'muster_db_duration_seconds_count');
      for (const kind of ['read', 'scan', 'write', 'transaction']) {
        expect(work.get(`{work="${kind}"}`), kind).to.be.at.least(1);
      }
      const load = seriesOf(text, 'muster_db_load');
      const expected = {
        sqlite: ['writesWaiting', 'scansWaiting'],
        postgres: ['connectionsUsed', 'connectionsFree', 'connectionsWaiting'],
      }[database.kind];
      expect([...load.keys()]).to.have.members(expected.map((what) => `{what="${what}"}`));
      expect(seriesOf(text, 'muster_http_requests').get('{state="waiting"}')).to.equal(0);
    });

    it('tell the lag of the event loop, memory and CPU of the process', async () => {
      await start();
      const text = await metrics();
      for (const name of [
        'nodejs_eventloop_lag_p99_seconds',
        'process_resident_memory_bytes',
        'process_cpu_seconds_total',
      ]) {
        expect(seriesOf(text, name).size, name).to.equal(1);
      }
    });

    it('count what limits refuse, and credentials that are refused', async () => {
      await start({ RATE_LIMIT_RPS: '1', RATE_LIMIT_BURST: '10', AUTH_FAILURES_PER_MINUTE: '3' });
      for (let sent = 0; sent < 13; sent++) await call('GET', '/Users?count=0');
      for (let sent = 0; sent < 5; sent++) await callerOf(muster, 'wrong')('GET', '/Users');
      const text = await metrics();
      expect(seriesOf(text, 'muster_rate_limited_total').get('{limit="token"}')).to.equal(3);
      expect(seriesOf(text, 'muster_rate_limited_total').get('{limit="failures"}')).to.equal(2);
      expect(seriesOf(text, 'muster_auth_failures_total').get('')).to.equal(5);
    });

    it('count clients by id, without a name', async () => {
      await start();
      await call('GET', '/Users');
      const text = await metrics((each) => seriesOf(each, 'muster_client_requests_total').size > 0);
      expect(seriesOf(text, 'muster_client_requests_total').get(`{client="${client}"}`)).to.equal(1);
      expect(text).not.to.contain('acme');
    });

    it('are read on this machine alone, and by nobody where others may come from it: 404', async () => {
      await start();
      for (const name of [
        'X-Forwarded-For',
        'Forwarded',
        'Via',
        'X-Real-IP',
        'X-Forwarded-Host',
        'X-Forwarded-Proto',
      ]) {
        const answer = await muster.request('GET', `${muster.url}/metrics`, { headers: { [name]: '192.0.2.1' } });
        expect(answer.status, name).to.equal(404);
      }
      for (const settings of [{ PUBLIC_URL: 'https://muster.example' }, { TRUSTED_PROXY: 'loopback' }]) {
        await start(settings);
        expect((await muster.request('GET', `${muster.url}/metrics`)).status).to.equal(404);
      }
    });

    it('are read with METRICS_TOKEN, and then with nothing else: 401 with a challenge (RFC 6750 §3)', async () => {
      const token = 'a-token-for-prometheus';
      await start({ METRICS_TOKEN: token, PUBLIC_URL: 'https://muster.example' });
      const ask = (given?: string) =>
        muster.request('GET', `${muster.url}/metrics`, given === undefined ? {} : { token: given });
      expect((await ask(token)).status).to.equal(200);
      const tenant = (await muster.createToken({ client })).token;
      for (const wrong of [undefined, '', tenant, `${token}x`, token.slice(1)]) {
        const answer = await ask(wrong);
        expect(answer.status, wrong).to.equal(401);
        expect(answer.headers['www-authenticate'], wrong).to.match(/^Bearer /);
        expect(answer.text).not.to.contain('muster_http');
      }
    });
  });

  it('need a METRICS_TOKEN that cannot be guessed', () => {
    for (const METRICS_TOKEN of ['short', 'with a space in it', 'ümlaut-ümlaut-ümlaut']) {
      expect(() => readConfig({ METRICS_TOKEN })).to.throw(/^METRICS_TOKEN/);
    }
  });

  it('have as many series for clients as there are busy ones, and no more however many come', async () => {
    const registry = new Registry();
    const counts = new ClientCounts(registry);
    const series = async () => seriesOf(await registry.metrics(), 'muster_client_requests_total');
    for (let number = 0; number < 500; number++) counts.note(`client-${number}`);
    expect((await series()).size).to.equal(21);
    expect((await series()).get('{client="other"}')).to.equal(480);
    for (let made = 0; made < 50; made++) counts.note('client-499');
    counts.choose();
    counts.note('client-499');
    expect((await series()).size).to.be.at.most(21);
    expect((await series()).get('{client="client-499"}')).to.equal(1);
    counts.close();
  });
});
