import cluster from 'node:cluster';
import { resolve } from 'node:path';
import { ConfigError, type Config } from '../config.js';
import { scimUrlOf } from '../directory/context.js';
import { createLog, type Log } from '../log.js';
import { prepareDatabase, startService } from '../service.js';
import { demonstrationLines, seedDemonstration } from './demonstration.js';
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

/** The signal that ends the service, when it comes. From then on the process has ten seconds. */
function stopSignal(): Promise<string> {
  return new Promise((stop) => {
    const begin = (signal: string) => {
      // A database that does not answer must not keep the process: what is not committed by then was acknowledged to nobody.
      setTimeout(() => process.exit(1), longestStopMs).unref();
      stop(signal);
    };
    process.once('SIGTERM', begin).once('SIGINT', begin);
  });
}

/**
 * Serves with so many processes until SIGTERM or SIGINT; then answers what has come in and returns. Throws `ConfigError` for
 * more than one on SQLite.
 */
export async function serve(config: Config, workers: number): Promise<void> {
  if (cluster.isWorker) return serveAsWorker(config, createLog(config, { worker: cluster.worker?.id }));
  if (workers === 1) return serveAlone(config, createLog(config));
  if (config.database.kind === 'sqlite')
    throw new ConfigError('--workers: SQLite is for one process; set DATABASE_URL to a postgres:// address for more');
  return superviseWorkers(config, workers, createLog(config));
}

async function serveAlone(config: Config, log: Log): Promise<void> {
  const stopping = stopSignal();
  const service = await startService(config, log);
  const scimUrl = scimUrlOf(service.context);
  const demonstration = await seedDemonstration(config, service);
  print([
    `Muster serves SCIM 2.0 at ${scimUrl}`,
    `Data: ${dataPlace(config)}`,
    ...(demonstration === undefined ? [] : demonstrationLines(demonstration, scimUrl)),
  ]);
  const signal = await stopping;
  log.info({ signal }, 'stopping');
  await service.close();
}

async function superviseWorkers(config: Config, count: number, log: Log): Promise<void> {
  const stopping = stopSignal();
  await prepareDatabase(config);
  const supervisor = new WorkerSupervisor(count, log);
  const serving = await Promise.race([supervisor.start(), stopping]);
  if (typeof serving !== 'string') {
    print([`Muster serves SCIM 2.0 at ${scimUrlOf(serving)} with ${count} workers`, `Data: ${dataPlace(config)}`]);
  }
  const signal = await stopping;
  log.info({ signal }, 'stopping');
  await supervisor.stop();
}

async function serveAsWorker(config: Config, log: Log): Promise<void> {
  const stopping = stopSignal();
  try {
    const service = await startService(config, log, { isPrepared: true });
    const ready: WorkerReady = { publicUrl: service.context.publicUrl };
    process.send?.(ready);
    await stopping;
    await service.close();
  } finally {
    // Its channel to the process that has started it would keep it alive.
    cluster.worker?.disconnect();
  }
}
