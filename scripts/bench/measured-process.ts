import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { freePort } from '../../test/support/postgres-process.js';

const reportUsage = new URL('report-usage.mjs', import.meta.url).href;
const startTimeoutMs = 30_000;
const stopTimeoutMs = 15_000;

/** What a process has used: CPU time since its start, memory now, and the longest stall of its event loop since the last question. */
export interface Usage {
  readonly cpuUs: number;
  readonly rssBytes: number;
  readonly stallMs: number;
}

/** A program of its own that is measured from outside. */
export interface MeasuredProcess {
  readonly url: string;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

/** What to run. */
export interface Program {
  /** The script, relative to the project, and its arguments. */
  readonly command: readonly [script: string, ...args: string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** A path that is answered with 200 as soon as the program serves. */
  readonly readyPath: string;
  readonly nodeOptions?: readonly string[];
}

/** Starts a program on a free port and waits until it answers. Its output is thrown away, except errors of its start. */
export async function startMeasured(program: Program): Promise<MeasuredProcess> {
  const port = await freePort();
  const [script, ...args] = program.command;
  const path = fileURLToPath(new URL(`../../${script}`, import.meta.url));
  const child = spawn(process.execPath, [...(program.nodeOptions ?? []), '--import', reportUsage, path, ...args], {
    env: { PATH: process.env['PATH'], ...program.environment, HOST: '127.0.0.1', PORT: String(port) },
    // The log of every request costs what it costs in service, but nobody reads it.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(child, url + program.readyPath);
  return { url, usage: () => usageOf(child), stop: () => stop(child) };
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the program for ${url} ended with ${child.exitCode}`);
    const status = await request(url).then(
      async ({ statusCode, body }) => {
        await body.dump();
        return statusCode;
      },
      () => undefined,
    );
    if (status !== undefined && status < 500) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  child.kill('SIGKILL');
  throw new Error(`nothing answers at ${url}`);
}

async function usageOf(child: ChildProcess): Promise<Usage> {
  const answer = once(child, 'message');
  child.send('usage');
  // report-usage.mjs sends nothing else.
  const [usage] = (await answer) as [Usage];
  return usage;
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await ended;
  clearTimeout(impatience);
}
