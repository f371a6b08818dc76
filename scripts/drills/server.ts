import { once } from 'node:events';
import { startCommand, type CommandOptions, type RunningCommand } from '../../test/support/command-line.js';

/** A server in a process of its own. */
export interface DrillServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly pid: number;
  readonly command: RunningCommand;
  /** From its start until it said that it serves. */
  readonly readyMs: number;
  /** Ends it with SIGKILL. */
  kill(): Promise<void>;
  /** Ends it in order; gives its exit code and its log. */
  stop(): Promise<{ readonly code: number | null; readonly log: string }>;
}

/** How a server of a drill is started. */
export type ServerOptions = CommandOptions & { readonly databaseUrl: string };

/** The settings of every server of a drill: only what should not happen is logged. */
export function serverSettings({ databaseUrl, settings = {} }: ServerOptions): Readonly<Record<string, string>> {
  return {
    DATABASE_URL: databaseUrl,
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'error',
    RATE_LIMIT_RPS: '0',
    ...settings,
  };
}

/** Starts a server on a free port and waits until it serves. */
export async function startServer(options: ServerOptions): Promise<DrillServer> {
  const startMs = performance.now();
  const command = startCommand(['serve'], { ...options, settings: serverSettings(options) });
  const printed = await command.prints('Data: ');
  const readyMs = performance.now() - startMs;
  const [url] = /http:\/\/[^/\s]+/.exec(printed) ?? [];
  const { pid } = command.child;
  if (url === undefined || pid === undefined) throw new Error(`the server printed no address: ${printed}`);
  return { url, pid, command, readyMs, kill: () => killCommand(command), stop: () => stopCommand(command) };
}

/** Ends a command with SIGKILL and waits until it is gone. */
export async function killCommand({ child, ended }: RunningCommand): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}

async function stopCommand({ child, ended }: RunningCommand): Promise<{ code: number | null; log: string }> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
  const { code, stderr } = await ended;
  return { code, log: stderr };
}
