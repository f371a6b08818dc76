import { expect } from 'chai';
import SqliteConnection from 'better-sqlite3';
import { join } from 'node:path';
import { runCommand, startCommand, type RunningCommand } from '../support/command-line.js';
import { freePort } from '../support/postgres-process.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

describe('muster serve, while the database is away at its start', function () {
  this.timeout(120_000);
  let folder: string;
  let command: RunningCommand | undefined;
  let server: PostgresServer;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server.remove());
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    command?.child.kill('SIGKILL');
    command = undefined;
    await removeTemporaryFolder(folder);
  });

  async function serve(databaseUrl: string, ...args: readonly string[]): Promise<string> {
    const port = String(await freePort());
    const settings = { DATABASE_URL: databaseUrl, PORT: port, LOG_LEVEL: 'warn' };
    command = startCommand(['serve', ...args], { cwd: folder, settings });
    return `http://127.0.0.1:${port}`;
  }

  async function requireWaiting(url: string): Promise<void> {
    await command?.logs('the start waits');
    expect((await fetch(`${url}/livez`)).status).to.equal(200);
    for (const path of ['/readyz', '/scim/v2/Users']) {
      const answer = await fetch(url + path, { headers: { authorization: 'Bearer muster_x' } });
      expect([answer.status, answer.headers.get('retry-after')], path).to.deep.equal([503, '1']);
      const type = path.startsWith('/scim') ? 'application/scim+json' : 'application/problem+json';
      expect(answer.headers.get('content-type'), path).to.equal(type);
    }
  }

  /** Resolves when the service serves; nothing but 503 may be answered before. */
  async function serves(url: string): Promise<void> {
    await command?.prints('Data: ');
    expect((await fetch(`${url}/readyz`)).status).to.equal(200);
  }

  it('is alive, answers 503 with Retry-After, and serves by itself once it is there: PostgreSQL', async () => {
    const databaseUrl = await server.createDatabase();
    await server.stop();
    const url = await serve(databaseUrl);
    await requireWaiting(url);
    await server.restart();
    await serves(url);
  });

  it('waits with all its workers, too', async () => {
    const databaseUrl = await server.createDatabase();
    await server.stop();
    const url = await serve(databaseUrl, '--workers', '2');
    await command?.logs('the start waits');
    await server.restart();
    await serves(url);
  });

  it('waits for an SQLite file that another process keeps locked', async () => {
    const path = join(folder, 'muster.sqlite');
    await runCommand(['migrate'], { cwd: folder, settings: { DATABASE_URL: `sqlite:${path}` } });
    const other = new SqliteConnection(path);
    other.exec('BEGIN EXCLUSIVE');
    const url = await serve(`sqlite:${path}`);
    await requireWaiting(url);
    other.exec('COMMIT');
    other.close();
    await serves(url);
  });

  it('ends with 0 on SIGTERM while it waits', async () => {
    await serve(`postgres://muster@127.0.0.1:${await freePort()}/muster`);
    await command?.logs('the start waits');
    command?.child.kill('SIGTERM');
    expect((await command?.ended)?.code).to.equal(0);
  });

  it('does not wait for what will never be there: a wrong password', async () => {
    const databaseUrl = new URL(await server.createDatabase());
    databaseUrl.password = 'wrong';
    await serve(databaseUrl.href);
    const ended = await command?.ended;
    expect(ended?.code).to.equal(1);
    expect(ended?.stdout).to.equal('');
  });
});
