import { Pool } from 'undici';

/** What came of a request. */
export type Reply = Answer | NoAnswer;

/** A whole answer. */
export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** What the JSON says; undefined without any. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  readonly ms: number;
}

/** The connection ended before the answer did: nobody knows what became of it. */
export interface NoAnswer {
  readonly kind: 'none';
  readonly code: string;
  readonly ms: number;
}

/** A request below the root of the server. */
export interface DrillRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

// Longer than any answer may take, so that what hangs is seen as such.
const hangMs = 45_000;

/** Sends requests with one token over connections that are kept open. */
export class DrillClient {
  readonly #pool: Pool;
  readonly #token: string;

  constructor(url: string, token: string, connections = 16) {
    this.#pool = new Pool(url, { connections, pipelining: 1, headersTimeout: hangMs, bodyTimeout: hangMs });
    this.#token = token;
  }

  async send({ method, path, body, headers = {} }: DrillRequest): Promise<Reply> {
    const startMs = performance.now();
    try {
      const answer = await this.#pool.request({
        method,
        path,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
          ...headers,
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const text = await answer.body.text();
      const ms = performance.now() - startMs;
      const given = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as const);
      return {
        kind: 'answer',
        status: answer.statusCode,
        headers: Object.fromEntries(given),
        body: readJson(text),
        ms,
      };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      return { kind: 'none', code, ms: performance.now() - startMs };
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

function readJson(text: string): Answer['body'] {
  if (!text.startsWith('{')) return undefined;
  // A JSON text that begins so is an object.
  return JSON.parse(text) as Answer['body'];
}

/** The version that an ETag names; undefined where it names none. */
export function versionOf(tag: string | undefined): number | undefined {
  const [, version] = /^W\/"(\d+)"$/.exec(tag ?? '') ?? [];
  return version === undefined ? undefined : Number(version);
}

/** The id at the end of a location. */
export function idIn(location: string | undefined): string | undefined {
  return location?.split('/').at(-1);
}
