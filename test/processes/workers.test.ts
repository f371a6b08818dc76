import { expect } from 'chai';
import { serverSettings } from '../../scripts/drills/server.js';
import { restartDelayMs } from '../../src/cli/worker-supervisor.js';
import { readConfig } from '../../src/config.js';
import { openDirectory } from '../../src/service.js';
import { accountsOf } from '../support/accounts.js';
import { runCommand, startCommand, type RunningCommand } from '../support/command-line.js';
import { carryOut, RetryingClient } from '../support/retrying-client.js';
import { groupBody } from '../support/scim.js';
import { sharedPostgres } from '../support/shared-postgres.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

const workers = 3;
const writers = 6;
const peopleEach = 10;

/** A line of the log, as far as it is read here. */
interface LogLine {
  readonly msg: string;
  readonly worker?: number;
  readonly pid?: number;
}

describe('muster serve --workers', function () {
  this.timeout(120_000);
  let folder: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => removeTemporaryFolder(folder));

  it('refuses more than one on SQLite, and what is no number', async () => {
    const settings = { DATABASE_URL: `sqlite:${folder}/muster.sqlite`, PORT: '0' };
    const refused = await runCommand(['serve', '--workers', '2'], { cwd: folder, settings });
    expect(refused.code).to.equal(2);
    expect(refused.stderr).to.contain('SQLite').and.to.contain('DATABASE_URL');
    expect((await runCommand(['serve', '--workers', '0'], { cwd: folder, settings })).code).to.equal(2);
  });

  it('waits longer each time before it starts a worker that ends at once', () => {
    const delays = [0, 1, 2, 3, 20].map(restartDelayMs);
    expect(delays).to.deep.equal([100, 200, 400, 800, 30_000]);
  });

  describe('on PostgreSQL', () => {
    let databaseUrl: string;
    let token: string;
    let command: RunningCommand;
    let log = '';

    beforeEach(async () => {
      const { server } = await sharedPostgres();
      databaseUrl = await server.createDatabase();
      command = start();
    });
    afterEach(async () => {
      command.child.kill('SIGKILL');
      await (await sharedPostgres()).server.dropDatabase(databaseUrl);
    });

    function start(): RunningCommand {
      log = '';
      const settings = serverSettings({ cwd: folder, databaseUrl, settings: { LOG_LEVEL: 'info' } });
      const started = startCommand(['serve', '--workers', String(workers)], { cwd: folder, settings });
      started.child.stderr?.on('data', (text: string) => (log += text));
      return started;
    }

    async function serving(): Promise<string> {
      const printed = await command.prints('Data: ');
      expect(printed).to.contain(`with ${workers} workers`);
      const [url = ''] = /http:\/\/[^/\s]+/.exec(printed) ?? [];
      const directory = await openDirectory(readConfig({ DATABASE_URL: databaseUrl }), { isPrepared: true });
      const accounts = accountsOf(directory.services);
      ({ token } = await accounts.createToken({ client: await accounts.createClient('ACME') }));
      await directory.close();
      return url;
    }

    function lines(message: string): readonly LogLine[] {
      const whole = log.split('\n').filter((line) => line.endsWith('}'));
      // The log is JSON lines.
      return whole.map((line) => JSON.parse(line) as LogLine).filter(({ msg }) => msg === message);
    }

    it('shares one port, starts a worker again that was killed, loses nothing, and ends with 0 on SIGTERM', async () => {
      const client = new RetryingClient([await serving()], token);
      const { headers } = await client.send({ method: 'POST', path: '/scim/v2/Groups', body: groupBody('All') });
      const groupId = headers['location']?.split('/').at(-1) ?? '';
      const [victim] = lines('worker serves');
      const progress = (people: number) => {
        if (people === (writers * peopleEach) / 3) process.kill(victim?.pid ?? 0, 'SIGKILL');
      };
      const acknowledged = await carryOut({ client, groupId, writers, peopleEach, progress });
      const listed = await client.read('/scim/v2/Users?count=1000&attributes=userName');
      expect(listed.Resources.map(({ id }) => id)).to.have.members(acknowledged.map(({ id }) => id));
      await command.logs(`"worker":${workers + 1},"pid"`);
      expect(lines('worker ended').map(({ worker }) => worker)).to.deep.equal([victim?.worker]);
      expect(new Set(lines('request').map(({ worker }) => worker)).size).to.be.at.least(2);
      await client.close();
      await expectToEndOn('SIGTERM');
    });

    it('shows the metrics of all workers together, whichever is asked', async () => {
      const url = await serving();
      const client = new RetryingClient([url], token);
      // Sent at once, so that they go over several connections, which the workers share.
      await Promise.all(Array.from({ length: 12 }, () => client.read('/scim/v2/Users?count=0')));
      const seen = 'muster_http_requests_total{route="/scim/v2/Users",method="GET",status="200"} 12';
      // It counts when an answer has gone.
      for (let text = ''; !text.includes(seen);) text = await (await fetch(`${url}/metrics`)).text();
      await client.close();
    });

    it('ends with 0 on SIGINT, and no worker is left', async () => {
      await serving();
      await expectToEndOn('SIGINT');
      expect(lines('worker ended')).to.deep.equal([]);
    });

    async function expectToEndOn(signal: NodeJS.Signals): Promise<void> {
      const pids = lines('worker serves').map(({ pid }) => pid ?? 0);
      expect(pids).to.have.lengthOf.at.least(workers);
      command.child.kill(signal);
      expect((await command.ended).code).to.equal(0);
      for (const pid of pids) expect(() => process.kill(pid, 0)).to.throw('ESRCH');
    }
  });
});
