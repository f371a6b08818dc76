import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { apiCallerOf } from '../support/api.js';
import { runCommand } from '../support/command-line.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

type Json = Readonly<Record<string, unknown>>;

describe('the command line, where the companion API has the same word', function () {
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

    async function json<Body = Json>(...args: readonly string[]): Promise<Body> {
      const { code, stdout, stderr } = await run(...args, '--json');
      expect([code, stderr], `${args.join(' ')}: ${stdout}`).to.deep.equal([0, '']);
      // The test that asked asserts what it reads.
      return JSON.parse(stdout) as Body;
    }

    const works = async (token: unknown) => apiCallerOf(muster, String(token)).status('GET', '/units');

    it('C4 token rotate gives a new secret and says how long the old one is in force', async () => {
      const client = await muster.createClient(`client ${randomUUID()}`);
      const old = await muster.createToken({ client });
      const rotated = await json('token', 'rotate', old.id, '--client', client, '--overlap', '30m');
      expect(rotated).to.include({ id: old.id });
      const leftMs = Date.parse(String(rotated['previousSecretUntil'])) - Date.now();
      expect(leftMs).to.be.within(1_700_000, 1_800_000);
      expect([await works(old.token), await works(rotated['token'])]).to.deep.equal([200, 200]);
      const again = await json('token', 'rotate', old.id, '--client', client, '--overlap', '0', '--expires', '90d');
      expect(again).to.include({ previousSecretUntil: null });
      const [listed] = await json<readonly Json[]>('token', 'list', '--client', client);
      expect(listed).to.deep.include({ id: old.id, standing: 'valid' });
      expect(Date.parse(String(listed?.['expiresAt'])) - Date.now()).to.be.within(89.9 * 86_400_000, 90 * 86_400_000);
      expect((await run('token', 'rotate', old.id, '--client', client, '--overlap', '25h')).code).to.equal(1);
      expect((await run('token', 'rotate', old.id, '--client', client, '--overlap', 'long')).code).to.equal(2);
      expect((await run('token', 'rotate', randomUUID(), '--client', client)).code).to.equal(1);
    });

    it('C6, C7 unit usages and unit rename do what the API does', async () => {
      const client = await muster.createClient(`client ${randomUUID()}`);
      const unit = await muster.createUnit(client, 'Support');
      const { token } = await muster.createToken({ client, units: [unit] });
      const usages = await json('unit', 'usages', 'support', '--client', client);
      expect(usages).to.deep.equal({ collaborations: 0, groups: 0, users: 0, invitations: 0, tokens: 1 });
      expect((await run('unit', 'usages', unit, '--client', client)).stdout).to.contain('tokens: 1');
      const renamed = await json('unit', 'rename', 'Support', '--client', client, '--name', 'Help desk');
      expect(renamed).to.deep.equal({ id: unit, name: 'Help desk' });
      expect(await works(token)).to.equal(200);
      const refused = await run('unit', 'end', 'Help desk', '--client', client);
      expect(refused.code).to.equal(1);
      expect(refused.stderr).to.contain('1 tokens');
    });

    it('A22 audit list tells who did what', async () => {
      const client = await muster.createClient(`client ${randomUUID()}`);
      const { token } = await muster.createToken({ client, access: 'admin', description: 'HR' });
      const { id } = await apiCallerOf(muster, token).create('/units', { name: 'Sales' });
      const [entry, ...others] = await json<readonly Json[]>('audit', 'list', '--client', client, '--target', id);
      expect(others).to.deep.equal([]);
      expect(entry).to.deep.include({ action: 'create', targetType: 'Unit', targetId: id, by: 'HR' });
      expect(await json('audit', 'list', '--client', client, '--action', 'delete')).to.deep.equal([]);
      expect((await run('audit', 'list', '--client', client)).stdout)
        .to.contain('HR')
        .and.contain(id);
      expect((await run('audit', 'list', '--client', client, '--from', 'soon')).code).to.equal(1);
      expect((await run('audit', 'list', '--client', client, '--count', '1001')).code).to.equal(2);
    });
  });
});
