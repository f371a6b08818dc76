import { expect } from 'chai';
import pg from 'pg';
import { readConfig } from '../../src/config.js';
import { migrate } from '../../src/store/database/migrate.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { startMuster, type Muster } from '../support/muster.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { callerOf, patchBody, userBody, type Caller } from '../support/scim.js';

describe('what waits for what on PostgreSQL', function () {
  this.timeout(120_000);
  let server: PostgresServer;
  let url: string;
  let other: pg.Client;

  before(async () => {
    // Commits that do not wait for the disk stay off it for a while.
    server = await startPostgres({ settings: { wal_writer_delay: '10000ms' } });
  });
  beforeEach(async () => {
    url = await server.createDatabase();
    other = new pg.Client({ connectionString: url });
    await other.connect();
  });
  afterEach(() => other.end());
  after(() => server.remove());

  async function first<Value>(statement: string, values: readonly string[] = []): Promise<Value | undefined> {
    const { rows } = await other.query<{ value: Value }>(statement, [...values]);
    return rows[0]?.value;
  }

  describe('writes', () => {
    let muster: Muster;
    let call: Caller;
    let clientId: string;
    let id: string;
    beforeEach(async () => {
      muster = await startMuster(url);
      clientId = await muster.createClient('acme');
      call = callerOf(muster, (await muster.createToken({ client: clientId })).token);
      ({ id } = await call.create('/Users', userBody('ada', { title: 'Countess' })));
    });
    afterEach(() => muster.stop());

    /** A commit that others see and that is not on the disk: gives its end in the log of PostgreSQL. */
    async function commitBesideTheDisk(): Promise<string> {
      await other.query('set synchronous_commit = off');
      for (;;) {
        await other.query('update users set version = version where client_id = $1 and id = $2', [clientId, id]);
        const end = await first<string>('select pg_current_wal_insert_lsn()::text as value');
        if (end !== undefined && !(await isOnDisk(end))) return end;
      }
    }

    async function isOnDisk(end: string): Promise<boolean | undefined> {
      return first<boolean>('select pg_current_wal_flush_lsn() >= $1::pg_lsn as value', [end]);
    }

    it('that find nothing to change are acknowledged when what they have seen is on the disk', async () => {
      const used = 'select count(*) = 1 as value from tokens where client_id = $1 and last_used_at is not null';
      while ((await first<boolean>(used, [clientId])) !== true) await call('GET', `/Users/${id}`);
      const end = await commitBesideTheDisk();
      expect((await call('GET', `/Users/${id}`)).status).to.equal(200);
      expect(await isOnDisk(end), 'a read does not wait').to.equal(false);
      const patch = patchBody({ op: 'replace', path: 'title', value: 'Countess' });
      const answer = await call('PATCH', `/Users/${id}`, patch);
      expect([answer.status, answer.headers['etag']]).to.deep.equal([200, 'W/"1"']);
      expect(await isOnDisk(end)).to.equal(true);
    });

    /** Starts the service anew, as one that waits for a row for half a second. */
    async function restartImpatient(): Promise<void> {
      await muster.stop();
      muster = await startMuster(`${url}?lock_timeout=500`);
      call = callerOf(muster, (await muster.createToken({ client: clientId })).token);
    }

    it('of a row that another session keeps are 503 after a while, and leave connections for reads', async () => {
      await restartImpatient();
      await other.query('begin');
      await other.query('select id from users where client_id = $1 and id = $2 for update', [clientId, id]);
      const patch = (value: string) => call('PATCH', `/Users/${id}`, patchBody({ op: 'add', path: 'title', value }));
      const ended = new AbortController();
      const writes = Array.from({ length: 20 }, (_, index) => patch(`title ${index}`).finally(() => ended.abort()));
      while (!ended.signal.aborted) expect((await call('GET', `/Users/${id}`)).status).to.equal(200);
      for (const { status, headers } of await Promise.all(writes)) {
        expect(status).to.equal(503);
        expect(headers['retry-after']).to.match(/^[1-9]\d*$/);
      }
      await other.query('rollback');
      expect((await patch('back')).status).to.equal(200);
    });

    it('of a userName that is taken are refused at once while a group of who has it is being written', async () => {
      await restartImpatient();
      await other.query('begin');
      // As those who add members keep them.
      await other.query('select id from users where client_id = $1 and id = $2 for share', [clientId, id]);
      const { status, body } = await call('POST', '/Users', userBody('ada'));
      expect([status, body.scimType]).to.deep.equal([409, 'uniqueness']);
      await other.query('rollback');
    });
  });

  it('processes that migrate wait for one another, however long it takes', async () => {
    // As in src/store/database/dialect.ts.
    await other.query('select pg_advisory_lock(7236643)');
    const impatient = `${url}?lock_timeout=50&statement_timeout=50`;
    const database = await openDatabase(readConfig({ DATABASE_URL: impatient }).database);
    try {
      const migrating = migrate(database);
      const waiting = `select coalesce(max(extract(epoch from clock_timestamp() - query_start)), 0)::float8 as value from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      while (Number(await first<number>(waiting)) < 0.2);
      await other.query('select pg_advisory_unlock(7236643)');
      expect(await migrating).not.to.deep.equal([]);
    } finally {
      await database.close();
    }
  });
});
