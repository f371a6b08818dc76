import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runCommand, startCommand, type RunningCommand } from '../support/command-line.js';
import { forEachDatabase } from '../support/databases.js';
import { freePort } from '../support/postgres-process.js';
import { userBody } from '../support/scim.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

const run = promisify(execFile);
const secrets = /muster_[0-9a-f]{16}_[\w-]{49}/g;

describe('muster serve', function () {
  this.timeout(60_000);
  let folder: string;
  const running = new Set<RunningCommand>();
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    for (const command of running) command.child.kill('SIGKILL');
    running.clear();
    await removeTemporaryFolder(folder);
  });

  function serve(settings: Readonly<Record<string, string>>): RunningCommand {
    const command = startCommand(['serve'], { cwd: folder, settings });
    running.add(command);
    return command;
  }

  async function stopped(command: RunningCommand, signal: NodeJS.Signals = 'SIGTERM') {
    command.child.kill(signal);
    return command.ended;
  }

  it('with nothing configured makes a demonstration client, and prints a curl line that is answered 201 when pasted', async () => {
    const port = await freePort();
    const command = serve({ PORT: String(port) });
    const printed = await command.prints('\ncurl ');
    expect(printed).to.contain(`http://127.0.0.1:${port}/scim/v2`);
    expect(printed).to.contain(join(folder, 'data', 'muster.sqlite'));
    const tokens = new Set(printed.match(secrets));
    expect(tokens.size).to.equal(2);
    const line = printed.split('\n').find((each) => each.startsWith('curl ')) ?? '';
    const { stdout } = await run('bash', ['-c', line], { cwd: folder });
    expect(stdout).to.match(/^HTTP\/1\.1 201 /);
    const [clientToken, unitToken] = tokens;
    const read = async (token: string | undefined) => {
      const answer = await fetch(`http://127.0.0.1:${port}/scim/v2/Users`, {
        headers: { authorization: `Bearer ${token ?? ''}` },
      });
      // A list response has its total.
      return ((await answer.json()) as { readonly totalResults: number }).totalResults;
    };
    expect([await read(clientToken), await read(unitToken)]).to.deep.equal([1, 0]);
    const { code, stderr } = await stopped(command);
    expect(code).to.equal(0);
    expect(stderr).not.to.match(secrets).and.not.to.contain('ada@example.com');
  });

  it('prints no secret on the second start, and finds what the first has kept', async () => {
    const settings = { PORT: '0' };
    const first = serve(settings);
    const [token = ''] = (await first.prints('\ncurl ')).match(secrets) ?? [];
    await stopped(first);
    const second = serve(settings);
    const printed = await second.prints('Data: ');
    const [url = ''] = /http:\S+/.exec(printed) ?? [];
    const answer = await fetch(`${url}/Users`, { headers: { authorization: token } });
    expect(answer.status).to.equal(200);
    const { code, stdout } = await stopped(second, 'SIGINT');
    expect(code).to.equal(0);
    expect(stdout).not.to.contain('muster_').and.not.to.contain('curl');
  });

  it('names the address in use and PORT when it cannot listen', async () => {
    const port = await freePort();
    const first = serve({ PORT: String(port), LOG_LEVEL: 'silent' });
    await first.prints('Data: ');
    const { code, stderr } = await runCommand(['serve'], { cwd: folder, settings: { PORT: String(port) } });
    expect(code).to.equal(1);
    expect(stderr)
      .to.contain(String(port))
      .and.to.contain('PORT')
      .and.not.to.match(/^\s+at /m);
  });

  forEachDatabase((database) => {
    it('with DATABASE_URL makes no client and writes nothing where it stands', async () => {
      const url = await database.blankUrl();
      const command = serve({ DATABASE_URL: url, PORT: '0' });
      await command.prints('Data: ');
      const { code, stdout } = await stopped(command);
      expect(code).to.equal(0);
      expect(stdout).not.to.match(secrets).and.not.to.contain('acme');
      expect(stdout).not.to.contain(new URL(url).password === '' ? 'no password' : new URL(url).password);
      const clients = await runCommand(['client', 'list', '--json'], { cwd: folder, settings: { DATABASE_URL: url } });
      expect(clients.stdout).to.equal('[]\n');
      expect(await readdir(folder)).to.deep.equal([]);
    });

    it('prints the address of SCIM under PUBLIC_URL, wherever it listens', async () => {
      const url = await database.url();
      const settings = { DATABASE_URL: url, PORT: '0', PUBLIC_URL: 'https://muster.example/base/' };
      const command = serve({ ...settings, LOG_LEVEL: 'trace' });
      expect(await command.prints('Data: ')).to.contain('https://muster.example/base/scim/v2');
    });

    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      it(`on ${signal} answers what has come in, takes no new connection, and ends with 0`, async () => {
        const url = await database.url();
        const settings = { DATABASE_URL: url, PORT: '0', LOG_LEVEL: 'info' };
        const token = await mint(folder, settings);
        const command = serve(settings);
        const [base = ''] = /http:\S+/.exec(await command.prints('Data: ')) ?? [];
        const body = JSON.stringify(userBody('ada'));
        const pending = openRequest(`${base}/Users`, token, body);
        await pending.started;
        command.child.kill(signal);
        await command.logs('stopping');
        const refused = await fetch(`${base}/Users`).then(
          () => 'answered',
          () => 'refused',
        );
        expect(refused).to.equal('refused');
        pending.request.end(body.slice(1));
        const [answer] = (await once(pending.request, 'response')) as [IncomingMessage];
        expect(answer.statusCode).to.equal(201);
        expect(answer.headers.connection).to.equal('close');
        answer.resume();
        const { code } = await command.ended;
        expect(code).to.equal(0);
        const again = serve(settings);
        const [newBase = ''] = /http:\S+/.exec(await again.prints('Data: ')) ?? [];
        const kept = await fetch(`${newBase}/Users?count=0`, { headers: { authorization: `Bearer ${token}` } });
        expect(await kept.json()).to.include({ totalResults: 1 });
      });
    }
  });
});

async function mint(cwd: string, settings: Readonly<Record<string, string>>): Promise<string> {
  await runCommand(['client', 'create', '--name', 'acme'], { cwd, settings });
  const { stdout } = await runCommand(['token', 'create', '--client', 'acme', '--json'], { cwd, settings });
  // The command prints an id and a token.
  return (JSON.parse(stdout) as { readonly token: string }).token;
}

/** A POST of which the server has the headers and the first byte of the body. */
function openRequest(url: string, token: string, body: string): { request: ClientRequest; started: Promise<unknown> } {
  const outgoing = request(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json', expect: '100-continue' },
  });
  const started = once(outgoing, 'continue').then(() => outgoing.write(body.slice(0, 1)));
  outgoing.flushHeaders();
  return { request: outgoing, started };
}
