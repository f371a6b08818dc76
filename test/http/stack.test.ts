import { expect } from 'chai';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { randomUUID } from 'node:crypto';
import { Types } from 'scimmy';
import { readConfig } from '../../src/config.js';
import { userSchema } from '../../src/schema/schema-documents.js';
import { scimmyDefinition } from '../../src/schema/scimmy-definitions.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { bulkCallerOf, group, idIn, managed, patch, user } from '../support/bulk.js';
import { runTraced, startCommand } from '../support/command-line.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import {
  callerOf,
  enterpriseUrn,
  errorUrn,
  filtered,
  groupBody,
  groupUrn,
  musterUserUrn,
  patchBody,
  userBody,
  userUrn,
  type Caller,
  type ScimBody,
} from '../support/scim.js';
import { seedTenant } from '../support/seed.js';
import { personId, staffGroupId } from '../support/staff.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

/** Runs `work` and returns the longest time, in milliseconds, for which the event loop did not turn meanwhile. */
async function longestStall(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await work();
  delay.disable();
  return delay.max / 1e6;
}

/** How often scimmy reads a value by its definitions during `work`; each time is about a millisecond for a user. */
async function coercionsDuring(work: () => unknown): Promise<number> {
  const { prototype } = Types.SchemaDefinition;
  const kept = Object.getOwnPropertyDescriptor(prototype, 'coerce');
  if (kept === undefined) throw new Error('scimmy coerces otherwise');
  // What is kept is the method.
  const coerce = kept.value as (...values: readonly unknown[]) => unknown;
  let count = 0;
  const counted = (target: typeof coerce, definition: unknown, values: unknown[]): unknown => {
    count += 1;
    return Reflect.apply(target, definition, values);
  };
  Object.defineProperty(prototype, 'coerce', { ...kept, value: new Proxy(coerce, { apply: counted }) });
  try {
    await work();
    return count;
  } finally {
    Object.defineProperty(prototype, 'coerce', kept);
  }
}

