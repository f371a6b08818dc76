import { setTimeout as sleep } from 'node:timers/promises';
import { patchBody } from '../../../test/support/scim.js';
import { personId } from '../../../test/support/staff.js';
import { Attempts } from '../crash/attempts.js';
import { Verifier } from '../crash/verify.js';
import { DrillClient } from '../drill-client.js';
import { Journal, quantile, type Findings } from '../findings.js';
import { createTenant, openPlace, type DatabaseKind, type Place, type Tenant } from '../place.js';
import { startServer, type DrillServer } from '../server.js';
import { TcpProxy } from '../tcp-proxy.js';
import type { Fault } from './fault.js';
import { postgresFaults } from './postgres-faults.js';
import { mountMemory, sqliteFaults, unmount } from './sqlite-faults.js';
import { runTraffic, type Tally } from './traffic.js';

/** How long each fault lasts, and how soon all must be well again. */
export interface OutageOptions {
  readonly database: DatabaseKind;
  readonly seconds: number;
  readonly backWithinMs: number;
  /** Only the faults whose name contains one of these; all unless given. */
  readonly only?: readonly string[];
  readonly progress: (text: string) => void;
}

const longestUnfeltMs = 60_000;
const size = { users: 40, groups: 1 };
const fileSystemMegabytes = 48;
// So high that nobody meets them: where they are kept is part of the outage.
const settings = { RATE_LIMIT_RPS: '999999' };

/** Lets one thing after another happen to a database, and counts what is answered meanwhile. */
export function outage(options: OutageOptions): Promise<Findings> {
  return options.database === 'sqlite' ? outageOfSqlite(options) : outageOfPostgres(options);
}

async function outageOfPostgres(options: OutageOptions): Promise<Findings> {
  const place = await openPlace('postgres', { settings: { max_connections: '30' } });
  const { postgres } = place;
  if (postgres === undefined) throw new Error('a place for PostgreSQL has a server');
  const proxy = await TcpProxy.open(postgres.port);
  try {
    const tenant = await createTenant(place, size);
    const url = new URL(tenant.url);
    url.port = String(proxy.port);
    const server = await startServer({ databaseUrl: url.href, cwd: place.folder, settings });
    return await new OutageDrill(options, tenant, server).run(postgresFaults(postgres, proxy, tenant));
  } finally {
    await proxy.close();
    await place.remove();
  }
}

async function outageOfSqlite(options: OutageOptions): Promise<Findings> {
  const place = await openPlace('sqlite');
  const isAlone = mountMemory(place.folder, fileSystemMegabytes);
  try {
    return await onPlace(options, place, isAlone);
  } finally {
    if (isAlone) unmount(place.folder);
    await place.remove();
  }
}

async function onPlace(options: OutageOptions, place: Place, isAlone: boolean): Promise<Findings> {
  const tenant = await createTenant(place, size);
  const server = await startServer({ databaseUrl: tenant.url, cwd: place.folder, settings });
  const path = tenant.url.slice('sqlite:'.length);
  return new OutageDrill(options, tenant, server).run(sqliteFaults({ path, pid: server.pid, isAlone }));
}

class OutageDrill {
  readonly #options: OutageOptions;
  readonly #tenant: Tenant;
  readonly #server: DrillServer;
  readonly #client: DrillClient;
  readonly #journal = new Journal();

  constructor(options: OutageOptions, tenant: Tenant, server: DrillServer) {
    this.#options = options;
    this.#tenant = tenant;
    this.#server = server;
    this.#client = new DrillClient(server.url, tenant.token, 32);
  }

  async run(faults: readonly Fault[]): Promise<Findings> {
    const { only } = this.#options;
    const chosen = faults.filter(({ name }) => only?.some((part) => name.includes(part)) ?? true);
    for (const fault of chosen) {
      this.#options.progress(fault.name);
      if (fault.impossible === undefined) await this.#suffer(fault);
      else this.#journal.figure(`${fault.name}: skipped, because ${fault.impossible}`);
    }
    await this.#client.close();
    const { code, log } = await this.#server.stop();
    this.#journal.require(code === 0, `the server ended with ${code}`);
    for (const line of log.split('\n')) if (line !== '') this.#journal.violation(`the server logged ${line}`);
    await new Verifier(this.#tenant, new Attempts()).verifyAll(this.#journal);
    return this.#journal.findings;
  }

  async #suffer(fault: Fault): Promise<void> {
    const ending = new AbortController();
    await fault.begin();
    const traffic = runTraffic(this.#client, this.#journal, { allowance: fault, isOver: () => ending.signal.aborted });
    const health = this.#watchHealth(fault, ending.signal);
    await Promise.all([sleep(this.#options.seconds * 1_000), this.#untilFelt(fault)]);
    ending.abort();
    // The last requests are still waiting when all is well again.
    await fault.end();
    const backMs = await this.#untilBack(fault);
    const tally = await traffic;
    await health;
    this.#report(fault, tally, backMs);
  }

  /** The process itself is alive, whatever the database does, and answers at once. */
  async #watchHealth({ name }: Fault, ending: AbortSignal): Promise<void> {
    while (!ending.aborted) {
      const live = await this.#client.send({ method: 'GET', path: '/livez' });
      this.#journal.require(
        live.kind === 'answer' && live.status === 200,
        `${name}: /livez is ${JSON.stringify(live)}`,
      );
      const ready = await this.#client.send({ method: 'GET', path: '/readyz' });
      const status = ready.kind === 'answer' ? ready.status : 0;
      this.#journal.require(status === 200 || status === 503, `${name}: /readyz is ${status}`);
      await sleep(100);
    }
  }

  /** Some faults are waited out for a while before they are told. */
  async #untilFelt({ name, isFelt }: Fault): Promise<void> {
    if (!isFelt) return;
    const endMs = performance.now() + longestUnfeltMs;
    while (performance.now() < endMs) {
      const body = patchBody({ op: 'replace', path: 'title', value: `felt ${name} ${performance.now()}` });
      const reply = await this.#client.send({ method: 'PATCH', path: `/scim/v2/Users/${personId(31)}`, body });
      if (reply.kind === 'answer' && reply.status === 503) return;
    }
    this.#journal.violation(`${name}: nothing was felt of it`);
  }

  /** Asks until a write is done again. */
  async #untilBack({ name }: Fault): Promise<number> {
    const startMs = performance.now();
    for (let attempt = 0; ; attempt++) {
      const body = patchBody({ op: 'replace', path: 'title', value: `back ${name} ${attempt}` });
      const reply = await this.#client.send({ method: 'PATCH', path: `/scim/v2/Users/${personId(30)}`, body });
      const backMs = performance.now() - startMs;
      if (reply.kind === 'answer' && reply.status === 200) return backMs;
      if (backMs > 120_000) throw new Error(`${name}: not back after two minutes: ${JSON.stringify(reply)}`);
    }
  }

  #report(fault: Fault, { statuses, timesMs }: Tally, backMs: number): void {
    const counts = [...statuses].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => `${name}: ${count}`);
    const longest = Math.round(quantile(timesMs, 1));
    this.#journal.figure(
      `${fault.name}: ${counts.join(', ')}; longest ${longest} ms; back after ${Math.round(backMs)} ms`,
    );
    const { backWithinMs } = this.#options;
    this.#journal.require(backMs <= backWithinMs, `${fault.name}: back only after ${Math.round(backMs)} ms`);
  }
}
