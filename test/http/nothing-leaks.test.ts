import { connect } from 'node:net';
import { expect } from 'chai';
import { pino } from 'pino';
import { readConfig } from '../../src/config.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { bulkRequestUrn } from '../support/bulk.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster, RequestOptions } from '../support/muster.js';
import { callerOf, enterpriseUrn, groupBody, patchBody, userBody } from '../support/scim.js';
import { mint } from '../support/tenants.js';

/** What nobody may find in a log or among metrics: each is made once, and remembered. */
class Traces {
  readonly #made: string[] = [];

  /** A datum for a place, such as a name for a body. */
  mark(place: string): string {
    const mark = `leak-${place}-${this.#made.length}`;
    this.#made.push(mark);
    return mark;
  }

  /** A secret that was made elsewhere: no part of it that is long enough to be of use. */
  secret(text: string): string {
    this.#made.push(text, text.slice(-20), Buffer.from(text).toString('base64').slice(0, 24));
    return text;
  }

  foundIn(text: string): readonly string[] {
    const lower = text.toLowerCase();
    return this.#made.filter((mark) => lower.includes(mark.toLowerCase()));
  }
}

interface Driven {
  readonly method: string;
  readonly path: string;
  readonly options: RequestOptions;
}

/** Requests that carry data wherever a request can, most of which fail in one way or another. */
function requestsWith(
  traces: Traces,
  { token, apiUrl, id }: { token: string; apiUrl: string; id: string },
): readonly Driven[] {
  const mark = (place: string) => traces.mark(place);
  const person = (name: string) =>
    userBody(`${name}@mail.example`, {
      name: { familyName: mark('family'), formatted: mark('formatted') },
      emails: [{ value: `${mark('mail')}@mail.example`, type: 'work' }],
      phoneNumbers: [{ value: mark('phone') }],
      addresses: [{ streetAddress: mark('street') }],
      password: `Aa1-${mark('password')}`,
      [enterpriseUrn]: { employeeNumber: mark('number'), department: mark('department') },
    });
  const twice = person(mark('twice'));
  const send = (method: string, path: string, body?: unknown, headers: RequestOptions['headers'] = {}): Driven => ({
    method,
    path,
    options: { token, headers, ...(body === undefined ? {} : { body }) },
  });
  return [
    send('POST', '/Users', twice),
    send('POST', '/Users', twice),
    send('PUT', `/Users/${id}`, person(mark('put'))),
    send('PATCH', `/Users/${id}`, patchBody({ op: 'add', path: 'title', value: mark('patch') })),
    send(
      'PATCH',
      `/Users/${id}`,
      patchBody({ op: 'add', path: `emails[value eq "${mark('path-filter')}"].x`, value: 1 }),
    ),
    send('PATCH', `/Users/${id}`, patchBody({ op: mark('op'), path: mark('op-path'), value: {} })),
    send('POST', '/Users', `{"userName": "${mark('half')}`),
    send('POST', '/Users', `{"userName": "${mark('nul')}\\u0000"}`),
    send('POST', '/Users', userBody('x', { [mark('member')]: mark('value') })),
    send('POST', '/Groups', groupBody(mark('group'), { members: [{ value: mark('member-id') }] })),
    send('POST', '/Bulk', {
      schemas: [bulkRequestUrn],
      Operations: [
        { method: 'POST', path: '/Users', bulkId: mark('bulk-id'), data: person(mark('bulk')) },
        { method: 'PATCH', path: `/Users/${mark('bulk-path')}`, data: {} },
        { method: mark('bulk-method'), path: '/Users', data: {} },
      ],
    }),
    send('POST', '/.search', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      filter: `userName eq "${mark('search')}"`,
    }),
    ...['filter', 'sortBy', 'cursor', 'attributes', 'count', mark('parameter')].map((name) =>
      send('GET', `/Users?${name}=${encodeURIComponent(`${mark('query')} "eq`)}`),
    ),
    send('GET', `/Users?filter=${encodeURIComponent(`userName eq "${mark('filter')}"`)}`),
    send('GET', `/Users/${mark('user-path')}`),
    send('GET', `/${mark('endpoint')}/${mark('endpoint-id')}`),
    send('GET', `/Users/%ZZ${mark('undecodable')}`),
    send('DELETE', `/Users/${id}/${mark('deep')}`),
    send(`GET`, `${apiUrl}/${mark('api-path')}`),
    send('GET', `${apiUrl}/users/${mark('api-id')}?${mark('api-name')}=${mark('api-value')}`),
    send('POST', `${apiUrl}/users`, { userName: mark('api-user'), email: 3, [mark('api-member')]: mark('api-data') }),
    send('POST', `${apiUrl}/tokens`, { description: mark('description'), units: [mark('unit')] }),
    send('POST', `${apiUrl}/units`, { name: mark('unit-name') }),
    send('POST', `${apiUrl}/account/password`, { oldPassword: mark('old'), newPassword: mark('new') }),
    ...[
      'user-agent',
      'cookie',
      'referer',
      'x-muster-client',
      'x-request-id',
      'x-forwarded-for',
      'if-match',
      'accept',
      mark('header'),
    ].map((name) => send('GET', `/Users/${id}`, undefined, { [name]: mark('header-value') })),
    { method: 'GET', path: '/Users', options: { token: mark('bearer') } },
    {
      method: 'GET',
      path: '/Users',
      options: { token: traces.secret(`muster_${'a'.repeat(16)}_${'B'.repeat(43)}c0ffee`) },
    },
    {
      method: 'GET',
      path: '/Users',
      options: { headers: { authorization: `Basic ${traces.secret('dXNlcjpwYXNzd29yZC1vZi1zb21lYm9keQ==')}` } },
    },
    { method: 'GET', path: `/Users?access_token=${token}`, options: {} },
    { method: 'POST', path: '/Users', options: { body: { access_token: token, userName: mark('no-token') } } },
  ];
}

