import { randomUUID } from 'node:crypto';
import { Agent, request as send } from 'undici';
import { readConfig } from '../../src/config.js';
import { openDirectory } from '../../src/service.js';
import { accountsOf } from './accounts.js';
import { misfit } from './api-answers.js';
import { faultOf, Fuzzer, type FuzzRequest } from './fuzz.js';
import { heavyRequests } from './heavy-requests.js';
import { unlimited } from './muster.js';
import { groupBody, userBody } from './scim.js';
import { seedTenant } from './seed.js';
import { startServerProcess, type ServerProcess } from './server-process.js';
import { personId, staffGroupId } from './staff.js';

/** How long a run is, and which one. */
export interface FuzzOptions {
  readonly requests: number;
  readonly seed: number;
  /** Whether each heavy request is sent many times at once too, after it was sent alone; not unless given. */
  readonly together?: boolean;
}

/** The longest stall of the server while one request, or some at once, were answered. */
export interface FuzzStall {
  readonly stallMs: number;
  readonly during: string;
}

/** What came of a run. */
export interface FuzzReport {
  readonly statuses: ReadonlyMap<number, number>;
  /** Answers that must not be, each with the request. */
  readonly faults: readonly string[];
  /** One for each batch of requests and each heavy one. */
  readonly stalls: readonly FuzzStall[];
}

const atOnce = 16;
const people = 300;
// So many of them are changed and deleted at random.
const restless = 30;

/** Runs requests at random, then each heavy one, against a server in a process of its own over a migrated database. */
export async function fuzzServer(databaseUrl: string, options: FuzzOptions): Promise<FuzzReport> {
  const { requests, seed, together = false } = options;
  const { token, ids } = await seedWorld(databaseUrl);
  const server = await startServerProcess(databaseUrl, unlimited);
  const run = new FuzzRun(server, token);
  try {
    await run.random(new Fuzzer(seed, { ids }), requests);
    await run.heavy({ together });
    return run;
  } finally {
    await run.close();
    await server.stop();
  }
}

/** Two clients with people in them, a token of one, and ids of both and of nobody. */
async function seedWorld(databaseUrl: string) {
  const directory = await openDirectory(readConfig({ DATABASE_URL: databaseUrl }));
  try {
    const { context } = directory;
    const accounts = accountsOf(directory.services);
    const [acme, beta] = [await accounts.createClient('ACME'), await accounts.createClient('BETA')];
    await seedTenant(context.database, acme, { users: people, groups: [1, 2, 3, 4, 5] });
    await seedTenant(context.database, beta, { users: people + 1, groups: [1, 1, 1, 1, 1, 1] });
    const { token } = await accounts.createToken({ client: acme, access: 'admin' });
    const own = [...numbers(0, restless).map(personId), ...numbers(0, 5).map(staffGroupId)];
    return { token, ids: [...own, personId(people), staffGroupId(5), randomUUID()] };
  } finally {
    await directory.close();
  }
}

class FuzzRun implements FuzzReport {
  readonly statuses = new Map<number, number>();
  readonly faults: string[] = [];
  readonly stalls: FuzzStall[] = [];
  readonly #server: ServerProcess;
  readonly #token: string;
  readonly #agent = new Agent();

  constructor(server: ServerProcess, token: string) {
    this.#server = server;
    this.#token = token;
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async random(fuzzer: Fuzzer, requests: number): Promise<void> {
    // What came before, the start of the server included, does not count.
    await this.#server.stalls();
    for (let sent = 0; sent < requests; sent += atOnce) {
      const batch = Array.from({ length: atOnce }, () => fuzzer.next());
      await Promise.all(batch.map((request) => this.#send(request)));
      await this.#noteStall(() => batch.map(shown).join('\n    '));
    }
  }

  /** Sends each request near the limits, alone, and then many of it at once. */
  async heavy({ together }: { readonly together: boolean }): Promise<void> {
    const world = {
      user: await this.#create('/Users', userBody(randomUUID())),
      group: await this.#create('/Groups', groupBody(randomUUID())),
      people: numbers(restless, people).map(personId),
    };
    for (const { title, method, path, body, status } of heavyRequests(world)) {
      const answer = await this.#send(scimRequest(method, path, body));
      if (answer.status !== status) this.faults.push(`${title}: ${answer.status}, not ${status}`);
      await this.#noteStall(() => title);
      if (!together) continue;
      // What one is accepted for, another may be refused for: all of them are about the same names.
      await Promise.all(numbers(0, atOnce).map(() => this.#send(scimRequest(method, path, body))));
      await this.#noteStall(() => `${title}, ${atOnce} at once`);
    }
  }

  async #create(path: string, body: object): Promise<string> {
    const { text } = await this.#send(scimRequest('POST', path, body));
    // A resource has an id, or the requests that follow say so.
    return (JSON.parse(text) as { readonly id: string }).id;
  }

  async #send(request: FuzzRequest): Promise<{ readonly status: number; readonly text: string }> {
    const { method, path, headers, body = null } = request;
    const authorization = `Bearer ${this.#token}`;
    const options = { method, headers: { ...headers, authorization }, body, dispatcher: this.#agent };
    const answer = await send(this.#server.url + path, options);
    const [status, text] = [answer.statusCode, await answer.body.text()];
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    const given = answer.headers['content-type'];
    const contentType = typeof given === 'string' ? given : undefined;
    const fault =
      faultOf(request, { status, headers: { 'content-type': contentType }, text }) ??
      undescribed(request, status, contentType, text);
    if (fault !== undefined) this.faults.push(`${fault}: ${shown(request)} -> ${text.slice(0, 300)}`);
    return { status, text };
  }

  async #noteStall(during: () => string): Promise<void> {
    const { stallMs } = await this.#server.stalls();
    this.stalls.push({ stallMs, during: during() });
  }
}

/** What is wrong with an answer of the companion API, which must be as its route describes it. */
function undescribed(request: FuzzRequest, status: number, contentType: string | undefined, text: string) {
  const api = '/api/v1';
  if (!request.path.startsWith(`${api}/`)) return undefined;
  return misfit({ method: request.method, path: request.path.slice(api.length), status, contentType, text });
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

function scimRequest(method: string, path: string, body: object | string | undefined): FuzzRequest {
  const text = typeof body === 'object' ? JSON.stringify(body) : body;
  return { method, path: `/scim/v2${path}`, headers: { 'content-type': 'application/scim+json' }, body: text };
}

function shown({ method, path, headers, body }: FuzzRequest): string {
  const sent = body === undefined ? '' : ` ${body.length > 2_000 ? `${body.slice(0, 2_000)}…` : body}`;
  return `${method} ${path} ${JSON.stringify(headers)}${sent}`;
}
