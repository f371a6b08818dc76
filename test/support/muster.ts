import { Agent, request as send, type Dispatcher } from 'undici';
import { readConfig } from '../../src/config.js';
import { createLog, type Log } from '../../src/log.js';
import { startService, type ServiceOptions } from '../../src/service.js';
import { accountsOf, type Accounts } from './accounts.js';
import { requireDescribed } from './api-answers.js';

/** How a server under test differs from the default. */
export interface MusterOptions extends ServiceOptions {
  /** Settings as in the environment, such as `{ PUBLIC_URL: 'https://muster.example' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where log lines go; nowhere unless given. */
  readonly log?: Log;
}

/** What a request carries besides method and path. */
export interface RequestOptions {
  readonly token?: string;
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
  /** Added to, or in place of, the ones that follow from token and body. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer; `body` is what the JSON text says, undefined when the answer holds none. */
export interface Response<Body> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Body;
  readonly text: string;
}

/** A server in this process, driven through its HTTP door. */
export interface Muster extends Accounts {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** The SCIM base URL, `…/scim/v2`. */
  readonly baseUrl: string;
  /** The companion API, `…/api/v1`. */
  readonly apiUrl: string;
  /**
   * Sends a request. A path such as `/Users` is below the SCIM base URL; a whole URL is taken as it is.
   * The caller names the shape of the body that it expects. An answer of the companion API must be as its route describes it.
   */
  request<Body = Readonly<Record<string, unknown>>>(
    method: string,
    path: string,
    options?: RequestOptions,
  ): Promise<Response<Body>>;
  stop(): Promise<void>;
}

function headersOf({ token, body, headers }: RequestOptions): Record<string, string> {
  return {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
    ...Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])),
  };
}

async function readResponse<Body>(answer: Dispatcher.ResponseData): Promise<Response<Body>> {
  const text = await answer.body.text();
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
  const isJson = /\bjson\b/.test(headers['content-type'] ?? '') && text !== '';
  // The test that asked names the shape; what it reads from it, it asserts.
  const body = (isJson ? JSON.parse(text) : undefined) as Body;
  return { status: answer.statusCode, headers, body, text };
}

function requireDescribedBelow(apiUrl: string, method: string, url: string, answer: Response<unknown>): void {
  if (!url.startsWith(`${apiUrl}/`)) return;
  const contentType = answer.headers['content-type'];
  requireDescribed({ method, path: url.slice(apiUrl.length), status: answer.status, contentType, text: answer.text });
}

/** A test sends what it has as fast as it can, unless it is about limits. */
export const unlimited = { RATE_LIMIT_RPS: '0' } as const;

/** Starts a server on a free port over the database at `databaseUrl`. The caller stops it. */
export async function startMuster(databaseUrl: string, options: MusterOptions = {}): Promise<Muster> {
  const settings = { ...unlimited, DATABASE_URL: databaseUrl, PORT: '0', LOG_LEVEL: 'silent', ...options.settings };
  const config = readConfig(settings);
  const service = await startService(config, options.log ?? createLog(config), options);
  const agent = new Agent();
  const baseUrl = `${service.url}/scim/v2`;
  const apiUrl = `${service.url}/api/v1`;
  const stop = async () => {
    await agent.destroy();
    await service.close();
  };
  let stopped: Promise<void> | undefined;
  return {
    ...accountsOf(service.services),
    url: service.url,
    baseUrl,
    apiUrl,
    request: async <Body>(method: string, path: string, wish: RequestOptions = {}) => {
      const { body } = wish;
      const url = path.startsWith('/') ? baseUrl + path : path;
      const answer = await send(url, {
        method,
        headers: headersOf(wish),
        body: body === undefined || typeof body === 'string' ? (body ?? null) : JSON.stringify(body),
        dispatcher: agent,
      });
      const response = await readResponse<Body>(answer);
      requireDescribedBelow(apiUrl, method, url, response);
      return response;
    },
    stop: () => (stopped ??= stop()),
  };
}