describe('what the libraries would do, and the service does not', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    before(async () => {
      muster = await database.startMuster();
    });

    async function freshClient(): Promise<Caller> {
      const client = await muster.createClient(`client ${randomUUID()}`);
      return callerOf(muster, (await muster.createToken({ client })).token);
    }

    async function withUsers(...names: readonly string[]) {
      const call = await freshClient();
      const users: ScimBody[] = [];
      for (const name of names) users.push(await call.create('/Users', userBody(name)));
      return { call, users, ids: users.map(({ id }) => id) };
    }

    it('STACK 1: startIndex and count page through a list (RFC 7644 §3.4.2.4)', async () => {
      const { call, ids } = await withUsers('a', 'b', 'c', 'd', 'e');
      const seen: string[] = [];
      for (const startIndex of [1, 3, 5]) {
        const page = await call.read(`/Users?startIndex=${startIndex}&count=2`);
        expect(page).to.include({ totalResults: 5, startIndex, itemsPerPage: startIndex === 5 ? 1 : 2 });
        seen.push(...page.Resources.map(({ id }) => id));
      }
      expect(seen).to.deep.equal(ids);
      expect((await call.read('/Users?count=0')).Resources ?? []).to.deep.equal([]);
      expect((await call.read('/Users?STARTINDEX=2&Count=1')).Resources[0]?.id).to.equal(ids[1]);
    });

    it('STACK 2: under concurrency every location is of its own request and of the public URL (RFC 7643 §3.1)', async () => {
      const worlds = await Promise.all(Array.from({ length: 6 }, async () => withUsers('a', 'b')));
      const calls = Array.from({ length: 20 }, () => worlds)
        .flat()
        .map(async ({ call, ids }, index) => {
          const headers = {
            host: `evil-${index}.example`,
            'x-forwarded-host': 'evil.example',
            forwarded: 'host=evil.example',
          };
          const { body, text } = await call('GET', '/Users', undefined, headers);
          expect(text).not.to.contain('evil');
          expect(body.Resources.map(({ meta }) => meta.location)).to.deep.equal(
            ids.map((id) => `${muster.baseUrl}/Users/${id}`),
          );
        });
      await Promise.all(calls);
    });

    const backtracking: readonly (readonly [string, string])[] = [
      ['41 characters', `userName eq ${'"'.padEnd(29, '\\')}`],
      ['77 characters', `userName eq "${'a\\'.repeat(32)}`],
      ['many brackets', 'emails['.repeat(300)],
      ['many spaces', `userName eq${' '.repeat(5_000)}`],
      ['many operators', 'userName eq '.repeat(400)],
      ['many dots', `a${'.a'.repeat(2_500)} eq 1`],
      ['many quotes', `userName eq ${'""'.repeat(2_000)}`],
      ['many parentheses', `${'('.repeat(3_000)}userName pr${')'.repeat(3_000)}`],
      ['many negations', `${'not ('.repeat(1_000)}userName pr${')'.repeat(1_000)}`],
      ['many digits', `userName eq ${'1'.repeat(6_000)}x`],
    ];
    for (const [what, text] of backtracking) {
      it(`STACK 3: hostile text holds up nobody, wherever it stands: ${what} (RFC 7644 §3.4.2.2)`, async () => {
        const { call, ids } = await withUsers('a');
        const encoded = encodeURIComponent(text);
        const requests: readonly (() => Promise<unknown>)[] = [
          () => call('GET', `/Users?filter=${encoded}`),
          () => call('GET', `/Users?attributes=${encoded}`),
          () => call('GET', `/Users?excludedAttributes=${encoded}`),
          () => call('GET', `/Users?sortBy=${encoded}`),
          () => call('PATCH', `/Users/${ids[0]}`, patchBody({ op: 'replace', path: text, value: 'x' })),
          () => call('PATCH', `/Users/${ids[0]}`, patchBody({ op: 'remove', path: `emails[${text}]` })),
          () => call('PATCH', `/Users/${ids[0]}`, patchBody({ op: 'add', value: { [text]: 'x' } })),
        ];
        for (const send of requests) expect(await longestStall(send)).to.be.below(1_500);
      });
    }

    it('STACK 4: a filter of 22 and-ed pairs of or-ed tests is answered without being multiplied out', async () => {
      const { call, ids } = await withUsers('a', 'b');
      const pairs = (count: number, name: string) =>
        Array.from({ length: count }, (_, index) => `(userName eq "${name}" or displayName eq "${index}")`).join(
          ' and ',
        );
      const before = process.memoryUsage().rss;
      const stall = await longestStall(async () => {
        const page = await call.read(filtered('/Users', pairs(22, 'a')));
        expect(page.Resources.map(({ id }) => id)).to.deep.equal([ids[0]]);
      });
      expect(stall).to.be.below(1_500);
      expect(process.memoryUsage().rss - before).to.be.below(200 * 1_048_576);
      expect((await call.read(filtered('/Users', pairs(16, 'nobody')))).totalResults).to.equal(0);
    });

    for (const id of [
      '" or userName pr or id eq "',
      '"] or userName[pr',
      `' or '1'='1`,
      '") or (id pr',
      '*',
      '%',
      '_',
      'x" or "1" eq "1',
    ]) {
      it(`STACK 5: an id is looked up and never read as a filter: ${id}`, async () => {
        const { call, ids } = await withUsers('a', 'b');
        for (const path of ['/Users', '/Groups']) {
          for (const [method, body] of [
            ['GET'],
            ['DELETE'],
            ['PATCH', patchBody({ op: 'add', path: 'displayName', value: 'x' })],
          ] as const) {
            expect((await call(method, `${path}/${encodeURIComponent(id)}`, body)).status).to.equal(404);
          }
        }
        expect((await call.read('/Users')).Resources.map((user) => user.id)).to.deep.equal(ids);
      });

      it(`STACK 5: removing members by a value removes exactly that value: ${id}`, async () => {
        const { call, ids } = await withUsers('a', 'b');
        const group = await call.create('/Groups', groupBody('Staff', { members: ids.map((value) => ({ value })) }));
        await call(
          'PATCH',
          `/Groups/${group.id}`,
          patchBody({ op: 'remove', path: 'members', value: [{ value: id }] }),
        );
        await call(
          'PATCH',
          `/Groups/${group.id}`,
          patchBody({ op: 'remove', path: `members[value eq ${JSON.stringify(id)}]` }),
        );
        expect((await call.read(`/Groups/${group.id}`)).members).to.have.length(2);
      });
    }

    it('STACK 6: case, extension URNs, not and escapes in filters mean what RFC 7644 §3.4.2.2 says', async () => {
      const call = await freshClient();
      const one = await call.create(
        '/Users',
        userBody('Ada', { displayName: 'say "hi" \\ there', [enterpriseUrn]: { department: 'R&D' } }),
      );
      const two = await call.create('/Users', userBody('Grace', { title: 'Admiral' }));
      for (const [filter, ids] of [
        ['userName eq "ADA"', [one.id]],
        ['USERNAME EQ "ada"', [one.id]],
        [`${enterpriseUrn}:department eq "r&d"`, [one.id]],
        [`${musterUserUrn}:clientId pr`, [one.id, two.id]],
        ['not (userName eq "ada" and title pr)', [one.id, two.id]],
        ['not (userName eq "ada")', [two.id]],
        ['displayName eq "say \\"hi\\" \\\\ there"', [one.id]],
        ['displayName co "\\"HI\\""', [one.id]],
        ['userName eq "\\u0041da"', [one.id]],
      ] as const) {
        expect(
          (await call.read(filtered('/Users', filter))).Resources.map(({ id }) => id),
          filter,
        ).to.deep.equal(ids);
      }
      for (const broken of [
        'userName eq',
        'eq "x"',
        'userName "x"',
        'userName eq "x',
        '(userName pr',
        'userName pr)',
        'userName pr and',
        'nonsense!',
      ]) {
        const answer = await call('GET', filtered('/Users', broken));
        expect([answer.status, answer.body.scimType], broken).to.deep.equal([400, 'invalidFilter']);
      }
    });

    it('STACK 7: an error that is nobody’s fault outside is 500, and a failing look-up of a token is no 401', async () => {
      const url = await database.url();
      const own = await database.startMuster({ url });
      const { token } = await own.createToken({ client: await own.createClient('acme') });
      const change = async (text: string) => {
        const behind = await openDatabase(readConfig({ DATABASE_URL: url }).database);
        await behind.transaction((connection) => connection.run(text));
        await behind.close();
      };
      await change('alter table token_units rename to gone_units');
      await change('alter table tokens rename to gone');
      const answer = await callerOf(own, token)('GET', '/Users');
      expect([answer.status, answer.headers['www-authenticate']]).to.deep.equal([500, undefined]);
      expect(answer.body.detail).to.equal(`internal error; the request id is ${answer.headers['x-request-id']}`);
      await change('alter table gone rename to tokens');
      expect((await callerOf(own, token)('GET', '/Users')).status).to.equal(200);
    });

    it('STACK 8: 405, 406 and 415 are SCIM errors, without HTML and without a stack (RFC 7644 §3.12)', async () => {
      const { call } = await withUsers('a');
      for (const [status, answer] of [
        [405, await call('PUT', '/Users', userBody('x'))],
        [406, await call('GET', '/Users', undefined, { accept: 'text/html' })],
        [415, await call('POST', '/Users', 'x', { 'content-type': 'text/plain' })],
      ] as const) {
        expect([answer.status, answer.headers['content-type']]).to.deep.equal([status, 'application/scim+json']);
        expect(answer.body).to.deep.include({ schemas: [errorUrn], status: String(status) });
        expect(answer.text).not.to.match(/<|\bat \/|node_modules/);
      }
    });

    it('STACK 9: 201 has a Location and an ETag, If-Match is obeyed, 401 has a challenge (RFC 7644 §3.1, §3.14)', async () => {
      const call = await freshClient();
      const made = await call('POST', '/Users', userBody('a'));
      expect(made.headers).to.include({ location: made.body.meta.location, etag: made.body.meta.version });
      expect((await call('DELETE', `/Users/${made.body.id}`, undefined, { 'If-Match': 'W/"2"' })).status).to.equal(412);
      const bare = await muster.request('POST', '/Users', { body: '{"userName": "marker' });
      expect([bare.status, bare.headers['www-authenticate']]).to.deep.equal([401, 'Bearer realm="muster"']);
      const malformed = await call('POST', '/Users', '{"userName": "marker');
      expect(malformed.status).to.equal(400);
      expect(malformed.text).not.to.contain('marker');
    });

    it('STACK 10: one member added to a group of 10,000 stalls nobody and answers without the group (RFC 7644 §3.5.2.1)', async function () {
      this.timeout(120_000);
      const url = await database.url();
      const own = await database.startMuster({ url });
      const client = await own.createClient('acme');
      const call = callerOf(own, (await own.createToken({ client })).token);
      const behind = await openDatabase(readConfig({ DATABASE_URL: url }).database);
      await seedTenant(behind, client, { users: 10_001, groups: [10_000] });
      await behind.close();
      const [group, newcomer] = [staffGroupId(0), personId(10_000)];
      const add = patchBody({ op: 'add', path: 'members', value: [{ value: newcomer }] });
      const stall = await longestStall(async () => {
        const answer = await call('PATCH', `/Groups/${group}`, add);
        expect([answer.status, answer.text]).to.deep.equal([204, '']);
      });
      expect(stall).to.be.below(1_500);
      expect(
        (await call.read(`${filtered('/Groups', `members.value eq "${newcomer}"`)}&excludedAttributes=members`))
          .totalResults,
      ).to.equal(1);
    });

    it('STACK 11: Bulk runs its operations in order, and a reference to itself, or two in one, come to an end (RFC 7644 §3.7)', async () => {
      const client = await muster.createClient(`client ${randomUUID()}`);
      const call = bulkCallerOf(muster, (await muster.createToken({ client })).token);
      const itself = await call.bulk([group('self', 'bulkId:self'), managed('boss', 'bulkId:boss')]);
      expect(itself.body.Operations.map(({ status }) => status)).to.deep.equal(['409', '201']);
      const boss = await call.read(`/Users/${idIn(itself.body.Operations[1])}`);
      expect(boss[enterpriseUrn]).to.have.nested.property('manager.value', boss.id);
      const two = await call.bulk([group('both', 'bulkId:a', 'bulkId:ab'), user('a'), user('ab')]);
      const [both, ...people] = two.body.Operations.map(idIn);
      const made = await call.read(`/Groups/${both}`);
      expect(made.members?.map(({ value }) => value)).to.have.members(people);
      expect(JSON.stringify(made)).not.to.contain('bulkId');
      const path = `/Users/${boss.id}`;
      const titles = Array.from({ length: 50 }, (_, index) => patch(path, { op: 'add', value: { title: `${index}` } }));
      expect(new Set(await call.statuses(titles))).to.deep.equal(new Set(['200']));
      expect((await call.read(path))['title']).to.equal('49');
    });

    it('STACK 12: read-only attributes of extensions are passed over in POST, members are kept once, null operations refused', async () => {
      const { call, ids } = await withUsers('a');
      const made = await call.create(
        '/Users',
        userBody('b', { groups: [{ value: 'x' }], [musterUserUrn]: { clientId: 'x', effectiveRoles: ['x'] } }),
      );
      expect(made).not.to.have.property('groups');
      expect(made[musterUserUrn]).to.deep.include({ effectiveRoles: [] }).and.not.to.include({ clientId: 'x' });
      const group = await call.create(
        '/Groups',
        groupBody('Staff', { members: [{ value: ids[0] }, { value: ids[0] }] }),
      );
      expect(group.members).to.have.length(1);
      const two = [
        { value: 'a@x.example', primary: true },
        { value: 'b@x.example', primary: true },
      ];
      expect((await call('POST', '/Users', userBody('c', { emails: two }))).status).to.equal(400);
      const nothing = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [null] };
      expect((await call('PATCH', `/Users/${ids[0]}`, nothing)).status).to.equal(400);
    });

    it('STACK 13: a password is kept by whatever write it came in, and attributes may name parts of a value (RFC 7644 §3.9)', async () => {
      const client = await muster.createClient(`client ${randomUUID()}`);
      const call = callerOf(muster, (await muster.createToken({ client })).token);
      const emails = [
        { value: 'ada@example.com', type: 'work' },
        { value: 'ada@example.org', type: 'home' },
      ];
      const ada = await call.create('/Users', userBody('ada', { emails, password: 'correct horse battery' }));
      const own = await muster.createToken({ client, user: ada.id });
      const change = (oldPassword: string, newPassword: string) =>
        muster.request('POST', `${muster.apiUrl}/users/self/update-password`, {
          token: own.token,
          body: { oldPassword, newPassword },
        });
      expect((await change('correct horse battery', 'staple battery horse')).status).to.equal(200);
      await call('PUT', `/Users/${ada.id}`, userBody('ada', { emails, password: 'battery staple horse' }));
      expect((await change('battery staple horse', 'horse battery staple')).status).to.equal(200);
      const parts = await call.read(`/Users/${ada.id}?attributes=emails.value,password`);
      expect(Object.keys(parts)).to.have.members(['schemas', 'id', 'emails']);
      expect(parts['emails']).to.deep.equal([{ value: 'ada@example.com' }, { value: 'ada@example.org' }]);
      const page = await call.read('/Users?attributes=EMAILS.Value');
      expect(page.Resources).to.deep.equal([parts]);
    });

    it('STACK 14: the schemas of the service are read under their URNs, and the configuration is its own (RFC 7644 §4)', async () => {
      const call = await freshClient();
      const page = await call.read('/Schemas');
      expect(page.Resources.map(({ id }) => id)).to.include.members([userUrn, groupUrn, enterpriseUrn, musterUserUrn]);
      for (const { id, meta } of page.Resources) {
        // Okta's own stand outside scimmy, which would refuse them.
        expect(id).to.match(/^urn:(ietf:params:scim|okta:scim):schemas:/);
        expect((await call.read(`/Schemas/${id}`)).meta.location).to.equal(meta.location);
      }
      const config = await call.read('/ServiceProviderConfig');
      expect(config).to.deep.include({
        patch: { supported: true },
        etag: { supported: true },
        sort: { supported: true },
      });
    });

    it('STACK 15: a challenge holds nothing of what was sent (RFC 6750 §3)', async () => {
      for (const authorization of ['Bearer "quoted"', 'Bearer x\ty', 'Bearer <b>', 'Bearer a, realm="b"']) {
        const answer = await muster.request('GET', '/Users', { headers: { authorization } });
        expect(answer.headers['www-authenticate']).to.equal('Bearer realm="muster", error="invalid_token"');
      }
    });

    it('STACK 16: no filter leaves the client, and what a pattern would read as a wildcard is a letter', async () => {
      const mine = await withUsers('100%_a', '100xxa');
      const theirs = await withUsers('100%_a');
      for (const filter of [
        'id pr or id pr',
        'userName co "%"',
        'userName sw "100%"',
        'userName co "_"',
        `id eq "${theirs.ids[0]}" or userName eq "100%_a"`,
      ]) {
        const found = (await mine.call.read(filtered('/Users', filter))).Resources.map(({ id }) => id);
        expect(found, filter).to.deep.equal(filter.startsWith('id pr') ? mine.ids : [mine.ids[0]]);
      }
    });

    it('STACK 18: letters are folded once, the same on both databases', async () => {
      const call = await freshClient();
      for (const [name, others] of [
        ['\u212aim', ['kim', 'KIM']],
        ['stra\u00dfe', ['STRASSE', 'strasse']],
        ['\u00c9mile', ['\u00e9mile', 'e\u0301mile', 'E\u0301MILE']],
        ['\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2', ['\u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c3']],
        ['\ufb01nn', ['FINN']],
      ] as const) {
        const { id } = await call.create('/Users', userBody(name));
        for (const other of others) {
          expect((await call.read(filtered('/Users', `userName eq "${other}"`))).Resources[0]?.id, other).to.equal(id);
          expect((await call('POST', '/Users', userBody(other))).status, other).to.equal(409);
        }
      }
    });

    it('STACK 20: no value goes through the definitions of scimmy, neither in nor out', async () => {
      const { call, ids } = await withUsers('a');
      const body = userBody('b', { name: { givenName: 'B' }, emails: [{ value: 'b@x.example', type: 'work' }] });
      const coercions = await coercionsDuring(async () => {
        const { id } = await call.create('/Users', body);
        expect((await call('PUT', `/Users/${id}`, userBody('b', { title: 'B' }))).status).to.equal(200);
        expect(
          (await call('PATCH', `/Users/${id}`, patchBody({ op: 'add', path: 'title', value: 'C' }))).status,
        ).to.equal(200);
        expect((await call.read(`/Users/${id}`))['title']).to.equal('C');
        expect((await call.read('/Users')).Resources).to.have.length(2);
        await call.create('/Groups', groupBody('Staff', { members: [{ value: ids[0] }] }));
        expect((await call.read('/Groups')).totalResults).to.equal(2);
      });
      expect(coercions).to.equal(0);
      expect(await coercionsDuring(() => scimmyDefinition(userSchema).coerce(body)), 'what is counted').to.equal(1);
    });

    it('STACK 19: the ETag is the version, also where two bodies differ, and a list has none (RFC 7644 §3.14)', async () => {
      const { call, ids } = await withUsers('a');
      const path = `/Users/${ids[0]}`;
      const tags = [
        await call('GET', path),
        await call('GET', `${path}?attributes=userName`),
        await call('HEAD', path),
      ];
      expect(tags.map(({ headers }) => headers['etag'])).to.deep.equal(['W/"1"', 'W/"1"', 'W/"1"']);
      for (const other of ['/Users', '/Schemas', '/ServiceProviderConfig']) {
        expect((await call('GET', other)).headers).not.to.have.property('etag');
      }
      const unchanged = await call('GET', path, undefined, { 'If-None-Match': 'W/"1"' });
      expect([unchanged.status, unchanged.text]).to.deep.equal([304, '']);
    });
  });

  describe('on SQLite alone', function () {
    this.timeout(60_000);
    let folder: string;
    before(async () => {
      folder = await temporaryFolder();
    });
    after(() => removeTemporaryFolder(folder));

    it('STACK 17: every write that is acknowledged has been synced: synchronous is FULL and the log a write-ahead log', async () => {
      const database = await openDatabase({ kind: 'sqlite', path: `${folder}/pragma.sqlite` });
      try {
        const pragma = (name: string) =>
          database.transaction(
            async (connection) => (await connection.all<Record<string, unknown>>(`pragma ${name}`))[0]?.[name],
          );
        expect([await pragma('synchronous'), await pragma('journal_mode'), await pragma('foreign_keys')]).to.deep.equal(
          [2, 'wal', 1],
        );
      } finally {
        await database.close();
      }
    });

    it('STACK 17: a command that writes syncs before it ends, where the machine can show it', async function () {
      const settings = { DATABASE_URL: `sqlite:${folder}/traced.sqlite` };
      const trace = await runTraced(['client', 'create', '--name', 'acme'], { cwd: folder, settings }, [
        'fsync',
        'fdatasync',
      ]);
      if (trace === undefined) return this.skip();
      expect(trace.split('\n').filter((line) => /\bf(data)?sync\(/.test(line)).length).to.be.at.least(2);
    });

    it('STACK 17: a write that was acknowledged survives a server that is killed at once', async () => {
      const settings = { DATABASE_URL: `sqlite:${folder}/killed.sqlite`, PORT: '0', LOG_LEVEL: 'silent' };
      const cwd = folder;
      await startCommand(['client', 'create', '--name', 'acme'], { cwd, settings }).ended;
      const { stdout } = await startCommand(['token', 'create', '--client', 'acme', '--json'], { cwd, settings }).ended;
      // The command prints an id and a token.
      const { token } = JSON.parse(stdout) as { readonly token: string };
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
      const first = startCommand(['serve'], { cwd, settings });
      const urlOf = async (command: typeof first) => /http:\S+/.exec(await command.prints('Data: '))?.[0] ?? '';
      const url = await urlOf(first);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          fetch(`${url}/Users`, { method: 'POST', headers, body: JSON.stringify(userBody(`user ${index}`)) }),
        ),
      );
      first.child.kill('SIGKILL');
      await first.ended;
      expect(answers.map(({ status }) => status)).to.deep.equal(answers.map(() => 201));
      const second = startCommand(['serve'], { cwd, settings });
      const list = await fetch(`${await urlOf(second)}/Users?count=0`, { headers });
      expect(await list.json()).to.include({ totalResults: 20 });
      second.child.kill('SIGTERM');
      await second.ended;
    });
  });
});
