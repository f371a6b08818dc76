import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteConnection from 'better-sqlite3';
import { expect } from 'chai';
import { RequestError } from '../../src/errors.js';
import { backUpSqlite } from '../../src/store/sqlite-files/sqlite-backup.js';
import { restoreSqlite } from '../../src/store/sqlite-files/sqlite-restoration.js';
import { operatorsLog } from '../../src/store/tenant/client-store.js';
import { runCommand, type CommandResult } from '../support/command-line.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { callerOf, userBody, type Caller } from '../support/scim.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

/** Changes a file as somebody does who has no business to. */
function meddle(path: string, work: (database: SqliteConnection.Database) => void): void {
  const database = new SqliteConnection(path);
  work(database);
  database.close();
}

const nameOf = (name: string) => userNameOf(userBody(name));

describe('muster backup and restore', function () {
  this.timeout(300_000);

  forEachDatabase((database) => {
    let folder: string;
    let url: string;
    let muster: Muster;
    let scim: Caller;
    beforeEach(async () => {
      folder = await temporaryFolder();
      url = await database.url();
      muster = await database.startMuster({ url });
      const client = await muster.createClient('ACME');
      scim = callerOf(muster, (await muster.createToken({ client, access: 'admin' })).token);
      for (const name of ['ada', 'bob', 'cy']) await scim.create('/Users', userBody(name));
    });
    afterEach(() => removeTemporaryFolder(folder));

    const run = (args: readonly string[], to = url) =>
      runCommand(args, { cwd: folder, settings: { DATABASE_URL: to } });
    const inFolder = (name: string) => join(folder, name);

    function expectRefused({ code, stdout, stderr }: CommandResult, reason: RegExp): void {
      expect([code, stdout]).to.deep.equal([1, '']);
      expect(stderr)
        .to.match(reason)
        .and.to.match(/^muster: .*\n$/);
    }

    if (database.kind === 'postgres') {
      it('name the tools of PostgreSQL', async () => {
        expectRefused(await run(['backup', inFolder('a')]), /pg_dump or pg_basebackup: see docs\/operations\.md/);
        expectRefused(await run(['restore', inFolder('a')]), /pg_restore: see docs\/operations\.md/);
      });
      return;
    }

    it('carry one state to another place, while the server writes on', async () => {
      const head = (await run(['audit', 'head', '--client', 'ACME'])).stdout.trim().replace('ACME ', '');
      const backup = await run(['backup', inFolder('a.sqlite'), '--json']);
      expect([backup.code, backup.stderr]).to.deep.equal([0, '']);
      expect(JSON.parse(backup.stdout)).to.include({ clients: 1, size: statSync(inFolder('a.sqlite')).size });
      expect(statSync(inFolder('a.sqlite')).mode & 0o777).to.equal(0o600);
      await scim.create('/Users', userBody('dan'));
      const elsewhere = inFolder('elsewhere/muster.sqlite');
      expect((await run(['restore', inFolder('a.sqlite')], `sqlite:${elsewhere}`)).code).to.equal(0);
      const verified = await run(['audit', 'verify', '--client', 'ACME', '--head', head], `sqlite:${elsewhere}`);
      expect(verified.stdout).to.match(/^ACME: valid/);
      const people = await run(['export', '--client', 'ACME', '--format', 'ndjson'], `sqlite:${elsewhere}`);
      const lines = people.stdout.trimEnd().split('\n');
      expect(lines.map((line) => userNameOf(JSON.parse(line)))).to.have.members(['ada', 'bob', 'cy'].map(nameOf));
      expect(
        readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.partial')),
      ).to.have.length(0);
    });

    it('need no word where the database has no client yet, only the row of the operators', async () => {
      const place = `sqlite:${inFolder('elsewhere.sqlite')}`;
      await run(['backup', inFolder('a.sqlite')]);
      await run(['token', 'create', '--platform'], place);
      expect((await run(['restore', inFolder('a.sqlite')], place)).code).to.equal(0);
      expect((await run(['client', 'list', '--json'], place)).stdout).to.contain('ACME');
    });

    it('never write over what is there, unless they are told to, and never under a server', async () => {
      const path = url.replace('sqlite:', '');
      const backup = inFolder('a.sqlite');
      await backUpSqlite(path, backup);
      await refuses(backUpSqlite(path, backup), /is there already/);
      await refuses(backUpSqlite(path, inFolder('no/a.sqlite')), /no such file/);
      await refuses(backUpSqlite(inFolder('nothing.sqlite'), inFolder('b.sqlite')), /not there/);
      expectRefused(await run(['restore', backup, '--force']), /is in use/);
      await scim.create('/Users', userBody('dan'));
      await muster.stop();
      expectRefused(await run(['restore', backup]), /holds a database/);
      expect((await run(['restore', backup, '--force'])).code).to.equal(0);
      const restored = await run(['export', '--client', 'ACME']);
      expect(restored.stdout).to.contain(nameOf('cy')).and.not.to.contain(nameOf('dan'));
    });

    it('take no file that is not whole, or not ours, or whose log was changed, and leave all as it is then', async () => {
      const good = inFolder('a.sqlite');
      await muster.createToken({});
      await run(['backup', good]);
      const bad = (name: string, spoil: (path: string) => void) => {
        copyFileSync(good, inFolder(name));
        spoil(inFolder(name));
        return inFolder(name);
      };
      const place = inFolder('elsewhere.sqlite');
      const restore = (file: string) => restoreSqlite(file, place, { overwrites: false, takesFaults: false });
      const { size } = statSync(good);
      const cases: readonly (readonly [file: string, reason: RegExp])[] = [
        [bad('half', (path) => truncateSync(path, size / 2)), /cannot be used: /],
        [bad('holed', (path) => writeFileSync(path, spoilt(good))), /cannot be used: /],
        [
          bad('text', (path) => writeFileSync(path, 'not a database, and longer than the header of one'.repeat(20))),
          /not a database/,
        ],
        [bad('empty', (path) => truncateSync(path, 0)), /no such table: migrations/],
        [
          bad('later', (path) => meddle(path, (file) => file.exec(`insert into migrations values ('9999-later', '')`))),
          /a later version, which has 9999-later/,
        ],
        [
          bad('log', (path) => meddle(path, (file) => file.exec('update changes set actor_id = 1 where position = 2'))),
          /log of ACME/,
        ],
        [
          bad('operators', (path) =>
            meddle(path, (file) => file.prepare('delete from changes where client_id = ?').run(operatorsLog)),
          ),
          /log of the operators in .* is not as it was written: the end is cut off: entries 1 to 1/,
        ],
        [inFolder('nothing'), /is not there/],
      ];
      for (const [file, reason] of cases) {
        await refuses(restore(file), reason);
        expect(existsSync(place), file).to.equal(false);
      }
      expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).to.deep.equal([]);
      const unverified = await run(['restore', inFolder('log'), '--unverified'], `sqlite:${place}`);
      expect([unverified.code, unverified.stdout]).to.deep.include(0);
      expect(unverified.stdout).to.contain('ACME: entry 2 is not the one that was written there');
      const copied = await run(['backup', inFolder('of-log')], `sqlite:${place}`);
      expect([copied.code, existsSync(inFolder('of-log'))]).to.deep.equal([1, true]);
    });
  });
});

function userNameOf(user: unknown): unknown {
  return typeof user === 'object' && user !== null && 'userName' in user ? user.userName : undefined;
}

async function refuses(work: Promise<unknown>, reason: RegExp): Promise<void> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  expect(error).to.be.instanceOf(RequestError).and.to.have.property('message').that.matches(reason);
}

/** A file with a hole: its second half begins with zeros. */
function spoilt(path: string): Buffer {
  const bytes = readFileSync(path);
  const middle = Math.floor(bytes.length / 8_192) * 4_096;
  return bytes.fill(0, middle, middle + 12_288);
}
