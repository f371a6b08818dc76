import { randomBytes } from 'node:crypto';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { preparePostgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { copyForReplica, type CopySource } from './postgres-replica.js';
import { freePort, runProgram, startPostgresProcess, type PostgresProcess } from './postgres-process.js';
import { removeTemporaryFolder, temporaryFolder } from './temporary-folder.js';

const user = 'muster';

/** How a server is set up. */
export interface PostgresOptions {
  /** Whether an answered commit has reached the disk; true unless the caller gives it up for speed. */
  readonly fsync?: boolean;
  /** Further settings, such as `max_connections: '20'`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Those that npm installed unless given. */
  readonly binaries?: PostgresBinaries;
}

/** A PostgreSQL server of our own on a loopback port, with its data in a temporary folder. */
export interface PostgresServer {
  readonly port: number;
  /** The address of a database, with the password. */
  url(database: string): string;
  /** Makes an empty database, or a copy of the one at `templateUrl`, to which nobody may be connected; returns its address. */
  createDatabase(templateUrl?: string): Promise<string>;
  /** Drops a database, whoever is still connected. */
  dropDatabase(url: string): Promise<void>;
  /** Closes connections and stops; `restart` may follow. Does nothing when it is not running. */
  stop(): Promise<void>;
  /** Ends all processes at once, as a crash does; `restart` recovers from the write-ahead log. */
  kill(): Promise<void>;
  /** Ends all processes with SIGKILL; `restart` recovers as after `kill`. */
  crash(): Promise<void>;
  /** Starts again on the same port, with the same data. Stops it first when it is running. */
  restart(): Promise<void>;
  /** Starts a streaming replica of this server, on a port and with data and settings of its own. The caller removes it first. */
  startReplica(settings?: PostgresOptions['settings']): Promise<PostgresServer>;
  /** Starts a server on a copy of the files of this one, which `copy` makes in a folder of its own while this one runs. */
  startCopy(copy: (source: CopySource, folder: string) => Promise<void>): Promise<PostgresServer>;
  /** Stops and removes the data. */
  remove(): Promise<void>;
}

const servers = new Set<Server>();

// The last resort, when a test run ends without its hooks.
process.once('exit', () => {
  for (const server of servers) server.killNow();
});

interface Cluster {
  readonly folder: string;
  readonly binaries: PostgresBinaries;
  readonly password: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
}

function databaseIn(url: string): string {
  return new URL(url).pathname.slice(1);
}

class Server implements PostgresServer {
  readonly #cluster: Cluster;
  #process: PostgresProcess | undefined;
  #databases = 0;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    servers.add(this);
  }

  get port(): number {
    return this.#cluster.port;
  }

  url(database: string): string {
    return `postgres://${user}:${this.#cluster.password}@127.0.0.1:${this.port}/${database}`;
  }

  async createDatabase(templateUrl = this.url('template0')): Promise<string> {
    const name = `muster_${++this.#databases}`;
    // The quickest way for a small template; the other strategy needs two checkpoints.
    await this.#administer(`create database ${name} template ${databaseIn(templateUrl)} strategy wal_log`);
    return this.url(name);
  }

  async dropDatabase(url: string): Promise<void> {
    await this.#administer(`drop database if exists ${databaseIn(url)} with (force)`);
  }

  async restart(): Promise<void> {
    await this.stop();
    const { folder, binaries, settings } = this.#cluster;
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    this.#process = await startPostgresProcess(binaries.postgres, ['-D', join(folder, 'data'), ...args], {
      cwd: folder,
      account: binaries.account,
    });
  }

  async stop(): Promise<void> {
    await this.#end('fast');
  }

  async kill(): Promise<void> {
    await this.#end('immediate');
  }

  async crash(): Promise<void> {
    const ending = this.#process;
    this.#process = undefined;
    await ending?.crash();
  }

  startReplica(ownSettings: PostgresOptions['settings'] = {}): Promise<PostgresServer> {
    const primary = `host=127.0.0.1 port=${this.port} user=${user} password=${this.#cluster.password}`;
    return this.#startOn(copyForReplica, { primary_conninfo: primary, ...ownSettings });
  }

  startCopy(copy: (source: CopySource, folder: string) => Promise<void>): Promise<PostgresServer> {
    return this.#startOn(copy, {});
  }

  async #startOn(
    copy: (source: CopySource, folder: string) => Promise<void>,
    ownSettings: Readonly<Record<string, string>>,
  ): Promise<PostgresServer> {
    const { folder, binaries, settings } = this.#cluster;
    const { account } = binaries;
    const ownFolder = await temporaryFolder(0o711);
    if (account !== undefined) await chown(ownFolder, account.uid, account.gid);
    await copy({ data: join(folder, 'data'), url: this.url('postgres'), account }, ownFolder);
    const port = await freePort();
    const own = { ...settings, port: String(port), ...ownSettings };
    const server = new Server({ ...this.#cluster, folder: ownFolder, port, settings: own });
    await server.restart();
    return server;
  }

  async remove(): Promise<void> {
    await this.kill();
    await removeTemporaryFolder(this.#cluster.folder);
    servers.delete(this);
  }

  killNow(): void {
    this.#process?.killNow();
  }

  async #administer(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.url('postgres') });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  }

  async #end(mode: 'fast' | 'immediate'): Promise<void> {
    const ending = this.#process;
    this.#process = undefined;
    await ending?.stop(mode);
  }
}

async function initialise(folder: string, binaries: PostgresBinaries, password: string): Promise<void> {
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  const { account } = binaries;
  if (account !== undefined) for (const path of [data, passwordFile]) await chown(path, account.uid, account.gid);
  // Sorting by language, as most installations do: what relies on the order of code points must say so in its SQL.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en-US'];
  const access = [`--username=${user}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  // Nothing of value is in it yet; what it writes later is synced as the options say.
  await runProgram(binaries.initdb, ['-D', data, '--no-sync', ...locale, ...access], { cwd: folder, account });
}

/**
 * Starts a PostgreSQL server on a free loopback port; as root it runs as `nobody`.
 * The caller removes it; what is forgotten dies with the process.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  // As root, nobody must be able to enter; what is inside has the modes of its own.
  const folder = await temporaryFolder(0o711);
  const binaries = options.binaries ?? (await preparePostgresBinaries(folder));
  const password = randomBytes(16).toString('hex');
  await initialise(folder, binaries, password);
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    fsync: options.fsync === false ? 'off' : 'on',
    max_connections: '200',
    timezone: 'UTC',
    ...options.settings,
  };
  const server = new Server({ folder, binaries, password, port, settings });
  await server.restart();
  return server;
}

/** Stops and removes every server that was started. */
export async function removeAllPostgres(): Promise<void> {
  await Promise.all([...servers].map((server) => server.remove()));
}
