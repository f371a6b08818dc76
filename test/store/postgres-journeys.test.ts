import { expect } from 'chai';
import { startMuster, type Muster } from '../support/muster.js';
import { callerOf, groupBody, patchBody, userBody, type Caller } from '../support/scim.js';
import { sharedPostgres } from '../support/shared-postgres.js';
import { WatchedWay } from '../support/watched-journeys.js';

describe('the journeys of a write to PostgreSQL', () => {
  let way: WatchedWay;
  let url: string;
  let muster: Muster;
  let call: Caller;
  before(async () => {
    const { server, templateUrl } = await sharedPostgres();
    way = await WatchedWay.open(server.port);
    url = await server.createDatabase(templateUrl);
    muster = await startMuster(way.url(url));
    call = callerOf(muster, (await muster.createToken({ client: await muster.createClient('acme') })).token);
  });
  after(async () => {
    await muster.stop();
    await way.close();
    await (await sharedPostgres()).server.dropDatabase(url);
  });

  /** How many journeys the transactions make in which a request sends such a statement. */
  async function journeysOf(statement: RegExp, request: () => Promise<{ readonly status: number }>): Promise<number[]> {
    const fitting = () => way.transactions().filter((journeys) => journeys.flat().some((text) => statement.test(text)));
    // They are told by connection, not in the order of time.
    const known = new Set(fitting().map(([begin]) => begin));
    expect((await request()).status).to.be.within(200, 299);
    return fitting().flatMap((journeys) => (known.has(journeys[0]) ? [] : [journeys.length]));
  }

  it('are two for a create, a PUT and a PATCH of a person: what is read, and what is written with the commit', async () => {
    const { id } = await call.create('/Users', userBody('ada', { emails: [{ value: 'ada@example.com' }] }));
    const create = () => call('POST', '/Users', userBody('grace', { emails: [{ value: 'grace@example.com' }] }));
    expect(await journeysOf(/^insert into users/, create)).to.deep.equal([2]);
    const replace = () => call('PUT', `/Users/${id}`, userBody('ada', { emails: [{ value: 'ada@example.org' }] }));
    expect(await journeysOf(/^update users/, replace)).to.deep.equal([2]);
    const switchOff = () => call('PATCH', `/Users/${id}`, patchBody({ op: 'replace', path: 'active', value: false }));
    expect(await journeysOf(/^update users/, switchOff)).to.deep.equal([2]);
  });

  it('are three for a member of a group, who is judged under its lock', async () => {
    const { id: value } = await call.create('/Users', userBody('lin'));
    const { id } = await call.create('/Groups', groupBody('staff'));
    const add = () => call('PATCH', `/Groups/${id}`, patchBody({ op: 'add', path: 'members', value: [{ value }] }));
    expect(await journeysOf(/^insert into memberships/, add)).to.deep.equal([3]);
  });

  it('of a Bulk are those of transactions that its operations share (RFC 7644 §3.7)', async () => {
    const people = Array.from({ length: 100 }, (_, index) => userBody(`bulk${index}`));
    const operations = people.map((data, index) => ({ method: 'POST', path: '/Users', bulkId: `b${index}`, data }));
    const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations: operations };
    const transactions = await journeysOf(/^insert into users/, () => call('POST', '/Bulk', body));
    expect(transactions.length).to.be.below(people.length);
  });
});
