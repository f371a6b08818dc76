import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { PostgresServer } from '../../../test/support/postgres.js';
import type { Tenant } from '../place.js';
import type { TcpProxy } from '../tcp-proxy.js';
import { longestAnswerMs, type Fault } from './fault.js';

const delayMs = 5_000;
const cutEveryMs = 150;

async function administer(server: PostgresServer, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: server.url('postgres') });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

const cutAll = `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'muster%'`;

/** Again and again, until it is told to stop. */
class Repeated {
  readonly #stopping = new AbortController();
  #done: Promise<void> = Promise.resolve();

  begin(everyMs: number, act: () => Promise<void>): void {
    this.#done = this.#run(everyMs, act);
  }

  async end(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
  }

  async #run(everyMs: number, act: () => Promise<void>): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await act();
      await sleep(everyMs);
    }
  }
}

/** Takes every connection that the server has to give, those of the service too. */
class Occupation {
  readonly #clients: pg.Client[] = [];
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async begin(): Promise<void> {
    await this.#takeFree();
    const [first] = this.#clients;
    for (;;) {
      const left = await first?.query(cutAll);
      await this.#takeFree();
      if (left === undefined || left.rowCount === 0) return;
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#clients.splice(0).map((client) => client.end()));
  }

  async #takeFree(): Promise<void> {
    for (;;) {
      const client = new pg.Client({ connectionString: this.#url });
      client.on('error', () => undefined);
      try {
        await client.connect();
        this.#clients.push(client);
      } catch {
        return;
      }
    }
  }
}

/** A session that has changed rows and does not commit. */
class RowLock {
  readonly #client: pg.Client;
  readonly #clientId: string;

  constructor({ url, clientId }: Tenant) {
    this.#client = new pg.Client({ connectionString: url });
    this.#clientId = clientId;
  }

  async begin(): Promise<void> {
    await this.#client.connect();
    await this.#client.query('begin');
    for (const table of ['users', 'groups'])
      await this.#client.query(`select id from ${table} where client_id = $1 for update`, [this.#clientId]);
  }

  async end(): Promise<void> {
    await this.#client.query('rollback');
    await this.#client.end();
  }
}

/** What can happen to a PostgreSQL, between which and the service the proxy stands. */
export function postgresFaults(server: PostgresServer, proxy: TcpProxy, tenant: Tenant): readonly Fault[] {
  const cutting = new Repeated();
  const rows = new RowLock(tenant);
  const occupation = new Occupation(server.url('postgres'));
  const common = { readsGoOn: false, longestMs: longestAnswerMs, isFelt: true };
  return [
    { ...common, name: 'stopped', begin: () => server.stop(), end: () => server.restart() },
    { ...common, name: 'killed', begin: () => server.crash(), end: () => server.restart() },
    { ...common, name: 'restarted', begin: () => server.restart(), end: () => Promise.resolve(), isFelt: false },
    {
      ...common,
      name: 'connections cut again and again',
      begin: async () => cutting.begin(cutEveryMs, () => administer(server, cutAll)),
      end: () => cutting.end(),
    },
    {
      ...common,
      name: `${delayMs / 1_000} s slower`,
      begin: async () => proxy.delay(delayMs),
      end: async () => proxy.delay(0),
    },
    { ...common, name: 'silent', begin: async () => proxy.hold(), end: async () => proxy.release() },
    {
      ...common,
      name: 'max_connections exhausted',
      begin: () => occupation.begin(),
      end: () => occupation.end(),
    },
    {
      ...common,
      name: 'rows locked by another session',
      readsGoOn: true,
      begin: () => rows.begin(),
      end: () => rows.end(),
    },
    {
      ...common,
      name: 'read-only',
      readsGoOn: true,
      begin: () => setReadOnly(server, 'on'),
      end: () => setReadOnly(server, 'off'),
    },
  ];
}

/** As after a fail-over to a standby. Connections that are open take the setting over with their next statement. */
async function setReadOnly(server: PostgresServer, value: 'on' | 'off'): Promise<void> {
  const statement = `alter system set default_transaction_read_only = ${value}`;
  await administer(server, 'set default_transaction_read_only = off', statement, 'select pg_reload_conf()');
}
