import { createHmac } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { RateConfig } from '../config.js';
import type { DirectoryContext } from '../directory/context.js';
import { tooManyRequests, type RequestError } from '../errors.js';
import { Quota, type QuotaRules, type QuotaState } from '../store/database/quota.js';
import { sourceOf, type TrustedProxies } from './source-address.js';
import { tokenOf } from './authenticate.js';

/** A quota, and how its rules and its state are told in the headers of draft-ietf-httpapi-ratelimit-headers-10. */
interface ToldQuota {
  readonly quota: Quota;
  readonly policy: string;
}

/** Is told what the limits let nobody do. */
export interface LimitObserver {
  limited(limit: string): void;
  refusedCredentials(): void;
}

interface RateLimitOptions {
  readonly rates: RateConfig;
  readonly proxies: TrustedProxies;
  readonly observer: LimitObserver;
}

/**
 * How many requests are let in: of one token, of one client with all its tokens, and, of requests whose credentials are refused,
 * from one address. What has been let in counts once; a Bulk counts each of its operations.
 */
export class RateLimits {
  readonly #token: ToldQuota | undefined;
  readonly #client: ToldQuota | undefined;
  readonly #failures: Quota | undefined;
  readonly #secret: Buffer;
  readonly #proxies: TrustedProxies;
  readonly #observer: LimitObserver;

  constructor(
    { database, cursorSecret }: Pick<DirectoryContext, 'database' | 'cursorSecret'>,
    { rates, proxies, observer }: RateLimitOptions,
  ) {
    const make = (name: string, rate: Omit<QuotaRules, 'name'> | undefined) =>
      rate === undefined ? undefined : new Quota(database, { name, ...rate });
    this.#token = told(make('token', rates.token));
    this.#client = told(make('client', rates.client));
    this.#failures = make('failures', rates.failures);
    this.#secret = cursorSecret;
    this.#proxies = proxies;
    this.#observer = observer;
  }

  /** Lets a request through that has been authenticated, and tells what is left: at once, unless a counter must be asked. Throws 429. */
  readonly admit: RequestHandler = (request, response, next) => {
    const { id, clientId } = tokenOf(request);
    const askClient = (token: QuotaState | undefined) => {
      // What is refused takes nothing from the client; operators belong to none.
      const isFree = clientId === undefined || token?.granted === false;
      const finish = (client: QuotaState | undefined) => {
        this.#tell(response, token, client);
        next();
      };
      return whenTaken(isFree ? undefined : this.#client?.quota.take(clientId), finish);
    };
    return whenTaken(this.#token?.quota.take(id), askClient);
  };

  /** Counts what a request did besides the one that every request is. */
  async charge(request: Request, more: number): Promise<void> {
    if (more <= 0) return;
    const { id, clientId } = tokenOf(request);
    await this.#token?.quota.charge(id, more);
    if (clientId !== undefined) await this.#client?.quota.charge(clientId, more);
  }

  /** What to answer instead of 401, when too many credentials from this address have been refused. */
  async refusal(request: Request): Promise<RequestError | undefined> {
    this.#observer.refusedCredentials();
    if (this.#failures === undefined) return undefined;
    // The key may reach the database, and nobody needs the address there.
    const key = createHmac('sha256', this.#secret).update(sourceOf(request, this.#proxies)).digest('base64url');
    const state = await this.#failures.take(key);
    return state.granted
      ? undefined
      : this.#refuse('failures', 'too many credentials from this address were refused', state);
  }

  /** Writes the headers, and throws 429 when one of them has refused. */
  #tell(response: Response, token: QuotaState | undefined, client: QuotaState | undefined): void {
    if (this.#token !== undefined && token !== undefined) {
      const both = client === undefined ? undefined : this.#client;
      response.setHeader('RateLimit-Policy', join(this.#token.policy, both?.policy));
      response.setHeader('RateLimit', join(stateText(this.#token, token), both && client && stateText(both, client)));
    } else if (this.#client !== undefined && client !== undefined) {
      response.setHeader('RateLimit-Policy', this.#client.policy);
      response.setHeader('RateLimit', stateText(this.#client, client));
    }
    if (token?.granted === false) throw this.#refuse('token', 'too many requests of this token', token);
    if (client?.granted === false) throw this.#refuse('client', 'too many requests of this client', client);
  }

  #refuse(limit: string, detail: string, state: QuotaState): RequestError {
    this.#observer.limited(limit);
    return tooManyRequests(detail, Math.max(secondsOf(state), 1));
  }
}

function told(quota: Quota | undefined): ToldQuota | undefined {
  if (quota === undefined) return undefined;
  const { name, limit, seconds } = quota.rules;
  return { quota, policy: `"${name}";q=${limit};w=${Math.ceil(seconds)}` };
}

function stateText({ quota }: ToldQuota, state: QuotaState): string {
  return `"${quota.rules.name}";r=${state.remaining};t=${secondsOf(state)}`;
}

function join(first: string, second: string | undefined): string {
  return second === undefined ? first : `${first}, ${second}`;
}

/** Most requests need not wait, and are spared the promise. */
function whenTaken<Result>(
  taken: QuotaState | Promise<QuotaState> | undefined,
  proceed: (state: QuotaState | undefined) => Result | Promise<Result>,
): Result | Promise<Result> {
  return taken instanceof Promise ? taken.then(proceed) : proceed(taken);
}

function secondsOf({ resetMs }: QuotaState): number {
  return Math.ceil(resetMs / 1_000);
}
