import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Config } from './config.js';
import type { DirectoryContext } from './directory/context.js';
import { LastUse } from './directory/tokens/last-use.js';
import { prepareDirectory } from './directory/clients/prepare-directory.js';
import { startRetention } from './directory/audit/retention-job.js';
import { createServices, type Services } from './directory/services.js';
import { TokenCache } from './directory/tokens/token-cache.js';
import { createApp, type AppParts } from './http/app.js';
import { readCertificate } from './http/certificate.js';
import { trustedProxies } from './http/source-address.js';
import { Metrics } from './http/metrics.js';
import { metricsAccess, ownMetrics, type GatherMetrics } from './http/metrics-route.js';
import { messageClasses } from './http/message-classes.js';
import { answerLate } from './http/error-response.js';
import { RateLimits } from './http/rate-limits.js';
import { startingApp } from './http/starting-app.js';
import { timeLimits, type TimeLimits } from './http/time-limits.js';
import { Traffic } from './http/traffic.js';
import { turnRules, type TurnRules } from './http/turns.js';
import { answerUnreadable } from './http/unreadable-request.js';
import type { Log } from './log.js';
import { migrate } from './store/database/migrate.js';
import type { Database } from './store/database/connection.js';
import { openDatabase } from './store/database/open-database.js';
import { timedDatabase } from './store/database/timed-database.js';
import { readCursorSecret } from './store/tenant/settings-store.js';

/** A filter of 8 kB fits into a URL even where each of its characters is escaped. */
const maxHeaderSize = 32_768;
const sweepMs = 50;

/** The directory on an open, migrated database, without HTTP: what the command line works with. */
export interface Directory {
  readonly context: DirectoryContext;
  readonly services: Services;
  close(): Promise<void>;
}

/** A running service. */
export interface Service extends Directory {
  /** Where it listens, without a trailing slash. */
  readonly url: string;
  readonly metrics: Metrics;
  /** Reads the certificate and its key anew, for connections to come. Throws `ConfigError` when they cannot be used. */
  renewCertificate(): void;
  /** Answers what has come in, then closes everything. */
  close(): Promise<void>;
}

/** What is known when a directory is opened. */
interface Opening {
  readonly publicUrl?: string;
  /** Whether a server may run on the same database, which is to go first. */
  readonly leavesRoom?: boolean;
  /** Whether `prepareDatabase` has been called, so that it need not be done again. */
  readonly isPrepared?: boolean;
  /** What stands between the services and the database, such as somebody who watches its statements. */
  readonly wrapDatabase?: (database: Database) => Database;
}

async function prepare(database: Database): Promise<void> {
  await migrate(database);
  await prepareDirectory(database);
}

/** Brings the database to the newest schema, with what belongs into it at the start. Throws 503 when it cannot be used. */
export async function prepareDatabase({ database: address }: Config): Promise<void> {
  const database = await openDatabase(address);
  try {
    await prepare(database);
  } finally {
    await database.close();
  }
}

