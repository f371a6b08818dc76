import { DrillClient } from '../drill-client.js';
import { Journal, timesLine, type Findings } from '../findings.js';
import { createTenant, openPlace, type DatabaseKind, type Place, type Tenant } from '../place.js';
import { startServer, type DrillServer } from '../server.js';
import { Attempts } from './attempts.js';
import type { CrashWorld } from './crash-world.js';
import { checkDatabase } from './check-database.js';
import { momentAt, moments, type Moment } from './moments.js';
import { Verifier } from './verify.js';
import { WriteMaker } from './write-maker.js';

/** How much a crash drill does. */
export interface CrashOptions {
  readonly database: DatabaseKind;
  readonly kills: number;
  readonly users: number;
  readonly seed: number;
  readonly progress: (text: string) => void;
}

type Victim = 'server' | 'PostgreSQL' | 'both';

const groups = 8;

/** Kills the server, PostgreSQL, or both, again and again while writes are in flight, and looks whether anything is lost or torn. */
export async function crash(options: CrashOptions): Promise<Findings> {
  const place = await openPlace(options.database);
  try {
    options.progress(`seed ${options.seed}; ${options.users} users on ${options.database}`);
    const tenant = await createTenant(place, { users: options.users, groups });
    return await new CrashDrill(options, place, tenant).run();
  } finally {
    await place.remove();
  }
}

class CrashDrill {
  readonly #options: CrashOptions;
  readonly #place: Place;
  readonly #tenant: Tenant;
  readonly #journal = new Journal();
  readonly #attempts = new Attempts();
  readonly #maker: WriteMaker;
  readonly #verifier: Verifier;
  readonly #readyMs: number[] = [];
  readonly #postgresMs: number[] = [];
  readonly #backMs: number[] = [];

  constructor(options: CrashOptions, place: Place, tenant: Tenant) {
    this.#options = options;
    this.#place = place;
    this.#tenant = tenant;
    this.#maker = new WriteMaker(options.seed, tenant);
    this.#verifier = new Verifier(tenant, this.#attempts);
  }

  async run(): Promise<Findings> {
    let server = await this.#start();
    try {
      for (let kill = 0; kill < this.#options.kills; kill++) {
        server = await this.#round(server, momentAt(kill));
        if (kill % 10 === 9) this.#options.progress(`${kill + 1} kills`);
      }
    } finally {
      await server.stop();
    }
    await this.#verifier.verifyAll(this.#journal);
    for (const fault of await checkDatabase(this.#tenant.url)) this.#journal.violation(fault);
    this.#report();
    return this.#journal.findings;
  }

  /** One kill in the midst of something, the restart, and what is found then. */
  async #round(server: DrillServer, moment: Moment): Promise<DrillServer> {
    const client = new DrillClient(server.url, this.#tenant.token);
    const interrupted = await moment.begin(this.#world(server, client));
    const victim = this.#victim();
    this.#journal.count(`kills of ${victim}`);
    this.#journal.count(`during ${moment.name}`);
    await this.#kill(victim, server);
    await interrupted.end();
    await client.close();
    const next = await this.#restart(victim, server);
    const after = new DrillClient(next.url, this.#tenant.token);
    try {
      await this.#verifier.verify(this.#journal);
      await this.#verifier.readThrough(after, this.#journal);
      await interrupted.check?.(after, this.#journal);
    } finally {
      await after.close();
    }
    return next;
  }

  #world(server: DrillServer, client: DrillClient): CrashWorld {
    const [place, tenant, maker] = [this.#place, this.#tenant, this.#maker];
    const readyMs = this.#readyMs.at(-1) ?? 0;
    return { place, tenant, server, client, maker, attempts: this.#attempts, journal: this.#journal, readyMs };
  }

  #victim(): Victim {
    if (this.#place.postgres === undefined) return 'server';
    const victims = ['server', 'PostgreSQL', 'both'] as const;
    return victims[Math.floor(this.#maker.random() * victims.length)] ?? 'both';
  }

  async #kill(victim: Victim, server: DrillServer): Promise<void> {
    const { postgres } = this.#place;
    const stopped = victim === 'PostgreSQL' ? Promise.resolve() : server.kill();
    if (victim !== 'server') await postgres?.crash();
    await stopped;
    if (victim !== 'PostgreSQL') await this.#readLog(server);
  }

  /** What is logged at this level is a bug. */
  async #readLog({ command }: DrillServer): Promise<void> {
    const { stderr } = await command.ended;
    for (const line of stderr.split('\n'))
      if (line.startsWith('{')) this.#journal.violation(`the server logged ${line}`);
  }

  async #restart(victim: Victim, server: DrillServer): Promise<DrillServer> {
    if (victim !== 'server') await this.#restartPostgres();
    if (victim !== 'PostgreSQL') return this.#start();
    const startMs = performance.now();
    await this.#untilServing(server);
    this.#backMs.push(performance.now() - startMs);
    return server;
  }

  async #restartPostgres(): Promise<void> {
    const startMs = performance.now();
    await this.#place.postgres?.restart();
    this.#postgresMs.push(performance.now() - startMs);
  }

  async #start(): Promise<DrillServer> {
    const startMs = performance.now();
    const server = await startServer({ databaseUrl: this.#tenant.url, cwd: this.#place.folder });
    await this.#untilServing(server);
    this.#readyMs.push(performance.now() - startMs);
    return server;
  }

  /** Until a request with the token is answered 200. */
  async #untilServing({ url }: DrillServer): Promise<void> {
    const client = new DrillClient(url, this.#tenant.token, 1);
    try {
      for (;;) {
        const reply = await client.send({ method: 'GET', path: '/scim/v2/Users?count=1' });
        if (reply.kind === 'answer' && reply.status === 200) return;
        if (reply.kind === 'none' || reply.status !== 503) throw new Error(`not served: ${JSON.stringify(reply)}`);
      }
    } finally {
      await client.close();
    }
  }

  #report(): void {
    const journal = this.#journal;
    const counted = (...names: readonly string[]) => names.map((name) => `${journal.countOf(name)} ${name}`).join(', ');
    const victims = this.#place.postgres === undefined ? ['server'] : ['server', 'PostgreSQL', 'both'];
    journal.figure(counted(...victims.map((victim) => `kills of ${victim}`)));
    journal.figure(counted(...moments.map(({ name }) => `during ${name}`)));
    journal.figure(
      `writes: ${counted('acknowledged', 'refused', 'unknown')}; ${counted('entries')} of them in the log`,
    );
    journal.figure(
      counted('rows compared', 'resources compared at the end', 'read over HTTP', 'verifications of the chain'),
    );
    journal.figure(counted('revocations acknowledged', 'ends acknowledged', 'migrations undone', 'migrations done'));
    journal.figure(counted('backups whole', 'backups not there'));
    journal.figure(timesLine(`restart of the server to ready, ${this.#options.users} users`, this.#readyMs));
    if (this.#place.postgres === undefined) return;
    journal.figure(timesLine('restart of PostgreSQL, with recovery', this.#postgresMs));
    journal.figure(timesLine('the server that went on: back after PostgreSQL', this.#backMs));
    for (const ms of this.#backMs)
      journal.require(ms <= 3_000, `service came back ${Math.round(ms)} ms after PostgreSQL`);
  }
}
