import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Binding } from '../../src/store/sql/sql.js';
import { apiCallerOf } from '../support/api.js';
import { runCommand } from '../support/command-line.js';
import { forEachDatabase } from '../support/databases.js';
import { openAt } from '../support/logged-client.js';
import type { Muster } from '../support/muster.js';
import { callerOf, userBody } from '../support/scim.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

describe('muster audit head and verify, while a server runs', function () {
  this.timeout(60_000);

  forEachDatabase((database) => {
    let folder: string;
    let url: string;
    let muster: Muster;
    beforeEach(async () => {
      folder = await temporaryFolder();
      url = await database.url();
      muster = await database.startMuster({ url });
    });
    afterEach(() => removeTemporaryFolder(folder));

    const run = (...args: readonly string[]) =>
      runCommand(['audit', ...args], { cwd: folder, settings: { DATABASE_URL: url } });

    async function tamper(statement: string, bindings: readonly Binding[]): Promise<void> {
      const direct = await openAt(url);
      await direct.transaction((connection) => connection.run(statement, bindings));
      await direct.close();
    }

    it('verify names the first entry that is not what was written, of each client, and ends with 1', async () => {
      const [acme, beta] = [await muster.createClient('ACME'), await muster.createClient('BETA')];
      const { token } = await muster.createToken({ client: acme });
      for (const name of ['ada', 'bob', 'cy']) await callerOf(muster, token).create('/Users', userBody(name));
      const good = await run('verify');
      expect([good.code, good.stderr]).to.deep.equal([0, '']);
      expect(good.stdout).to.match(/^ACME: valid, \d+ entries up to \d+:[0-9a-f]{64}\nBETA: valid/);
      await tamper('update changes set actor_id = ? where client_id = ? and position = 3', [randomUUID(), acme]);
      const bad = await run('verify', '--json');
      expect([bad.code, bad.stderr]).to.deep.equal([1, 'muster: a change log is not as it was written\n']);
      // One line of JSON for each log.
      const reports = bad.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
      expect(reports[0]).to.deep.include({ clientId: acme, client: 'ACME', valid: false, verified: 2 });
      expect(reports[0]).to.have.nested.property('fault.position', 3);
      expect(reports[1]).to.deep.include({ clientId: beta, valid: true, fault: null });
      expect(reports[2]).to.deep.include({ clientId: null, client: null, valid: true, verified: 0, fault: null });
      expect(reports).to.have.length(3);
      expect((await run('verify', '--client', 'beta')).code).to.equal(0);
    });

    it('verify finds an end that was cut off against a head that was kept elsewhere', async () => {
      const client = await muster.createClient('ACME');
      const { token } = await muster.createToken({ client, access: 'admin' });
      await callerOf(muster, token).create('/Users', userBody('ada'));
      const head = (await run('head', '--client', 'ACME')).stdout.trim().replace('ACME ', '');
      expect(await apiCallerOf(muster, token).read('/audit/head')).to.include({ head });
      await callerOf(muster, token).create('/Users', userBody('bob'));
      expect((await run('verify', '--client', client, '--head', head)).code).to.equal(0);
      const position = Number(head.split(':')[0]);
      await tamper('delete from changes where client_id = ? and position >= ?', [client, position]);
      await tamper(
        '/* behind the service */ update change_heads set position = ?, hash = (select c.hash from changes c where c.client_id = change_heads.client_id and c.position = ?) where client_id = ?',
        [position - 1, position - 1, client],
      );
      expect((await run('verify', '--client', client)).code).to.equal(0);
      const cut = await run('verify', '--client', client, '--head', head);
      expect([cut.code, cut.stdout]).to.deep.equal([
        1,
        `ACME: the end is cut off: entries ${position} to ${position} are not there\n`,
      ]);
    });

    it('what is no head, a head without its log and an unknown client are refused', async () => {
      const client = await muster.createClient('ACME');
      for (const head of ['x', '1', `1:${'g'.repeat(64)}`]) {
        expect((await run('verify', '--client', client, '--head', head)).code, head).to.equal(2);
      }
      expect((await run('verify', '--head', `0:${'0'.repeat(64)}`)).code).to.equal(2);
      expect((await run('verify', '--client', 'nobody')).code).to.equal(1);
      expect((await run('verify', '--client', client, '--platform')).code).to.equal(2);
    });
  });
});
