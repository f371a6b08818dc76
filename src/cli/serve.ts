import cluster from 'node:cluster';
import { resolve } from 'node:path';
import { ConfigError, type Config } from '../config.js';
import { scimUrlOf } from '../directory/context.js';
import { createLog, type Log } from '../log.js';
import { prepareDatabase, startService } from '../service.js';
import { demonstrationLines, seedDemonstration } from './demonstration.js';
import { whenUsable } from './when-usable.js';
import { renewOnHangup, warnOfExposure } from './transport.js';
import { keepHeapSmall } from './keep-heap-small.js';
import { answerWorkers, gatherFromWorkers, offerMetrics } from './worker-metrics.js';
import { WorkerSupervisor, type WorkerReady } from './worker-supervisor.js';

const longestStopMs = 10_000;

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Where the data lies, for a person; without the password of a database address. */
function dataPlace({ database }: Config): string {
  if (database.kind === 'sqlite') return resolve(database.path);
  const { host, pathname } = new URL(database.url);
  return `PostgreSQL at ${host}${pathname}`;
}

/** What ends the service. */
interface Ending {
  /** Resolves with the name of the signal when it comes. */
  readonly signal: Promise<string>;
  readonly hasCome: () => boolean;
  readonly patiently: <Result>(attempt: () => Promise<Result>) => Promise<Result>;
}

/** Awaits SIGTERM or SIGINT. From then on the process has ten seconds. */
function endingOf(log: Log): Ending {
  const waiting = new AbortController();
  const signal = new Promise<string>((stop) => {
    const begin = (name: string) => {
      // A database that does not answer must not keep the process: what is not committed by then was acknowledged to nobody.
      setTimeout(() => process.exit(1), longestStopMs).unref();
      waiting.abort();
      stop(name);
    };
    process.once('SIGTERM', begin).once('SIGINT', begin);
  });
  return {
    signal,
    hasCome: () => waiting.signal.aborted,
    patiently: (attempt) => whenUsable(attempt, { log, ending: waiting.signal }),
  };
}

/** What is started, as soon as the database can be used; undefined when the service is ended before that. */
async function started<Result>({ hasCome }: Ending, start: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await start();
  } catch (error) {
    if (hasCome()) return undefined;
    throw error;
  }
}

/**
 * Serves with so many processes until SIGTERM or SIGINT; then answers what has come in and returns. Throws `ConfigError` for
 * more than one on SQLite.
 */
export async function serve(config: Config, workers: number): Promise<void> {
  keepHeapSmall();
  if (cluster.isWorker) return serveAsWorker(config, createLog(config, { worker: cluster.worker?.id }));
  warnOfExposure(config, createLog(config));
  if (workers === 1) return serveAlone(config, createLog(config));
  if (config.database.kind === 'sqlite')
    throw new ConfigError('--workers: SQLite is for one process; set DATABASE_URL to a postgres:// address for more');
  return superviseWorkers(config, workers, createLog(config));
}

async function serveAlone(config: Config, log: Log): Promise<void> {
  const ending = endingOf(log);
  const service = await started(ending, () => startService(config, log, ending));
  if (service === undefined) return;
  renewOnHangup(config, log, () => service.renewCertificate());
  const scimUrl = scimUrlOf(service.context);
  const demonstration = await seedDemonstration(config, service);
  print([
    `Muster serves SCIM 2.0 at ${scimUrl}`,
    `Data: ${dataPlace(config)}`,
    ...(demonstration === undefined ? [] : demonstrationLines(demonstration, scimUrl)),
  ]);
  const signal = await ending.signal;
  log.info({ signal }, 'stopping');
  await service.close();
}

async function superviseWorkers(config: Config, count: number, log: Log): Promise<void> {
  const ending = endingOf(log);
  const supervisor = await started(ending, async () => {
    await ending.patiently(() => prepareDatabase(config));
    return new WorkerSupervisor(count, log);
  });
  if (supervisor === undefined) return;
  renewOnHangup(config, log, () => supervisor.signal('SIGHUP'));
  answerWorkers();
  const serving = await Promise.race([supervisor.start(), ending.signal]);
  if (typeof serving !== 'string') {
    print([`Muster serves SCIM 2.0 at ${scimUrlOf(serving)} with ${count} workers`, `Data: ${dataPlace(config)}`]);
  }
  const signal = await ending.signal;
  log.info({ signal }, 'stopping');
  await supervisor.stop();
}

async function serveAsWorker(config: Config, log: Log): Promise<void> {
  const ending = endingOf(log);
  try {
    const service = await started(ending, () =>
      startService(config, log, { ...ending, isPrepared: true, gatherMetrics: gatherFromWorkers }),
    );
    if (service === undefined) return;
    renewOnHangup(config, log, () => service.renewCertificate());
    const ready: WorkerReady = { publicUrl: service.context.publicUrl };
    process.send?.(ready);
    offerMetrics(service.metrics);
    await ending.signal;
    await service.close();
  } finally {
    // Its channel to the process that has started it would keep it alive.
    cluster.worker?.disconnect();
  }
}
