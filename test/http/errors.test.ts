import { expect } from 'chai';
import { pino } from 'pino';
import { readConfig } from '../../src/config.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { forEachDatabase } from '../support/databases.js';
import { startMuster, type Muster, type RequestOptions } from '../support/muster.js';
import { sendBytes, sendRaw } from '../support/raw-request.js';
import { callerOf, errorUrn, groupBody, patchBody, userBody, type Caller, type ScimBody } from '../support/scim.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** Every error under SCIM has this form, whatever went wrong (RFC 7644 §3.12). */
function requireScimError(answer: Answer, status: number, scimType?: string): ScimBody {
  expect(answer.status, answer.text).to.equal(status);
  expect(answer.headers['content-type']).to.equal('application/scim+json');
  expect(answer.headers).not.to.have.property('x-powered-by');
  expect(answer.headers['x-request-id']).to.match(uuid);
  // A test reads it; what is not there fails it.
  const body = JSON.parse(answer.text) as ScimBody;
  expect(body.schemas).to.deep.equal([errorUrn]);
  expect(body.status).to.equal(String(status));
  expect(body.detail).to.be.a('string').and.not.equal('');
  expect(body.scimType).to.equal(scimType);
  expect(answer.text).not.to.match(/<[a-z!]|\bat .+:\d+:\d+|node_modules|select |sqlite|postgres/i);
  return body;
}

