import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './postgres-binaries.js';
import { childrenOf, isAnyRunning } from './process-table.js';

// Messages are read below, so they must not be translated; no setting of the outer environment may reach the server.
const environment = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };

const readyMessage = /database system is ready to accept (read-only )?connections/;
const startTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;

/** A loopback port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

/** Starts a program as `account`, in a folder that it may enter. */
function start(program: string, args: readonly string[], where: { cwd: string; account: Account | undefined }) {
  // Detached: Ctrl-C at the terminal must reach this process alone, which then stops the server in order.
  return spawn(program, args, {
    cwd: where.cwd,
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...where.account,
  });
}

/** Runs a program to its end. Throws with what it printed when it fails. */
export async function runProgram(
  program: string,
  args: readonly string[],
  where: { cwd: string; account: Account | undefined },
): Promise<void> {
  const child = start(program, args, where);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  // With 'close', Node passes the exit code first.
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${output}`);
}

/** A running server process. */
export interface PostgresProcess {
  readonly pid: number;
  /** `fast` rolls open transactions back and ends connections; `immediate` is a crash: recovery follows at the next start. */
  stop(mode: 'fast' | 'immediate'): Promise<void>;
  /** Ends it and every process that it has started with SIGKILL: nobody has a chance to write anything more. */
  crash(): Promise<void>;
  /** As `stop('immediate')` without waiting, for the end of this process. */
  killNow(): void;
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!isGone) throw error;
  }
}

function becomesReady(child: ChildProcess): Promise<void> {
  let output = '';
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`PostgreSQL did not start (${why}):\n${output}`));
    };
    const timer = setTimeout(fail, startTimeoutMs, 'time out');
    // The pipe is read to the end, or the server would block on it; only the lines of the start are kept.
    child.stderr?.on('data', (chunk: Buffer) => {
      if (readyMessage.test(output)) return;
      output += chunk.toString();
      if (!readyMessage.test(output)) return;
      clearTimeout(timer);
      resolve();
    });
    child.stdout?.resume();
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => fail(`exit ${code ?? signal}`));
  });
}

/** Starts a server and waits until it takes connections. Throws with its log when it does not. */
export async function startPostgresProcess(
  program: string,
  args: readonly string[],
  where: { cwd: string; account: Account | undefined },
): Promise<PostgresProcess> {
  const child = start(program, args, where);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await becomesReady(child).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('a server that took connections has a process id');
  return {
    pid,
    killNow: () => void child.kill('SIGQUIT'),
    crash: async () => {
      // Held, so that it starts no more of them meanwhile.
      child.kill('SIGSTOP');
      const family = childrenOf(pid);
      for (const each of family) killIfThere(each);
      child.kill('SIGKILL');
      await ended;
      // Their shared memory is in the way of the next start.
      while (isAnyRunning(family)) await sleep(10);
    },
    stop: async (mode) => {
      child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
      const lastResort = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
      await ended;
      clearTimeout(lastResort);
    },
  };
}
