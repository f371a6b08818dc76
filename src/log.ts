import { destination, pino, type Logger } from 'pino';
import type { Config } from './config.js';

export type Log = Logger;

/**
 * The service's log: JSON lines on standard error, so that standard output stays for what a command was asked for.
 * Each line holds what `every` says. What could hold a secret or a person's data is removed wherever it appears.
 */
export function createLog(
  config: Pick<Config, 'logLevel'>,
  every: Readonly<Record<string, string | number | undefined>> | null = null,
): Log {
  const redacted = ['authorization', 'token', 'password', 'body', 'query', 'bindings', 'detail'];
  const paths = redacted.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino(
    { level: config.logLevel, redact: { paths, remove: true }, base: every, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ fd: 2, sync: true }),
  );
}

/** Messages of drivers may hold values, so the log gets the kind, the code and the place. */
export function withoutData(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error ? { code: String(error.code) } : {};
  // A stack begins with the message, of which a line may look like a place.
  const frames = error.stack
    ?.replace(error.message, '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return { type: error.name, ...code, stack: frames?.join('\n') };
}
