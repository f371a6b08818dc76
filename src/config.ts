import { isIP } from 'node:net';
import { z } from 'zod';

/** Where the data lies: an SQLite file, or a PostgreSQL that more than one process may share. */
export type DatabaseAddress =
  | { readonly kind: 'sqlite'; readonly path: string }
  | {
      readonly kind: 'postgres';
      readonly url: string;
      /** A streaming replica that lists may be read from. */
      readonly replicaUrl?: string | undefined;
      /** How many connections a process may hold to each of the two; ten unless given. */
      readonly connections?: number;
    };

/** How often something may happen: `limit` times in a window of so many seconds. */
export interface Rate {
  readonly limit: number;
  readonly seconds: number;
}

/** How many requests are let in; undefined switches a limit off. */
export interface RateConfig {
  readonly token: Rate | undefined;
  readonly client: Rate | undefined;
  /** Credentials that are refused, from one address. */
  readonly failures: Rate | undefined;
}

/** Where a certificate and its key lie. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

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
  /** After how many days those who were deleted are erased; undefined keeps them. */
  readonly deletedUserRetentionDays: number | undefined;
  readonly rates: RateConfig;
  /** TLS is spoken by the service itself; undefined where it is not. */
  readonly tls: TlsFiles | undefined;
  /** Addresses and networks of proxies that are trusted to say who came to them. */
  readonly trustedProxies: readonly string[];
  /** Opens the metrics to whoever sends it as a bearer token. */
  readonly metricsToken: string | undefined;
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

const count = z
  .string()
  .regex(/^\d{1,6}$/, 'must be a number from 0 to 999999')
  .transform(Number);

const replicaUrl = z
  .string()
  .refine((text) => /^postgres(ql)?:\/\/./.test(text) && URL.canParse(text), 'must be postgres://…');

const loopback = ['127.0.0.0/8', '::1'];

const proxies = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .transform((parts) => parts.flatMap((part) => (part === 'loopback' ? loopback : part)))
  .refine((parts) => parts.every(isNetwork), 'must be addresses or networks such as 10.0.0.0/8, with commas between');

function isNetwork(text: string): boolean {
  const [address = '', prefix = '0', ...rest] = text.split('/');
  const family = isIP(address);
  return family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
}

const environment = z.object({
  DATABASE_URL: databaseAddress.optional(),
  DATABASE_REPLICA_URL: replicaUrl.optional(),
  DATABASE_CONNECTIONS: z
    .string()
    // Whoever writes may have to read beside.
    .regex(/^([2-9]|[1-9]\d{1,3})$/, 'must be a number from 2 to 9999')
    .transform(Number)
    .default(10),
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
  DELETED_USER_RETENTION_DAYS: count.default(0),
  RATE_LIMIT_RPS: count.default(50),
  RATE_LIMIT_BURST: count.optional(),
  RATE_LIMIT_CLIENT_RPS: count.optional(),
  AUTH_FAILURES_PER_MINUTE: count.optional(),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  TRUSTED_PROXY: proxies.default([]),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/, 'must have at least 16 characters and no spaces')
    .optional(),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be one of fatal, error, warn, info, debug, trace, silent',
    })
    .default('info'),
});

type Environment = z.infer<typeof environment>;

const defaultBurstSeconds = 4;
const clientTokens = 4;

/** The limits follow from the one for a token: without it there are none, unless they are asked for. */
function ratesOf(given: Environment): RateConfig {
  const { RATE_LIMIT_RPS: rps, RATE_LIMIT_BURST: burst = rps * defaultBurstSeconds } = given;
  const { RATE_LIMIT_CLIENT_RPS: clientRps = rps * clientTokens } = given;
  const { AUTH_FAILURES_PER_MINUTE: failures = rps === 0 ? 0 : 100 } = given;
  if (burst < rps) throw new ConfigError('RATE_LIMIT_BURST: must not be less than RATE_LIMIT_RPS');
  const seconds = rps === 0 ? defaultBurstSeconds : burst / rps;
  const rate = (limit: number, window: number) => (limit === 0 ? undefined : { limit, seconds: window });
  return {
    token: rate(rps === 0 ? 0 : burst, seconds),
    client: rate(Math.round(clientRps * seconds), seconds),
    failures: rate(failures, 60),
  };
}

function databaseOf(given: Environment): DatabaseAddress {
  const { DATABASE_URL: address = databaseAddress.parse(defaultDatabaseUrl), DATABASE_REPLICA_URL: replicaUrl } = given;
  if (address.kind === 'postgres') return { ...address, replicaUrl, connections: given.DATABASE_CONNECTIONS };
  if (replicaUrl !== undefined) throw new ConfigError('DATABASE_REPLICA_URL: is for a DATABASE_URL of PostgreSQL');
  return address;
}

function tlsOf({ TLS_CERT: cert, TLS_KEY: key }: Environment): TlsFiles | undefined {
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert !== undefined) throw new ConfigError('TLS_KEY: must be set, because TLS_CERT is');
  if (key !== undefined) throw new ConfigError('TLS_CERT: must be set, because TLS_KEY is');
  return undefined;
}

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
    database: databaseOf(parsed.data),
    databaseIsDefault: DATABASE_URL === undefined,
    host: HOST,
    port: PORT,
    publicUrl: PUBLIC_URL,
    massLeaverShare: MASS_LEAVER_SHARE,
    deletedUserRetentionDays: parsed.data.DELETED_USER_RETENTION_DAYS || undefined,
    rates: ratesOf(parsed.data),
    tls: tlsOf(parsed.data),
    trustedProxies: parsed.data.TRUSTED_PROXY,
    metricsToken: parsed.data.METRICS_TOKEN,
    logLevel: LOG_LEVEL,
  };
}