describe('errors', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let client: string;
    let token: string;
    let call: Caller;
    let user: ScimBody;
    before(async () => {
      muster = await database.startMuster();
      client = await muster.createClient('acme');
      ({ token } = await muster.createToken({ client }));
      call = callerOf(muster, token);
      user = await call.create('/Users', userBody('ada'));
    });

    describe('400', () => {
      const marker = 'marker-7f3a';
      const malformed: readonly (readonly [string, string])[] = [
        ['cut short', `{"userName": "${marker}`],
        ['with a comma too many', `{"userName": "${marker}",}`],
        ['with single quotes', `{'userName': '${marker}'}`],
        ['with text behind it', `{"userName": "${marker}"} x`],
        ['with a comment', `{"userName": "${marker}"} // x`],
        ['with a key twice', `{"userName": "${marker}", "userName": "${marker}2"}`],
        ['with a NUL in a string', `{"userName": "${marker}\u0000"}`],
        ['that is a list', `["${marker}"]`],
        ['that is a text', `"${marker}"`],
        ['that is null', 'null'],
        ['that is a number', '1e999'],
        ['that is empty', ''],
        ['that is white space', '  \n'],
        ['that is a page', `<html>${marker}</html>`],
        ['that is nested deeply', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
      ];
      for (const [what, text] of malformed) {
        it(`a body ${what} is 400 and is not repeated (RFC 7644 §3.12)`, async () => {
          for (const [method, path] of [
            ['POST', '/Users'],
            ['PUT', `/Users/${user.id}`],
            ['PATCH', `/Users/${user.id}`],
            ['POST', '/Groups'],
          ] as const) {
            const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
            const answer = await sendRaw(muster.baseUrl + path, { method, headers, chunks: [Buffer.from(text)] });
            requireScimError(answer, 400, 'invalidSyntax');
            expect(answer.text).not.to.contain(marker);
          }
        });
      }

      it('a lone surrogate in a value is 400 invalidValue (RFC 8259 §8.2)', async () => {
        const body = `{"userName": "${marker}\\ud800"}`;
        requireScimError(await call('POST', '/Users', body), 400, 'invalidValue');
      });

      it('a body that is not UTF-8 is 400 invalidSyntax (RFC 8259 §8.1)', async () => {
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
        const chunks = [Buffer.from('{"userName": "caf'), Buffer.from([0xe9]), Buffer.from('"}')];
        requireScimError(
          await sendRaw(`${muster.baseUrl}/Users`, { method: 'POST', headers, chunks }),
          400,
          'invalidSyntax',
        );
      });

      for (const path of ['/Users/%zz', '/Users/%', '/Groups/%C3%28', '/Users/%E0%A4%A']) {
        it(`a path that cannot be decoded is 400, not a page: ${path} (RFC 3986 §2.1)`, async () => {
          for (const method of ['GET', 'DELETE']) {
            const headers = { authorization: `Bearer ${token}` };
            const answer = await sendRaw(muster.baseUrl + path, { method, headers });
            requireScimError(answer, 400, 'invalidSyntax');
          }
        });
      }

      for (const id of ["' or '1'='1", 'x"y', '../Groups', '%00', '0', 'null', '%F0%9F%A6%84', 'A'.repeat(8_000)]) {
        it(`an id that cannot be one is 404: ${id.slice(0, 20)} (RFC 7644 §3.12)`, async () => {
          const path = `/Users/${id.includes('%') ? id : encodeURIComponent(id)}`;
          for (const [method, body] of [['GET'], ['PUT', userBody('x')], ['DELETE']] as const) {
            requireScimError(await call(method, path, body), 404);
          }
        });
      }
    });

    describe('401', () => {
      const challenge = 'Bearer realm="muster"';
      const invalid = `${challenge}, error="invalid_token"`;

      async function challenged(options: RequestOptions, path = '/Users') {
        const answer = await muster.request<ScimBody>('GET', path, options);
        requireScimError(answer, 401);
        return answer.headers['www-authenticate'];
      }

      it('no header is challenged without an error (RFC 6750 §3)', async () => {
        expect(await challenged({})).to.equal(challenge);
      });

      for (const authorization of [
        'Bearer nope',
        'Bearer',
        'Bearer ',
        'Basic x',
        'Basic bXVzdGVyOm11c3Rlcg==',
        'Digest username="x"',
        'nope',
        'Bearer muster_0000000000000000_aaaa',
        'Bearer "><script>alert(1)</script>',
        'Bearer error="x", realm="y"',
      ]) {
        it(`what is no token is challenged as invalid, and not repeated: ${authorization} (RFC 6750 §3.1)`, async () => {
          expect(await challenged({ headers: { authorization } })).to.equal(invalid);
        });
      }

      it('a token that is changed in any place is invalid (RFC 6750 §3.1)', async () => {
        for (let place = 0; place < token.length; place += 5) {
          const other = token[place] === 'a' ? 'b' : 'a';
          const changed = token.slice(0, place) + other + token.slice(place + 1);
          expect(await challenged({ token: changed })).to.equal(invalid);
        }
        for (const changed of [token.slice(0, -1), `${token}0`, token.toUpperCase()]) {
          expect(await challenged({ token: changed })).to.equal(invalid);
        }
      });

      it('a revoked token is invalid from the next request on', async () => {
        const minted = await muster.createToken({ client });
        expect((await callerOf(muster, minted.token)('GET', '/Users')).status).to.equal(200);
        await muster.revokeToken(client, minted.id);
        expect(await challenged({ token: minted.token })).to.equal(invalid);
      });

      it('an expired token is invalid', async () => {
        const own = await database.url();
        const server = await database.startMuster({ url: own });
        const minted = await server.createToken({ client: await server.createClient('expiring') });
        await changeBehind(own, "update tokens set expires_at = '2020-01-01T00:00:00.000Z' where id = ?", [minted.id]);
        const answer = await server.request('GET', '/Users', { token: minted.token });
        requireScimError(answer, 401);
        expect(answer.headers['www-authenticate']).to.equal(invalid);
      });

      it('a token in the query or in the body is not looked at (STACK 15, RFC 6750 §2.2)', async () => {
        for (const name of ['access_token', 'token', 'Authorization']) {
          expect(await challenged({}, `/Users?${name}=${token}`)).to.equal(challenge);
        }
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        const form = await muster.request('POST', '/Users', { headers, body: `access_token=${token}` });
        requireScimError(form, 401);
        requireScimError(await muster.request('POST', '/Users', { body: { access_token: token } }), 401);
      });

      it('a token in the query beside a bad header does not help', async () => {
        expect(await challenged({ token: 'nope' }, `/Users?access_token=${token}`)).to.equal(invalid);
      });

      const accepted: readonly (readonly [string, (text: string) => string])[] = [
        ['with two spaces', (text) => `Bearer  ${text}`],
        ['with the scheme in lower case', (text) => `bearer ${text}`],
        ['with the scheme in capitals', (text) => `BEARER ${text}`],
        ['without a scheme, as Okta sends it', (text) => text],
      ];
      for (const [how, header] of accepted) {
        it(`a token ${how} is accepted (RFC 6750 §2.1)`, async () => {
          expect(
            (await muster.request('GET', '/Users', { headers: { authorization: header(token) } })).status,
          ).to.equal(200);
        });
      }

      it('comes before the path, the method, the type and the body are looked at', async () => {
        for (const [method, path, body] of [
          ['GET', '/Nowhere'],
          ['DELETE', '/Users'],
          ['POST', '/Users', '{"broken'],
          ['GET', '/Users?filter=('],
          ['POST', '/Users', 'x'.repeat(2_000_000)],
        ] as const) {
          const answer = await muster.request(method, path, body === undefined ? {} : { body });
          expect(answer.status, `${method} ${path}`).to.equal(401);
        }
      });
    });

    describe('404', () => {
      for (const path of [
        '/Nowhere',
        '/Users/a/b',
        '/users2',
        '/Groups/x/members',
        '/Schemas/nope',
        '/ResourceTypes/Nope',
      ]) {
        it(`a path that is nothing is a SCIM error: ${path} (RFC 7644 §3.12)`, async () => {
          requireScimError(await call('GET', path), 404);
        });
      }

      it('outside of SCIM it is problem+json, never a page (RFC 9457)', async () => {
        for (const path of ['/', '/nowhere', '/index.html', '/api/v1/nowhere']) {
          const answer = await call('GET', muster.url + path);
          expect([answer.status, answer.headers['content-type']], path).to.deep.equal([
            404,
            'application/problem+json',
          ]);
          expect(answer.headers).not.to.have.property('x-powered-by');
          expect(answer.text).not.to.contain('<');
        }
        requireScimError(await call('GET', `${muster.url}/scim/v3/Users`), 400, 'invalidVers');
      });
    });

    describe('405', () => {
      const list = ['GET', 'HEAD', 'POST'];
      const one = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'];
      const read = ['GET', 'HEAD'];
      for (const [path, allowed] of [
        ['/Users', list],
        ['/Groups', list],
        ['/Users/x', one],
        ['/Groups/x', one],
        ['/ServiceProviderConfig', read],
        ['/Schemas', read],
        ['/ResourceTypes/User', read],
      ] as const) {
        it(`a method that ${path} does not have is 405 and names those that it has (RFC 9110 §15.5.6)`, async () => {
          const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'OPTIONS', 'MKCOL', 'LOCK'];
          for (const method of methods.filter((each) => !allowed.includes(each))) {
            const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
            const answer = await sendRaw(muster.baseUrl + path, { method, headers });
            requireScimError(answer, 405);
            expect(String(answer.headers['allow']).split(', '), method).to.include.members([...allowed]);
          }
        });
      }

      it('HEAD is answered as GET is, without the body (RFC 9110 §9.3.2)', async () => {
        for (const path of ['/Users', `/Users/${user.id}`, '/ServiceProviderConfig', '/Users/nobody', '/Nowhere']) {
          const [head, get] = [await call('HEAD', path), await call('GET', path)];
          expect([head.status, head.text], path).to.deep.equal([get.status, '']);
          expect(head.headers['content-type']).to.equal(get.headers['content-type']);
          expect(head.headers['etag']).to.equal(get.headers['etag']);
        }
      });
    });

    describe('406 and 415', () => {
      it('an Accept without JSON is 406 (RFC 9110 §15.5.7)', async () => {
        for (const accept of [
          'text/html',
          'application/xml',
          'image/*',
          'application/scim+json;q=0',
          'application/json; q=0.000, text/*',
          'nonsense',
        ]) {
          requireScimError(await call('GET', '/Users', undefined, { accept }), 406);
        }
      });

      it('answers are application/scim+json without a charset, whichever JSON was asked for (RFC 7644 §3.1)', async () => {
        for (const accept of [
          '*/*',
          'application/*',
          'application/json',
          'application/scim+json, text/html;q=0.9',
          'text/html, */*;q=0.1',
          'application/scim+json; charset=utf-8',
          'Application/JSON;charset=UTF-8;q=0.8',
          'application/scim+json;q=0, application/json',
          '',
        ]) {
          for (const path of [
            '/Users',
            `/Users/${user.id}`,
            '/Schemas',
            '/ServiceProviderConfig',
            '/ResourceTypes/User',
          ]) {
            const answer = await call('GET', path, undefined, { accept });
            expect([answer.status, answer.headers['content-type']], `${accept} ${path}`).to.deep.equal([
              200,
              'application/scim+json',
            ]);
          }
        }
        const made = await call('POST', '/Users', userBody('typed'));
        expect(made.headers['content-type']).to.equal('application/scim+json');
        expect(
          (await call('PATCH', `/Users/${made.body.id}`, patchBody({ op: 'add', path: 'title', value: 'x' }))).headers[
            'content-type'
          ],
        ).to.equal('application/scim+json');
        expect((await call('DELETE', `/Users/${made.body.id}`)).headers).not.to.have.property(
          'content-type',
          'text/html',
        );
      });

      for (const type of [
        'text/plain',
        'text/json',
        'application/xml',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/json; charset=iso-8859-1',
        'application/scim+json; charset=utf-16',
        'nonsense',
        '',
      ]) {
        it(`a body of type ${type === '' ? '(none)' : type} is 415 (RFC 9110 §15.5.16)`, async () => {
          const headers = { authorization: `Bearer ${token}`, ...(type === '' ? {} : { 'content-type': type }) };
          const chunks = [Buffer.from(JSON.stringify(userBody(`typed ${type}`)))];
          requireScimError(await sendRaw(`${muster.baseUrl}/Users`, { method: 'POST', headers, chunks }), 415);
        });
      }

      for (const type of [
        'application/json',
        'application/scim+json',
        'application/json; charset=utf-8',
        'Application/SCIM+JSON; Charset="UTF-8"',
        'application/json;charset=UTF8',
      ]) {
        it(`a body of type ${type} is read (RFC 7644 §3.1)`, async () => {
          const answer = await call('POST', '/Users', userBody(`typed ${type}`), { 'content-type': type });
          expect(answer.status).to.equal(201);
        });
      }
    });

    describe('409, 412 and 403', () => {
      it('are SCIM errors (RFC 7644 §3.12)', async () => {
        requireScimError(await call('POST', '/Users', userBody('ADA')), 409, 'uniqueness');
        const change = patchBody({ op: 'add', path: 'title', value: 'x' });
        for (const stale of ['W/"99"', '"0"', 'W/"x"', 'nonsense']) {
          requireScimError(await call('PATCH', `/Users/${user.id}`, change, { 'If-Match': stale }), 412);
          requireScimError(await call('DELETE', `/Users/${user.id}`, undefined, { 'If-Match': stale }), 412);
        }
        const reader = callerOf(muster, (await muster.createToken({ client, access: 'read' })).token);
        const refused = await reader('POST', '/Groups', groupBody('x'));
        requireScimError(refused, 403);
        expect(refused.headers['www-authenticate']).to.equal('Bearer realm="muster", error="insufficient_scope"');
      });
    });

    describe('413', () => {
      const large = Buffer.from(JSON.stringify(userBody('x', { title: 'x'.repeat(1_100_000) })));
      const huge = Buffer.alloc(64 * 1024, 'x');

      it('a body that says it is too large is refused before it is sent (RFC 9110 §15.5.14)', async () => {
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
        const announced = { ...headers, 'content-length': String(2_000_000_000), expect: '100-continue' };
        requireScimError(await sendRaw(`${muster.baseUrl}/Users`, { method: 'POST', headers: announced }), 413);
      });

      it('a body that is too large is 413, with a length and in chunks, and the next request is answered', async () => {
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
        const url = `${muster.baseUrl}/Users`;
        const withLength = { ...headers, 'content-length': String(large.length) };
        requireScimError(await sendRaw(url, { method: 'POST', headers: withLength, chunks: [large] }), 413);
        const chunked = { ...headers, 'transfer-encoding': 'chunked' };
        requireScimError(
          await sendRaw(url, { method: 'POST', headers: chunked, chunks: Array.from({ length: 40 }, () => huge) }),
          413,
        );
        expect((await call('GET', '/Users?count=0')).status).to.equal(200);
      });
    });

    describe('the message itself', () => {
      it('a long query is answered, and a longer one than a server reads is an error without a page (RFC 9110 §15.5.15)', async () => {
        const filter = `userName eq "${'a'.repeat(6_000)}"`;
        expect((await call('GET', `/Users?filter=${encodeURIComponent(filter)}`)).status).to.be.oneOf([200, 400]);
        const answer = await sendRaw(`${muster.baseUrl}/Users?filter=${'a'.repeat(40_000)}`, { method: 'GET' });
        requireScimError(answer, 431);
      });

      it('bytes that are no HTTP are answered 400 and the connection is closed (RFC 9112 §3)', async () => {
        const port = Number(new URL(muster.url).port);
        for (const bytes of [
          'nonsense\r\n\r\n',
          'GET /scim/v2/Users HTTP/9.9\r\n\r\n',
          'GET / HTTP/1.1\r\nbad header\r\n\r\n',
          'POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
        ]) {
          const received = await sendBytes(port, bytes);
          expect(received)
            .to.match(/^HTTP\/1\.1 400 /)
            .and.to.contain(errorUrn)
            .and.not.to.contain('<');
        }
        expect((await call('GET', '/Users?count=0')).status).to.equal(200);
      });

      it('a request that names no host is 400, as an error of where it came to (RFC 9112 §3.2)', async () => {
        const port = Number(new URL(muster.url).port);
        for (const [path, type] of [
          ['/scim/v2/Users', 'application/scim+json'],
          ['/api/v1/units', 'application/problem+json'],
        ]) {
          const received = await sendBytes(port, `GET ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`);
          expect(received)
            .to.match(/^HTTP\/1\.1 400 /)
            .and.to.contain(`Content-Type: ${type}\r\n`)
            .and.to.contain('the request names no host');
        }
      });

      it('what else is expected than a 100 is passed over (RFC 9110 §10.1.1)', async () => {
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', expect: 'tea' };
        const chunks = [Buffer.from(JSON.stringify(userBody('expectant')))];
        const answer = await sendRaw(`${muster.baseUrl}/Users`, { method: 'POST', headers, chunks });
        expect([answer.status, answer.headers['content-type']]).to.deep.equal([201, 'application/scim+json']);
      });

      it('a path with a trailing slash is the path without it', async () => {
        expect((await call('GET', '/Users/?count=0')).body.totalResults).to.be.a('number');
        expect((await call('GET', `/Users/${user.id}/`)).body.id).to.equal(user.id);
        expect((await call('POST', '/Users/', userBody('slashed'))).status).to.equal(201);
      });
    });

    describe('500', () => {
      it('says the request id and nothing else when a stored document cannot be read', async () => {
        const url = await database.url();
        const lines: string[] = [];
        const own = await database.startMuster({
          url,
          log: pino({ level: 'trace' }, { write: (line) => void lines.push(line) }),
        });
        const ownClient = await own.createClient('broken');
        const ownCall = callerOf(own, (await own.createToken({ client: ownClient })).token);
        const { id } = await ownCall.create('/Users', userBody('secret.person@acme.example'));
        await changeBehind(url, '/* behind the service */ update users set document = ? where id = ?', [
          '{"userName": secret.person',
          id,
        ]);
        for (const path of [`/Users/${id}`, '/Users']) {
          const answer = await ownCall('GET', path);
          const body = requireScimError(answer, 500);
          expect(body.detail).to.equal(`internal error; the request id is ${answer.headers['x-request-id']}`);
          expect(Object.keys(body).toSorted()).to.deep.equal(['detail', 'schemas', 'status']);
        }
        expect(lines.join('')).to.contain('unexpected error').and.not.to.contain('secret.person');
        expect((await ownCall('POST', '/Users', userBody('grace'))).status).to.equal(201);
      });

      it('says the request id and nothing else when a table is gone, and nothing is half written', async () => {
        const url = await database.url();
        const own = await database.startMuster({ url });
        const ownCall = callerOf(own, (await own.createToken({ client: await own.createClient('dropped') })).token);
        await changeBehind(url, 'alter table value_index rename to gone', []);
        const answer = await ownCall('POST', '/Users', userBody('ada', { emails: [{ value: 'ada@acme.example' }] }));
        const body = requireScimError(answer, 500);
        expect(body.detail).to.equal(`internal error; the request id is ${answer.headers['x-request-id']}`);
        expect((await ownCall.read('/Users')).totalResults).to.equal(0);
        await changeBehind(url, 'alter table gone rename to value_index', []);
        expect((await ownCall('POST', '/Users', userBody('ada'))).status).to.equal(201);
      });
    });

    describe('the log', () => {
      it('holds one line a request, with ids and without personal data, tokens or queries', async () => {
        const lines: string[] = [];
        const log = pino({ level: 'trace' }, { write: (line) => void lines.push(line) });
        const own = await startMuster(await database.url(), { log });
        const ownClient = await own.createClient('logged');
        const minted = await own.createToken({ client: ownClient });
        const ownCall = callerOf(own, minted.token);
        const secrets = [
          'ada.lovelace',
          'mail.example',
          'Countess',
          'correct-horse-7',
          'Nurses',
          'x-forged',
          minted.token,
        ];
        const made = await ownCall.create(
          '/Users',
          userBody('ada.lovelace', {
            emails: [{ value: 'a@mail.example' }],
            password: 'correct-horse-7',
            title: 'Countess',
          }),
        );
        const requests: readonly (readonly [string, string, unknown?])[] = [
          ['GET', '/Users?filter=userName%20eq%20%22ada.lovelace%22'],
          ['GET', `/Users/${made.id}?attributes=title`],
          [
            'PATCH',
            `/Users/${made.id}`,
            patchBody({ op: 'replace', path: 'emails[value eq "a@mail.example"].value', value: 'b@mail.example' }),
          ],
          ['POST', '/Users', userBody('ADA.lovelace')],
          ['POST', '/Users', '{"userName": "ada.lovelace'],
          ['POST', '/Groups', groupBody('Nurses', { members: [{ value: made.id }] })],
          ['GET', '/ada.lovelace@mail.example'],
          ['GET', '/Users/ada.lovelace'],
          ['GET', `${own.apiUrl}/users/${made.id}`],
          ['DELETE', `/Users/${made.id}`],
        ];
        const ids: (string | undefined)[] = [];
        for (const [method, path, body] of requests) {
          const answer = await ownCall(method, path, body, {
            'X-Request-Id': 'x-forged',
            'User-Agent': 'mail.example',
          });
          ids.push(answer.headers['x-request-id']);
        }
        await own.request('GET', `/Users?access_token=${minted.token}`);
        await own.stop();
        const text = lines.join('');
        for (const secret of secrets) expect(text).not.to.contain(secret);
        // Every line is JSON that pino wrote.
        const entries = lines
          .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
          .filter(({ msg }) => msg === 'request');
        expect(entries).to.have.length(requests.length + 2);
        for (const id of ids) expect(entries.filter(({ requestId }) => requestId === id)).to.have.length(1);
        const [first] = entries;
        expect(first).to.include({
          method: 'POST',
          route: 'scim/v2/Users'.replace(/^/, '/'),
          status: 201,
          clientId: ownClient,
          tokenId: minted.id,
        });
        expect(first?.['ms']).to.be.a('number');
      });
    });
  });
});

/** Changes the database as another program would. */
async function changeBehind(url: string, text: string, bindings: readonly string[]): Promise<void> {
  const database = await openDatabase(readConfig({ DATABASE_URL: url }).database);
  try {
    await database.transaction((connection) => connection.run(text, bindings));
  } finally {
    await database.close();
  }
}
