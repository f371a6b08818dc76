import { expect } from 'chai';
import { operatorsLog } from '../../src/store/tenant/client-store.js';
import { apiCallerOf } from '../support/api.js';
import { startCommandSession, type CommandSession } from '../support/command-session.js';
import { forEachDatabase } from '../support/databases.js';
import { openAt } from '../support/logged-client.js';
import type { Muster } from '../support/muster.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

type Json = Readonly<Record<string, unknown>>;

describe("the operators' own log at the command line, while a server runs", function () {
  this.timeout(60_000);

  forEachDatabase((database) => {
    let folder: string;
    let url: string;
    let muster: Muster;
    let session: CommandSession;
    beforeEach(async () => {
      folder = await temporaryFolder();
      url = await database.url();
      muster = await database.startMuster({ url });
      session = startCommandSession({ cwd: folder, settings: { DATABASE_URL: url } });
    });
    afterEach(async () => {
      await session.end();
      await removeTemporaryFolder(folder);
    });

    const run = (...args: readonly string[]) => session.run(...args);

    /** What a command prints on so many lines of JSON. */
    async function printed(...args: readonly string[]): Promise<readonly Json[]> {
      const { code, stdout, stderr } = await run(...args);
      expect([code, stderr]).to.deep.equal([0, '']);
      return stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Json);
    }

    async function tamper(statement: string): Promise<void> {
      const direct = await openAt(url);
      await direct.transaction((connection) => connection.run(statement, [operatorsLog]));
      await direct.close();
    }

    it('tells who minted, rotated and revoked a token with --platform, and never a secret', async () => {
      const [made] = await printed('token', 'create', '--platform', '--description', 'Nightly', '--json');
      const id = String(made?.['id']);
      const [rotated] = await printed('token', 'rotate', id, '--platform', '--json');
      await printed('token', 'revoke', id, '--platform', '--json');
      const exported = await printed('audit', 'export', '--platform');
      expect(exported.map((entry) => [entry['action'], entry['targetType'], entry['targetId']])).to.deep.equal(
        ['mint', 'rotate', 'revoke'].map((action) => [action, 'Token', id]),
      );
      for (const entry of exported) expect(entry).to.have.nested.property('actor.kind', 'operator');
      expect(exported[0]).to.have.nested.property('changes.description').that.deep.equals({ after: 'Nightly' });
      const listed = (await run('audit', 'list', '--platform', '--action', 'rotate')).stdout;
      expect(listed)
        .to.match(/rotate.*Token/)
        .and.not.to.match(/mint|revoke/);
      const told = JSON.stringify(exported) + listed;
      for (const each of [made, rotated]) expect(told).not.to.contain(String(each?.['token']).slice(24, 60));
    });

    it('verify finds what was changed in it, also with all others, and a cut end against a head kept elsewhere', async () => {
      const { token } = await muster.createToken({});
      await muster.createToken({ access: 'read' });
      await muster.createClient('ACME');
      const kept = (await run('audit', 'head')).stdout.split('\n').find((line) => line.startsWith('the operators '));
      const head = kept?.replace('the operators ', '') ?? '';
      expect(await apiCallerOf(muster, token).read('/audit/head')).to.include({ head, position: 2 });
      expect((await run('audit', 'verify', '--platform', '--head', head)).stdout).to.match(/^the operators: valid, 2 /);
      await tamper(`update changes set actor_id = 'nobody' where client_id = ? and position = 1`);
      const bad = await run('audit', 'verify');
      expect([bad.code, bad.stderr]).to.deep.equal([1, 'muster: a change log is not as it was written\n']);
      expect(bad.stdout)
        .to.match(/^ACME: valid/)
        .and.to.match(/\nthe operators: entry 1 is not the one /);
      const own = await run('audit', 'verify', '--platform', '--json');
      expect(own.code).to.equal(1);
      expect(JSON.parse(own.stdout)).to.deep.include({ clientId: null, client: null, valid: false, verified: 0 });
      expect((await run('audit', 'verify', '--client', 'ACME')).code).to.equal(0);
      await tamper('delete from changes where client_id = ?');
      await tamper('delete from change_heads where client_id = ?');
      expect((await run('audit', 'verify', '--platform')).code).to.equal(0);
      const cut = await run('audit', 'verify', '--platform', '--head', head);
      expect([cut.code, cut.stdout]).to.deep.equal([
        1,
        'the operators: the end is cut off: entries 1 to 2 are not there\n',
      ]);
    });

    it('is named by --platform alone, and there is no client of its id or name', async () => {
      await muster.createClient('ACME');
      const commands: readonly (readonly [code: number, words: readonly string[]])[] = [
        [2, ['audit', 'list']],
        [2, ['audit', 'export']],
        [2, ['audit', 'list', '--platform', '--client', 'ACME']],
        [2, ['audit', 'head', '--platform', '--client', 'ACME']],
        ...[operatorsLog, ''].flatMap((named) =>
          [
            ['audit', 'list'],
            ['audit', 'verify'],
            ['token', 'create'],
            ['user', 'list'],
          ].map((words) => [1, [...words, '--client', named]] as const),
        ),
        ...['show', 'activate'].map((word) => [1, ['client', word, operatorsLog]] as const),
      ];
      for (const [code, words] of commands) expect((await run(...words)).code, words.join(' ')).to.equal(code);
      expect((await run('client', 'list', '--json')).stdout)
        .to.contain('ACME')
        .and.not.to.contain(operatorsLog);
    });
  });
});