/** Bytes that are no request. */
function sendGarbage(url: string, text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.end(text));
    socket
      .resume()
      .on('error', () => undefined)
      .on('close', () => resolve());
  });
}

describe('the log and the metrics', function () {
  this.timeout(60_000);
  forEachDatabase((database) => {
    it('hold no secret and nothing about a person, whatever is sent, and whatever fails (promise 7)', async () => {
      const traces = new Traces();
      const lines: string[] = [];
      // Nothing is redacted here: what is not in a line need not be taken out of it.
      const log = pino({ level: 'trace' }, { write: (line) => void lines.push(line) });
      const url = await database.url();
      const settings = { METRICS_TOKEN: traces.secret('metrics-token-of-this-test') };
      const muster = await database.startMuster({ url, log, settings });
      const client = await muster.createClient(traces.mark('client'));
      await muster.createUnit(client, traces.mark('unit'));
      const own = await mint(muster, { client, access: 'admin', description: traces.mark('description') });
      traces.secret(own.token);
      const { id } = await own.scim.create('/Users', userBody(`${traces.mark('first')}@mail.example`));
      const personal = await mint(muster, { client, user: id });
      traces.secret(personal.token);
      const drive = async (token: string) => {
        for (const { method, path, options } of requestsWith(traces, { token, apiUrl: muster.apiUrl, id })) {
          await muster.request(method, path.startsWith('/') ? muster.baseUrl + path : path, options);
        }
      };
      await drive(own.token);
      await drive(personal.token);
      await sendGarbage(muster.url, `GET /${traces.mark('garbage')} NONSENSE\r\n${traces.mark('garbage')}\r\n\r\n`);
      const metrics = await readMetrics(muster, settings.METRICS_TOKEN);
      await breakUsers(url);
      const broken = await callerOf(muster, own.token)('POST', '/Users', userBody(traces.mark('broken')));
      expect(broken.status).to.equal(500);
      await muster.stop();
      const text = lines.join('');
      expect(traces.foundIn(`what is there is found: ${own.token}`)).to.include(own.token);
      expect(text).to.contain('"unexpected error"').and.to.contain('"request"');
      expect(traces.foundIn(text)).to.deep.equal([]);
      expect(metrics).to.contain('muster_http_requests_total');
      expect(traces.foundIn(metrics)).to.deep.equal([]);
    });
  });
});

async function readMetrics(muster: Muster, token: string): Promise<string> {
  const { status, text } = await muster.request('GET', `${muster.url}/metrics`, { token });
  expect(status).to.equal(200);
  return text;
}

/** Takes a column away, so that the service meets what it cannot foresee. */
async function breakUsers(url: string): Promise<void> {
  const database = await openDatabase(readConfig({ DATABASE_URL: url }).database);
  try {
    await database.transaction((connection) => connection.run('alter table users rename column display_name to gone'));
  } finally {
    await database.close();
  }
}
