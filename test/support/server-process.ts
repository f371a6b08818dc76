import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { commandWords } from './command-line.js';

const reportStalls = new URL('../../scripts/fuzz/report-stalls.mjs', import.meta.url).href;

/** What scripts/fuzz/report-stalls.mjs says of the time since the last question. */
export interface Stalls {
  /** The longest time for which the event loop did not turn while the process was at work. */
  readonly stallMs: number;
  /** The longest time for which it did not turn, whoever had the processor. */
  readonly gapMs: number;
  readonly rssBytes: number;
}

/** A server in a process of its own, which tells how long its event loop stood still. */
export interface ServerProcess {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  stalls(): Promise<Stalls>;
  stop(): Promise<void>;
}

/** Starts `muster serve` over a database that has been migrated; `settings` are as in the environment. */
export async function startServerProcess(
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const [node = process.execPath, ...words] = commandWords();
  const child = spawn(node, ['--import', reportStalls, ...words, 'serve'], {
    env: { PATH: process.env['PATH'], DATABASE_URL: databaseUrl, PORT: '0', LOG_LEVEL: 'silent', ...settings },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  try {
    return { url: await readUrl(child), stalls: () => askStalls(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function askStalls(child: ChildProcess): Promise<Stalls> {
  const answer = once(child, 'message');
  child.send('stalls');
  // report-stalls.mjs sends nothing else.
  const [stalls] = (await answer) as [Stalls];
  return stalls;
}

/** The address that a server prints once it listens. Its output is read on, so that it never waits for a reader. */
export async function readUrl({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('the server has no output');
  const lines = createInterface({ input: stdout });
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const [url] = /http:\/\/[^/\s]+/.exec(line) ?? [];
      if (url !== undefined) resolve(url);
    });
    lines.once('close', () => reject(new Error('the server ended before it listened')));
  });
}
