import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { runCommand } from '../support/command-line.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { rolesOf, setStatus } from '../support/roles.js';
import { callerOf, musterUserUrn, userBody } from '../support/scim.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

type Json = Readonly<Record<string, unknown>>;

describe('roles at the command line', function () {
  this.timeout(180_000);

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

    async function json<Body = readonly Json[]>(...args: readonly string[]): Promise<Body> {
      const { code, stdout, stderr } = await run(...args, '--json');
      expect([code, stderr], `${args.join(' ')}: ${stdout}`).to.deep.equal([0, '']);
      // The test that asked asserts what it reads.
      return JSON.parse(stdout) as Body;
    }

    const licensed = (roles: readonly Json[]): Json =>
      Object.fromEntries<unknown>(
        roles.filter((role) => role['builtIn'] === false).map(({ name, seats }) => [String(name), seats]),
      );

    it('role set and client roles say what a client may grant, and what was withdrawn is there again when it is set', async () => {
      const name = `Feature ${randomUUID()}`;
      const client = await muster.createClient(`client ${randomUUID()}`);
      expect(await json<Json>('role', 'set', name, '--display', 'A feature')).to.include({ name, active: true });
      const other = `Feature ${randomUUID()}`;
      const whole = await json<Json>('role', 'set', other, '--contains', name.toUpperCase(), '--off');
      expect(whole).to.deep.include({ contains: [name], active: false });
      expect(await json<Json>('role', 'set', other, '--on')).to.deep.include({ contains: [name], active: true });
      expect(await json<Json>('role', 'set', other, '--contains-nothing')).to.deep.include({ contains: [] });
      expect((await run('role', 'set', other, '--on', '--off')).code).to.equal(2);
      expect((await json('role', 'list')).map((role) => role['name'])).to.include.members([name, 'ClientAdmin']);
      const set = await json('client', 'roles', client, '--set', `${name}=2`, '--set', 'Insight');
      expect(licensed(set)).to.deep.equal({ [name]: 2, Insight: null });
      expect(await json('client', 'roles', client)).to.deep.equal(set);
      const call = callerOf(muster, (await muster.createToken({ client })).token);
      const { id } = await call.create('/Users', userBody('ada', { roles: [{ value: name }] }));
      expect(licensed(await json('client', 'roles', client, '--clear'))).to.deep.equal({});
      expect(rolesOf(await call.read(`/Users/${id}`))).to.deep.equal([]);
      await json('client', 'roles', client, '--set', name);
      expect(rolesOf(await call.read(`/Users/${id}`))).to.deep.equal([name]);
      const unknown = await run('client', 'roles', client, '--set', 'Nonsense');
      expect([unknown.code, unknown.stderr.includes('Nonsense')]).to.deep.equal([1, true]);
      expect((await run('client', 'roles', client, '--set', '=3')).code).to.equal(2);
    });

    it('user unlock lets a person in again', async () => {
      const client = await muster.createClient(`client ${randomUUID()}`);
      const call = callerOf(muster, (await muster.createToken({ client })).token);
      const { id } = await call.create('/Users', userBody('ada'));
      await setStatus(url, client, id, 'LOCKED');
      const unlocked = await json<Json>('user', 'unlock', id, '--client', client);
      expect(unlocked).to.deep.equal({ id, userName: 'ada', accountStatus: 'ACTIVE' });
      expect((await call.read(`/Users/${id}`))[musterUserUrn]).to.deep.include({ accountStatus: 'ACTIVE' });
      const unknown = await run('user', 'unlock', randomUUID(), '--client', client);
      expect([unknown.code, unknown.stderr]).to.deep.equal([1, 'muster: resource not found\n']);
    });
  });
});
