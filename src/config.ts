import { z } from 'zod';

/** Where the data lies: an SQLite file, or a PostgreSQL that more than one process may share. */
export type DatabaseAddress =
  { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'postgres'; readonly url: string };

/** Everything that the environment decides. The only place that reads it is `readConfig`. */
export interface Config {
  readonly database: DatabaseAddress;
  /** False when `DATABASE_URL` was given: then nothing is ever seeded. */
  readonly databaseIsDefault: boolean;
  readonly host: string;
  readonly port: number;
  /** The public base URL without a trailing slash; undefined means the address that is listened on. */
  readonly publicUrl: string | undefined;
  /** How many of a client's active people one request may take out without being asked again, from 0 to 1. */
  readonly massLeaverShare: number;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
}

const defaultDatabaseUrl = 'sqlite:./data/muster.sqlite';

const databaseAddress = z.string().transform((text, context): DatabaseAddress => {
  if (/^sqlite:./.test(text)) return { kind: 'sqlite', path: text.slice('sqlite:'.length) };
  if (/^postgres(ql)?:\/\/./.test(text) && URL.canParse(text)) return { kind: 'postgres', url: text };
  context.addIssue({ code: 'custom', message: 'must be sqlite:<path> or postgres://…' });
  return z.NEVER;
});

const publicUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .refine((text) => !/[?#]/.test(text), 'must have no query and no fragment')
  .transform((text) => text.replace(/\/+$/, ''));

const environment = z.object({
  DATABASE_URL: databaseAddress.optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port number')
    .transform(Number)
    .refine((port) => port <= 65_535, 'must be a port number')
    .default(8080),
  PUBLIC_URL: publicUrl.optional(),
  MASS_LEAVER_SHARE: z
    .string()
    .regex(/^(100|\d{1,2})\s*%?$/, 'must be a percentage from 0 to 100')
    .transform((text) => Number.parseInt(text, 10) / 100)
    .default(0.2),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be one of fatal, error, warn, info, debug, trace, silent',
    })
    .default('info'),
});

/** A setting that cannot be used; the message names the variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads and checks the settings. Throws `ConfigError` naming the first variable that is wrong. Empty means absent. */
export function readConfig(variables: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ConfigError(`${String(issue?.path[0] ?? 'environment')}: ${issue?.message ?? 'cannot be read'}`);
  }
  const { DATABASE_URL, HOST, PORT, PUBLIC_URL, MASS_LEAVER_SHARE, LOG_LEVEL } = parsed.data;
  return {
    database: DATABASE_URL ?? databaseAddress.parse(defaultDatabaseUrl),
    databaseIsDefault: DATABASE_URL === undefined,
    host: HOST,
    port: PORT,
    publicUrl: PUBLIC_URL,
    massLeaverShare: MASS_LEAVER_SHARE,
    logLevel: LOG_LEVEL,
  };
}
