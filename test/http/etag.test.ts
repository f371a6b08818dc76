import { expect } from 'chai';
import { forEachDatabase } from '../support/databases.js';
import { callerOf, groupBody, patchBody, userBody, type Caller, type ScimBody } from '../support/scim.js';

describe('versions of resources', () => {
  forEachDatabase((database) => {
    let call: Caller;
    /** The same client through another process. */
    let callThere: Caller;
    let user: ScimBody;
    let path: string;

    before(async () => {
      const url = await database.url();
      const settings = { PUBLIC_URL: 'https://muster.example' };
      const muster = await database.startMuster({ url, settings });
      const client = await muster.createClient('ACME');
      const { token } = await muster.createToken({ client });
      call = callerOf(muster, token);
      callThere = callerOf(await database.startMuster({ url, settings }), token);
    });

    let users = 0;
    beforeEach(async () => {
      user = await call.create('/Users', userBody(`bjensen${++users}`, { displayName: 'Babs' }));
      path = `/Users/${user.id}`;
    });

    const rename = (displayName: string) => patchBody({ op: 'replace', path: 'displayName', value: displayName });

    it('are weak entity tags, the same in meta.version and in ETag, in the answers of POST, GET, PUT and PATCH (RFC 7644 §3.14)', async () => {
      const created = await call('POST', '/Users', userBody(`jsmith${users}`));
      const own = `/Users/${created.body.id}`;
      const answers = [
        created,
        await call('GET', own),
        await call('PUT', own, userBody(`jsmith${users}`, { title: 'Guide' })),
        await call('PATCH', own, rename('Jim')),
        await call('GET', own),
      ];
      for (const { headers, body } of answers) {
        expect(headers['etag'])
          .to.match(/^W\/"[^"]+"$/)
          .and.to.equal(body.meta.version);
      }
      const versions = answers.map(({ body }) => body.meta.version);
      expect(new Set(versions)).to.have.lengthOf(3);
      expect(versions[0]).to.equal(versions[1]);
      expect(versions[3]).to.equal(versions[4]);
    });

    it('stay when a write changes nothing (RFC 7644 §3.5.2)', async () => {
      const again = await call('PATCH', path, rename('Babs'));
      expect(again.body.meta).to.deep.equal(user.meta);
    });

    const writes: readonly (readonly [method: string, body: (own: string) => object | undefined])[] = [
      ['PUT', () => userBody('changed', { displayName: 'Barbara' })],
      ['PATCH', () => rename('Barbara')],
      ['DELETE', () => undefined],
    ];
    for (const [method, bodyOf] of writes) {
      it(`${method} with an If-Match of another version is refused with 412 and changes nothing (RFC 7644 §3.14)`, async () => {
        const { version } = user.meta;
        for (const ifMatch of [
          'W/"999"',
          '"nonsense"',
          `W/${version}`,
          'W/"0", W/"999"',
          '',
          version.replace('"', ''),
        ]) {
          const { status, body, headers } = await call(method, path, bodyOf(path), { 'If-Match': ifMatch });
          expect([status, body.status], ifMatch).to.deep.equal([412, '412']);
          expect(headers['etag']).to.equal(undefined);
        }
        expect(await call.read(path)).to.deep.equal(user);
      });

      it(`${method} with an If-Match that names the version, among others or as *, is carried out (RFC 7644 §3.14, RFC 7232 §3.1)`, async () => {
        const { version } = user.meta;
        for (const ifMatch of [version, `W/"999",${version}`, ` ${version} , "x"`, '*', version.slice(2)]) {
          const fresh = await call.create('/Users', userBody(`fresh${++users}`));
          expect(fresh.meta.version).to.equal(version);
          const body = method === 'PUT' ? userBody(`fresh${users}`, { title: 'Guide' }) : bodyOf(path);
          const { status } = await call(method, `/Users/${fresh.id}`, body, { 'If-Match': ifMatch });
          expect(status, ifMatch).to.equal(method === 'DELETE' ? 204 : 200);
        }
      });
    }

    it('guard writes by If-None-Match and reads by If-Match too: 412 (RFC 7232 §3.1, §3.2)', async () => {
      const { version } = user.meta;
      for (const [method, bodyOf] of writes) {
        for (const known of [version, '*', `"x", ${version}`]) {
          const { status, body } = await call(method, path, bodyOf(path), { 'If-None-Match': known });
          expect([status, body.status], `${method} ${known}`).to.deep.equal([412, '412']);
        }
      }
      expect(await call.read(path)).to.deep.equal(user);
      expect((await call('PATCH', path, rename('Barbara'), { 'If-None-Match': 'W/"999"' })).status).to.equal(200);
      const stale = await call('GET', path, undefined, { 'If-Match': version });
      expect([stale.status, stale.headers['etag']]).to.deep.equal([412, undefined]);
      for (const wanted of ['*', 'W/"2"']) {
        expect((await call('GET', path, undefined, { 'If-Match': wanted })).status).to.equal(200);
      }
    });

    it('do not matter where there is nothing: 404 (RFC 7644 §3.12)', async () => {
      const nothing = '/Users/2819c223-7f76-453a-919d-413861904646';
      for (const [method, bodyOf] of writes) {
        expect((await call(method, nothing, bodyOf(nothing), { 'If-Match': '*' })).status).to.equal(404);
      }
      expect((await call('GET', nothing, undefined, { 'If-None-Match': '*' })).status).to.equal(404);
    });

    it('spare a client what it knows: GET with If-None-Match answers 304 without a body (RFC 7644 §3.14, RFC 7232 §4.1)', async () => {
      const { version } = user.meta;
      for (const known of [version, '*', `W/"999", ${version}`, version.slice(2)]) {
        const { status, headers, text } = await call('GET', `${path}?attributes=displayName`, undefined, {
          'If-None-Match': known,
        });
        expect([status, text, headers['etag']], known).to.deep.equal([304, '', version]);
        expect(headers['content-location']).to.equal(user.meta.location);
      }
      for (const known of ['W/"999"', '"x"', '']) {
        const { status, body } = await call('GET', path, undefined, { 'If-None-Match': known });
        expect([status, body.id], known).to.deep.equal([200, user.id]);
      }
      await call('PATCH', path, rename('Barbara'));
      expect((await call('GET', path, undefined, { 'If-None-Match': version })).status).to.equal(200);
    });

    it('are those of groups too, and grow with their members (RFC 7644 §3.14)', async () => {
      const group = await call.create('/Groups', groupBody(`Guides ${users}`));
      const own = `/Groups/${group.id}`;
      const add = patchBody({ op: 'add', path: 'members', value: [{ value: user.id }] });
      const added = await call('PATCH', own, add, { 'If-Match': group.meta.version });
      expect(added.status).to.equal(200);
      const stale = { 'If-Match': group.meta.version };
      for (const [method, body] of [
        ['PUT', groupBody(`Guides ${users}`)],
        ['PATCH', rename('x')],
        ['DELETE', undefined],
      ] as const) {
        expect((await call(method, own, body, stale)).status, method).to.equal(412);
      }
      expect((await call.read(own)).members).to.have.lengthOf(1);
      expect((await call('GET', own, undefined, { 'If-None-Match': group.meta.version })).status).to.equal(200);
      expect((await call('DELETE', own, undefined, { 'If-Match': String(added.headers['etag']) })).status).to.equal(
        204,
      );
    });

    it('let exactly one of two writers with the same If-Match win, each time (RFC 7644 §3.14)', async () => {
      for (let round = 0; round < 20; round++) {
        const { meta } = await call.read(path);
        const writers = [call, callThere, call, callThere].map((write, place) =>
          write('PATCH', path, rename(`${place} of round ${round}`), { 'If-Match': meta.version }),
        );
        const answers = await Promise.all(writers);
        const won = answers.filter(({ status }) => status === 200);
        expect(answers.map(({ status }) => status)).to.have.members([200, 412, 412, 412]);
        expect(await call.read(path)).to.deep.equal(won[0]?.body);
      }
    });
  });
});