/** Opens the database, prepares it unless that has been done, and makes the services. Throws 503 when it cannot be used. */
export async function openDirectory(config: Config, opening: Opening = {}): Promise<Directory> {
  const { publicUrl = publicUrlOf(config), isPrepared = false, leavesRoom = false } = opening;
  const opened = await openDatabase(config.database, { leavesRoom });
  const database = opening.wrapDatabase?.(opened) ?? opened;
  try {
    if (!isPrepared) await prepare(database);
    const cursorSecret = await readCursorSecret(database);
    const lastUse = new LastUse(database);
    const { massLeaverShare } = config;
    const context = { database, publicUrl, tokenCache: new TokenCache(), lastUse, cursorSecret, massLeaverShare };
    const close = async () => {
      await lastUse.idle();
      await database.close();
    };
    return { context, services: createServices(context), close };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** How a service differs from what the settings can say. */
export interface ServiceOptions extends Pick<Opening, 'isPrepared' | 'wrapDatabase'> {
  /** Repeats what fails because the database is away; unless given, the start fails then. */
  readonly patiently?: <Result>(attempt: () => Promise<Result>) => Promise<Result>;
  readonly timeLimits?: Partial<TimeLimits>;
  readonly turnRules?: Partial<TurnRules>;
  /** Unless given, the metrics are those of this process. */
  readonly gatherMetrics?: GatherMetrics;
}

/** Starts the service: composes its parts and listens. Port 0 takes a free one. */
export async function startService(config: Config, log: Log, options: ServiceOptions = {}): Promise<Service> {
  const times = { ...timeLimits, ...options.timeLimits };
  const messages = messageClasses();
  const starting = startingApp(log);
  const server = makeServer(config, { ...serverLimits(times), ...messages }, starting);
  server.on('clientError', answerUnreadable).setTimeout(times.silenceMs);
  // What else somebody may expect than `100-continue` is passed over (RFC 9110 §10.1.1); Node would answer without a body.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  const url = await listen(server, config);
  const metrics = new Metrics();
  try {
    const { patiently = (attempt) => attempt() } = options;
    const opening = { ...options, publicUrl: config.publicUrl ?? url, wrapDatabase: measuring(metrics, options) };
    const opened = await patiently(() => openDirectory(config, opening));
    const directory = withRetention(opened, config, log);
    const observer = { late: answerLate(log), ended: metrics.count };
    const traffic = new Traffic(times, { ...turnRules, ...options.turnRules }, observer);
    const app = composeApp({ config, log, directory, traffic, metrics, messages, options });
    server.off('request', starting).on('request', app);
    return {
      ...directory,
      url,
      metrics,
      renewCertificate: () => renewCertificate(server, config),
      close: () => stop(server, { traffic, metrics, directory, graceMs: times.graceMs }),
    };
  } catch (error) {
    server.close();
    metrics.close();
    throw error;
  }
}

function measuring({ observeWork }: Metrics, { wrapDatabase = (database) => database }: ServiceOptions) {
  return (database: Database) => wrapDatabase(timedDatabase(database, observeWork));
}

interface Composition extends Pick<AppParts, 'log' | 'traffic' | 'metrics' | 'messages'> {
  readonly config: Config;
  readonly directory: Directory;
  readonly options: ServiceOptions;
}

function composeApp({ config, directory, options, ...parts }: Composition): ReturnType<typeof createApp> {
  const { metrics, traffic } = parts;
  const { context, services } = directory;
  metrics.watch({ database: context.database, traffic });
  const proxies = trustedProxies(config.trustedProxies);
  return createApp({
    ...parts,
    context,
    services,
    limits: new RateLimits(context, { rates: config.rates, proxies, observer: metrics }),
    metricsAccess: metricsAccess(config),
    gatherMetrics: options.gatherMetrics ?? ownMetrics,
    isTls: isTls(config),
  });
}

/** The directory, in which people who were deleted are erased in time for as long as it is open. */
function withRetention(directory: Directory, { deletedUserRetentionDays: days }: Config, log: Log): Directory {
  if (days === undefined) return directory;
  const stopRetention = startRetention(directory.services, days, log);
  const close = async () => {
    await stopRetention();
    await directory.close();
  };
  return { ...directory, close };
}

function makeServer({ tls }: Config, options: ServerOptions, listener: RequestListener): Server | TlsServer {
  return tls === undefined
    ? createServer(options, listener)
    : createTlsServer({ ...options, ...readCertificate(tls) }, listener);
}

function renewCertificate(server: Server | TlsServer, { tls }: Config): void {
  if (tls !== undefined && 'setSecureContext' in server) server.setSecureContext(readCertificate(tls));
}

/** Whether whoever asks does so over TLS: to the service itself, or to a proxy before it. */
function isTls({ tls, trustedProxies: proxies, publicUrl }: Config): boolean {
  return tls !== undefined || (proxies.length > 0 && publicUrl?.startsWith('https:') === true);
}

function schemeOf({ tls }: Config): string {
  return tls === undefined ? 'http' : 'https';
}

function serverLimits({ headersMs, bodyMs, checkMs }: TimeLimits): ServerOptions {
  return {
    headersTimeout: headersMs,
    requestTimeout: bodyMs,
    connectionsCheckingInterval: checkMs,
    maxHeaderSize,
    // Node would answer without a body; the application does with one.
    requireHostHeader: false,
  };
}

function publicUrlOf(config: Config): string {
  return config.publicUrl ?? `${schemeOf(config)}://${config.host}:${config.port}`;
}

function listen(server: Server | TlsServer, config: Config): Promise<string> {
  const { host, port } = config;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      // A server that listens on a port has an address with one.
      const address = server.address() as AddressInfo;
      resolve(`${schemeOf(config)}://${host.includes(':') ? `[${host}]` : host}:${address.port}`);
    });
  });
}

interface Running {
  readonly traffic: Traffic;
  readonly metrics: Metrics;
  readonly directory: Directory;
  readonly graceMs: number;
}

/** Answers what has come in, each on a connection that ends with it, and cuts what is not done in time. */
async function stop(server: Server | TlsServer, { traffic, metrics, directory, graceMs }: Running): Promise<void> {
  traffic.stop();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection is kept alive after its answer, and would hold up the end.
  const sweep = setInterval(() => server.closeIdleConnections(), sweepMs);
  const impatience = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(impatience);
  traffic.close();
  metrics.close();
  await directory.close();
}
