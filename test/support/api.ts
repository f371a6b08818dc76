import type { Muster, RequestOptions, Response } from './muster.js';

/** What tests read from an answer of the companion API; what is not there is undefined, and then the test says so. */
export interface ApiBody {
  readonly id: string;
  readonly token: string;
  readonly units: readonly string[];
  readonly detail: string;
  readonly [name: string]: unknown;
}

/** The requests of one token below `/api/v1`. */
export interface ApiCaller {
  (method: string, path: string, body?: unknown, headers?: RequestOptions['headers']): Promise<Response<ApiBody>>;
  /** The status of the answer alone. */
  status(method: string, path: string, body?: unknown, headers?: RequestOptions['headers']): Promise<number>;
  /** Sends a GET that must be answered 200, and returns what it holds. */
  read(path: string): Promise<ApiBody>;
  /** Sends a POST that must be answered 201, and returns what it holds. */
  create(path: string, body: object): Promise<ApiBody>;
}

/** Sends requests with one token, or with none. */
export function apiCallerOf(muster: Muster, token?: string): ApiCaller {
  const send = (method: string, path: string, body?: unknown, headers: RequestOptions['headers'] = {}) =>
    muster.request<ApiBody>(method, muster.apiUrl + path, {
      headers,
      ...(token === undefined ? {} : { token }),
      ...(body === undefined ? {} : { body }),
    });
  const expecting = async (status: number, method: string, path: string, body?: object) => {
    const answer = await send(method, path, body);
    if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  return Object.assign(send, {
    status: async (...request: Parameters<ApiCaller>) => (await send(...request)).status,
    read: (path: string) => expecting(200, 'GET', path),
    create: (path: string, body: object) => expecting(201, 'POST', path, body),
  });
}

/** A list that an answer holds under a name. */
export function listIn(body: ApiBody, name: string): readonly ApiBody[] {
  const list = body[name];
  if (!Array.isArray(list)) throw new Error(`there is no list ${name} in ${JSON.stringify(body)}`);
  // The answer was held against its schema; what a test reads from it, it asserts.
  return list as readonly ApiBody[];
}

/** Entries of a change log that a caller reads. */
export async function entriesOf(api: ApiCaller, query = ''): Promise<readonly ApiBody[]> {
  return listIn(await api.read(`/audit${query}`), 'entries');
}
