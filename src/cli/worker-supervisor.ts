import cluster, { type Worker } from 'node:cluster';
import { nowMs } from '../clock.js';
import type { Log } from '../log.js';
import { CommandFailed } from './command-failed.js';

const shortestDelayMs = 100;
const longestDelayMs = 30_000;
/** Who has served for so long ended for a reason of its own: the next one is started as if it were the first. */
const soundMs = 60_000;
/** A little less than a process has from the signal to its end. */
const graceMs = 9_500;

/** What a worker tells when it serves. */
export interface WorkerReady {
  readonly publicUrl: string;
}

/** How long to wait before a worker is started again that has ended so many times in a row soon after its start. */
export function restartDelayMs(failures: number): number {
  return Math.min(shortestDelayMs * 2 ** failures, longestDelayMs);
}

/** Processes that serve on one port: as many as there should be, until `stop`. */
export class WorkerSupervisor {
  readonly #log: Log;
  readonly #count: number;
  readonly #delays = new Set<NodeJS.Timeout>();
  #isStopping = false;

  constructor(count: number, log: Log) {
    this.#count = count;
    this.#log = log;
  }

  /** Resolves when all serve, with what they say. Throws when one of them ends before that. */
  async start(): Promise<WorkerReady> {
    try {
      const ready = await Promise.all(Array.from({ length: this.#count }, () => this.#startFirst()));
      const [first] = ready;
      if (first === undefined) throw new CommandFailed('there is no worker');
      return first;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Hands a signal on to all. */
  signal(signal: NodeJS.Signals): void {
    for (const worker of workers()) worker.process.kill(signal);
  }

  /** Asks all to answer what has come in and end; resolves when they have. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const delay of this.#delays) clearTimeout(delay);
    await Promise.all(workers().map(stopWorker));
  }

  #startFirst(): Promise<WorkerReady> {
    return new Promise((resolve, reject) => {
      const worker = this.#fork(0);
      worker.once('message', resolve);
      worker.once('exit', (code) => {
        reject(new CommandFailed(`worker ${worker.id} ended with ${code} before it served`));
      });
    });
  }

  #fork(failures: number): Worker {
    const worker = cluster.fork();
    let readyMs: number | undefined;
    worker.once('message', () => {
      readyMs = nowMs();
      this.#log.info({ worker: worker.id, pid: worker.process.pid }, 'worker serves');
    });
    worker.once('exit', (code: number | null, signal: string | null) => {
      if (this.#isStopping) return;
      const isSound = readyMs !== undefined && nowMs() - readyMs >= soundMs;
      this.#restart({ worker: worker.id, code, signal }, isSound ? 0 : failures);
    });
    return worker;
  }

  #restart(ended: { readonly worker: number; code: number | null; signal: string | null }, failures: number): void {
    const restartMs = restartDelayMs(failures);
    this.#log.error({ ...ended, restartMs }, 'worker ended');
    const delay = setTimeout(() => {
      this.#delays.delete(delay);
      this.#fork(failures + 1);
    }, restartMs);
    this.#delays.add(delay);
  }
}

function workers(): readonly Worker[] {
  return Object.values(cluster.workers ?? {}).flatMap((worker) => worker ?? []);
}

function stopWorker(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    const impatience = setTimeout(() => worker.process.kill('SIGKILL'), graceMs);
    worker.once('exit', () => {
      clearTimeout(impatience);
      resolve();
    });
    worker.process.kill('SIGTERM');
  });
}
