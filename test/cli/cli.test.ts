import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { forEachDatabase } from '../support/databases.js';
import { runCommand } from '../support/command-line.js';
import type { Muster } from '../support/muster.js';
import { callerOf, musterUserUrn, userBody, type Caller } from '../support/scim.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const secret = /^muster_[0-9a-f]{16}_[\w-]{43}[0-9a-f]{6}$/;

type Json = Readonly<Record<string, unknown>>;

describe('the command line', function () {
  this.timeout(60_000);

  forEachDatabase((database) => {
    let folder: string;
    let url: string;
    let muster: Muster;
    before(async () => {
      folder = await temporaryFolder();
      url = await database.url();
      muster = await database.startMuster({ url });
    });
    after(() => removeTemporaryFolder(folder));

    const run = (...args: readonly string[]) => runCommand(args, { cwd: folder, settings: { DATABASE_URL: url } });

    /** What a command prints as JSON; it must succeed, print one document and say nothing on standard error. */
    async function json<Body = Json>(...args: readonly string[]): Promise<Body> {
      const { code, stdout, stderr } = await run(...args, '--json');
      expect([code, stderr], `${args.join(' ')}: ${stdout}`).to.deep.equal([0, '']);
      expect(stdout.trimEnd().split('\n')).to.have.length(1);
      // The test that asked asserts what it reads.
      return JSON.parse(stdout) as Body;
    }

    const freshName = () => `client ${randomUUID()}`;

    it('client create, list and show print exactly what is promised', async () => {
      const name = freshName();
      const made = await json('client', 'create', '--name', name);
      expect(Object.keys(made)).to.deep.equal(['id', 'name']);
      expect(made['id']).to.match(uuid);
      expect(made['name']).to.equal(name);
      const shown = await json('client', 'show', String(made['id']));
      expect(shown).to.include({ id: made['id'], name, active: true }).and.to.have.property('createdAt');
      expect(await json('client', 'show', name.toUpperCase())).to.deep.equal(shown);
      expect(await json<readonly Json[]>('client', 'list')).to.deep.include(shown);
    });

    it('client deactivate and activate switch it, and its tokens, within a second, while a server runs', async () => {
      const client = await muster.createClient(freshName());
      const call = callerOf(muster, (await muster.createToken({ client })).token);
      expect((await call('GET', '/Users')).status).to.equal(200);
      expect(await json('client', 'deactivate', client)).to.include({ id: client, active: false });
      await becomes(call, 401);
      expect(await json('client', 'activate', client)).to.include({ id: client, active: true });
      await becomes(call, 200);
    });

    it('unit create, list and end print what they did, and end asks for a confirmation while it is used', async () => {
      const client = await muster.createClient(freshName());
      const made = await json('unit', 'create', '--client', client, '--name', 'Support');
      expect(Object.keys(made)).to.deep.equal(['id', 'name']);
      expect((await json<readonly Json[]>('unit', 'list', '--client', client)).map(({ name }) => name)).to.deep.equal([
        'Support',
      ]);
      const token = await json('token', 'create', '--client', client, '--unit', 'support');
      const call = callerOf(muster, String(token['token']));
      expect((await call('GET', '/Users')).status).to.equal(200);
      const refused = await run('unit', 'end', 'Support', '--client', client);
      expect(refused.code).to.equal(1);
      expect(refused.stderr)
        .to.contain('1 tokens')
        .and.not.to.match(/^\s+at /m);
      expect(await json('unit', 'end', 'Support', '--client', client, '--confirm')).to.include({
        id: made['id'],
        ended: true,
      });
      await becomes(call, 401);
      expect(await json('unit', 'list', '--client', client)).to.deep.equal([]);
    });

    it('token create mints a token that works at once on the server that runs', async () => {
      const name = freshName();
      const client = await muster.createClient(name);
      const made = await json('token', 'create', '--client', name);
      expect(Object.keys(made)).to.deep.equal(['id', 'token']);
      expect(made['id']).to.match(uuid);
      expect(made['token']).to.match(secret);
      const user = await callerOf(muster, String(made['token'])).create('/Users', userBody('ada'));
      expect(user[musterUserUrn]).to.include({ clientId: client });
    });

    it('collaboration list shows those of a client, or of a unit', async () => {
      const client = await muster.createClient(freshName());
      for (const unit of ['Support', 'Research']) await muster.createUnit(client, unit);
      const call = callerOf(muster, (await muster.createToken({ client })).token);
      for (const unit of ['Support', 'Research']) {
        await call.create(`${muster.apiUrl}/collaborations`, { name: `Team ${unit}`, units: [unit] });
      }
      const list = (...args: readonly string[]) =>
        json<readonly Json[]>('collaboration', 'list', '--client', client, ...args);
      expect((await list()).map(({ name }) => name)).to.deep.equal(['Team Research', 'Team Support']);
      const [only, ...others] = await list('--unit', 'support');
      expect(others).to.deep.equal([]);
      expect(only).to.include({ name: 'Team Support', units: 'Support', members: 0, status: 'active' });
    });

    it('token create takes units, an access, a description and days', async () => {
      const client = await muster.createClient(freshName());
      for (const unit of ['Support', 'Research']) await muster.createUnit(client, unit);
      const units = await json(
        'token',
        'create',
        '--client',
        client,
        '--unit',
        'Support',
        '--unit',
        'Research',
        '--expires',
        '90d',
        '--description',
        'HR',
      );
      const user = await callerOf(muster, String(units['token'])).create('/Users', userBody('ada'));
      expect(user[musterUserUrn]).to.deep.include({ units: ['Research', 'Support'] });
      const reader = callerOf(
        muster,
        String((await json('token', 'create', '--client', client, '--access', 'read'))['token']),
      );
      expect((await reader('GET', '/Users')).status).to.equal(200);
      expect((await reader('POST', '/Users', userBody('grace'))).status).to.equal(403);
      const [listed] = (await json<readonly Json[]>('token', 'list', '--client', client)).filter(
        ({ id }) => id === units['id'],
      );
      expect(listed).to.include({ kind: 'unit', access: 'provision', standing: 'valid' });
      const days = (Date.parse(String(listed?.['expiresAt'])) - Date.now()) / 86_400_000;
      expect(days).to.be.within(89.9, 90);
    });

    it("token create --platform mints an operator's token", async () => {
      const client = await muster.createClient(freshName());
      const made = await json('token', 'create', '--platform');
      const operator = callerOf(muster, String(made['token']));
      expect((await operator('GET', '/Users')).status).to.equal(400);
      expect((await operator('GET', '/Users', undefined, { 'X-Muster-Client': client })).status).to.equal(200);
      const listed = await json<readonly Json[]>('token', 'list', '--platform');
      expect(listed.map(({ id }) => id)).to.include(made['id']);
    });

    it('token revoke is felt by the server that runs within a second', async () => {
      const client = await muster.createClient(freshName());
      const { id, token } = await muster.createToken({ client });
      const call = callerOf(muster, token);
      expect((await call('GET', '/Users')).status).to.equal(200);
      expect(await json('token', 'revoke', id, '--client', client)).to.deep.equal({ id, revoked: true });
      await becomes(call, 401);
      expect((await run('token', 'revoke', id, '--client', client)).code).to.equal(1);
    });

    it('shows a secret on standard output of the command that mints it, and nowhere else', async () => {
      const client = await muster.createClient(freshName());
      const minted = await run('token', 'create', '--client', client);
      expect(minted.code).to.equal(0);
      const [text = ''] = /muster_\w{16}_[\w-]+/.exec(minted.stdout) ?? [];
      expect(text).to.match(secret);
      expect(minted.stderr).to.equal('');
      for (const args of [
        ['token', 'list', '--client', client],
        ['client', 'list'],
        ['client', 'show', client],
        ['token', 'revoke', randomUUID(), '--client', client],
      ]) {
        for (const more of [[], ['--json']]) {
          const { stdout, stderr } = await run(...args, ...more);
          expect(stdout + stderr, args.join(' '))
            .not.to.contain(text.slice(24))
            .and.not.to.match(/muster_\w{16}_\w/);
        }
      }
    });

    it('ends with 1 for a name that is taken, whatever its letter case, and for a unit of another client', async () => {
      const name = freshName();
      const client = await muster.createClient(name);
      const other = await muster.createClient(freshName());
      await muster.createUnit(other, 'Support');
      expect((await run('client', 'create', '--name', name.toUpperCase())).code).to.equal(1);
      expect((await run('token', 'create', '--client', client, '--unit', 'Support')).code).to.equal(1);
      expect((await run('unit', 'end', 'Support', '--client', client, '--confirm')).code).to.equal(1);
    });

    it('migrate says what it applied, and nothing the second time', async () => {
      const settings = { DATABASE_URL: await database.blankUrl() };
      const first = await runCommand(['migrate', '--json'], { cwd: folder, settings });
      const second = await runCommand(['migrate', '--json'], { cwd: folder, settings });
      expect([first.code, second.code], first.stderr + second.stderr).to.deep.equal([0, 0]);
      // What migrate prints is one document.
      const { applied } = JSON.parse(first.stdout) as { readonly applied: readonly string[] };
      expect(applied[0]).to.equal('0001-tenant-model');
      expect(second.stdout).to.equal('{"applied":[]}\n');
    });

    it('several that start on an empty database at once all succeed', async () => {
      const settings = { DATABASE_URL: await database.blankUrl() };
      const names = ['one', 'two', 'three', 'four'];
      const results = await Promise.all(
        names.map((name) => runCommand(['client', 'create', '--name', name, '--json'], { cwd: folder, settings })),
      );
      expect(results.map(({ code, stderr }) => `${code}${stderr}`)).to.deep.equal(['0', '0', '0', '0']);
    });
  });

  describe('what is refused or not understood', () => {
    let folder: string;
    before(async () => {
      folder = await temporaryFolder();
    });
    after(() => removeTemporaryFolder(folder));

    const lines: readonly (readonly string[])[] = [
      ['nonsense'],
      ['client'],
      ['client', 'nonsense'],
      ['client', 'create'],
      ['client', 'create', '--nonsense', 'x'],
      ['client', 'show'],
      ['unit', 'create', '--client', 'x'],
      ['token', 'create'],
      ['token', 'create', '--client', 'x', '--platform'],
      ['token', 'create', '--client', 'x', '--access', 'everything'],
      ['token', 'create', '--client', 'x', '--expires', '90'],
      ['token', 'list'],
      ['export', '--client', 'x', '--format', 'xml'],
    ];
    for (const line of lines) {
      it(`ends with 2 and says why on standard error: muster ${line.join(' ')}`, async () => {
        const { code, stdout, stderr } = await runCommand(line, { cwd: folder });
        expect([code, stdout]).to.deep.equal([2, '']);
        expect(stderr)
          .not.to.equal('')
          .and.not.to.match(/^\s+at /m);
      });
    }

    const refused: readonly (readonly [string, readonly string[]])[] = [
      ['a client that is not there', ['client', 'show', 'nobody']],
      ['a client without a name', ['client', 'create', '--name', ' ']],
      ['a unit of a client that is not there', ['unit', 'create', '--client', 'nobody', '--name', 'x']],
      ['a token for a client that is not there', ['token', 'create', '--client', 'nobody']],
      ['a platform token with units', ['token', 'create', '--platform', '--unit', 'x']],
      ['a token for too many days', ['token', 'create', '--platform', '--expires', '9999d']],
      ['a token for no day', ['token', 'create', '--platform', '--expires', '0d']],
      ['revoking what is no id', ['token', 'revoke', 'x', '--platform']],
    ];
    for (const [what, args] of refused) {
      it(`ends with 1 and one line when it is refused: ${what}`, async () => {
        const { code, stdout, stderr } = await runCommand([...args, '--json'], { cwd: folder });
        expect([code, stdout]).to.deep.equal([1, '']);
        expect(stderr).to.match(/^muster: [^\n]+\n$/);
      });
    }

    it('ends with 1 and one line where the file of the database cannot be opened', async () => {
      const settings = { DATABASE_URL: `sqlite:${folder}` };
      const { code, stdout, stderr } = await runCommand(['client', 'list', '--json'], { cwd: folder, settings });
      expect([code, stdout]).to.deep.equal([1, '']);
      expect(stderr).to.match(/^muster: [^\n]+\n$/);
    });

    it('help ends with 0', async () => {
      for (const line of [['--help'], ['token', 'create', '--help']]) {
        const { code, stdout } = await runCommand(line, { cwd: folder });
        expect(code).to.equal(0);
        expect(stdout).to.contain('Usage: muster');
      }
    });

    for (const [name, value] of [
      ['DATABASE_URL', 'mysql://localhost/x'],
      ['DATABASE_URL', 'sqlite:'],
      ['DATABASE_URL', 'postgres://'],
      ['PORT', 'http'],
      ['PORT', '70000'],
      ['PORT', '-1'],
      ['PUBLIC_URL', 'muster.example'],
      ['PUBLIC_URL', 'ftp://muster.example'],
      ['PUBLIC_URL', 'https://muster.example/?x=1'],
      ['LOG_LEVEL', 'loud'],
    ] as const) {
      it(`a wrong ${name} stops the start, naming it: ${value}`, async () => {
        const { code, stdout, stderr } = await runCommand(['serve'], { cwd: folder, settings: { [name]: value } });
        expect([code, stdout]).to.deep.equal([2, '']);
        expect(stderr).to.match(new RegExp(`^muster: ${name}: [^\n]+\n$`));
      });
    }
  });
});

/** Asks until the answer has this status; the cache forgets after a second, and a busy machine may take longer. */
async function becomes(call: Caller, status: number): Promise<void> {
  const startMs = performance.now();
  for (;;) {
    const answer = await call('GET', '/Users?count=0');
    if (answer.status === status) return;
    expect(performance.now() - startMs, `still ${answer.status}`).to.be.below(5_000);
  }
}
