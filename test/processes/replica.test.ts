import { expect } from 'chai';
import pg from 'pg';
import { ConfigError, readConfig } from '../../src/config.js';
import { Cleanup } from '../support/cleanup.js';
import { startMuster, type Muster } from '../support/muster.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { callerOf, groupBody, patchBody, userBody, type Caller } from '../support/scim.js';

const rounds = 25;

/** A superuser's question to a server, past the service. */
async function ask<Row extends pg.QueryResultRow>(url: string, statement: string): Promise<Row | undefined> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows[0];
  } finally {
    await client.end();
  }
}

describe('lists from a streaming replica', function () {
  this.timeout(120_000);
  const cleanup = new Cleanup();
  cleanup.register();
  let primary: PostgresServer;
  let replica: PostgresServer;
  let databaseUrl: string;
  let replicaUrl: string;
  let muster: Muster;
  let other: Muster;
  let call: Caller;
  let elsewhere: Caller;

  before(async () => {
    primary = await startPostgres({ fsync: false });
    databaseUrl = await primary.createDatabase();
    // Always a little behind, as one on another machine is.
    replica = await primary.startReplica({ recovery_min_apply_delay: '15ms' });
    replicaUrl = replica.url(new URL(databaseUrl).pathname.slice(1));
    const settings = { DATABASE_REPLICA_URL: replicaUrl, RATE_LIMIT_RPS: '0' };
    muster = await startMuster(databaseUrl, { settings });
    other = await startMuster(databaseUrl, { settings });
    const { token } = await muster.createToken({ client: await muster.createClient('ACME') });
    [call, elsewhere] = [callerOf(muster, token), callerOf(other, token)];
  });
  after(async () => {
    await muster.stop();
    await other.stop();
    await replica.remove();
    await primary.remove();
  });

  /** How often users have been looked at on the replica, as far as it has counted. */
  async function looksAtReplica(): Promise<number> {
    const row = await ask<{ looks: string | null }>(
      replicaUrl,
      `/* behind the service */ select sum(idx_scan + seq_scan) as looks from pg_stat_user_tables where relname = 'users'`,
    );
    return Number(row?.looks ?? 0);
  }

  async function untilReplicaServes(): Promise<void> {
    const before = await looksAtReplica();
    do await call.read('/Users?count=10');
    while ((await looksAtReplica()) <= before);
  }

  it('come from there, and what is written goes to the primary', async () => {
    await call.create('/Users', userBody('first'));
    await untilReplicaServes();
    const state = await ask<{ standby: boolean }>(replicaUrl, 'select pg_is_in_recovery() as standby');
    expect(state?.standby).to.equal(true);
  });

  it('hold what was acknowledged before, by whichever process (RFC 7644 §3.4.2)', async () => {
    const group = await call.create('/Groups', groupBody('All'));
    for (let round = 0; round < rounds; round++) {
      const { id } = await call.create('/Users', userBody(`round-${round}`));
      const filter = encodeURIComponent(`userName sw "round-"`);
      const list = await elsewhere.read(`/Users?filter=${filter}&attributes=groups`);
      expect(list.totalResults).to.equal(round + 1);
      await elsewhere(
        'PATCH',
        `/Groups/${group.id}`,
        patchBody({ op: 'add', path: 'members', value: [{ value: id }] }),
      );
      const again = await call.read(`/Users?filter=${filter}&attributes=groups`);
      expect(again.Resources.every(({ groups }) => groups?.length === 1)).to.equal(true);
    }
  });

  it('come from the primary while the replica lags', async () => {
    await untilReplicaServes();
    await ask(replicaUrl, 'select pg_wal_replay_pause()');
    try {
      const { id } = await call.create('/Users', userBody('unseen'));
      const list = await elsewhere.read('/Users?count=1000&attributes=id');
      expect(list.Resources.map((user) => user.id)).to.include(id);
      expect(list.totalResults).to.equal(list.Resources.length);
    } finally {
      await ask(replicaUrl, 'select pg_wal_replay_resume()');
    }
    await untilReplicaServes();
  });

  it('come from the primary while the replica is away, and from the replica when it is back', async () => {
    await untilReplicaServes();
    const during = Array.from({ length: 40 }, () => call('GET', '/Users?count=10'));
    await replica.kill();
    const answers = [...(await Promise.all(during)), await call('GET', '/Users'), await elsewhere('GET', '/Users')];
    expect(answers.map(({ status }) => status)).to.deep.equal(answers.map(() => 200));
    await replica.restart();
    await untilReplicaServes();
  });

  const wrong: readonly (readonly [string, () => Promise<string> | string])[] = [
    ['the primary itself', () => databaseUrl],
    ['another database of the replica', () => replica.url('postgres')],
    ['nobody', () => `postgres://nobody:secret@127.0.0.1:1/muster`],
  ];
  for (const [what, urlOf] of wrong) {
    it(`come from the primary when the address of the replica is that of ${what}`, async () => {
      const settings = { DATABASE_REPLICA_URL: await urlOf() };
      const misled = await startMuster(databaseUrl, { settings });
      cleanup.defer(() => misled.stop());
      const { token } = await misled.createToken({ client: await misled.createClient(`of ${what}`) });
      const caller = callerOf(misled, token);
      await caller.create('/Users', userBody('ada'));
      expect((await caller.read('/Users')).totalResults).to.equal(1);
    });
  }

  it('are for PostgreSQL: a replica of SQLite is refused, and so is what is no address', () => {
    const refused = [{ DATABASE_REPLICA_URL: 'postgres://host/muster' }, { DATABASE_REPLICA_URL: 'sqlite:x' }];
    for (const settings of refused) expect(() => readConfig(settings)).to.throw(ConfigError, 'DATABASE_REPLICA_URL');
  });
});
