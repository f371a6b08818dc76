import { createHmac } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { RateConfig } from '../config.js';
import type { DirectoryContext } from '../directory/context.js';
import { tooManyRequests, type RequestError } from '../errors.js';
import { Quota, type QuotaRules, type QuotaState } from '../store/quota.js';
import { sourceOf, type TrustedProxies } from './source-address.js';
import { tokenOf } from './authenticate.js';

/** A quota, and how its rules and its state are told in the headers of draft-ietf-httpapi-ratelimit-headers-10. */
interface ToldQuota {
  readonly quota: Quota;
  readonly policy: string;
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

  constructor(
    { database, cursorSecret }: Pick<DirectoryContext, 'database' | 'cursorSecret'>,
    { rates, proxies }: { readonly rates: RateConfig; readonly proxies: TrustedProxies },
  ) {
    const make = (name: string, rate: Omit<QuotaRules, 'name'> | undefined) =>
      rate === undefined ? undefined : new Quota(database, { name, ...rate });
    this.#token = told(make('token', rates.token));
    this.#client = told(make('client', rates.client));
    this.#failures = make('failures', rates.failures);
    this.#secret = cursorSecret;
    this.#proxies = proxies;
  }

  /** Lets a request through that has been authenticated, and tells what is left. Throws 429. */
  readonly admit: RequestHandler = async (request, response, next) => {
    const { id, clientId } = tokenOf(request);
    if (this.#token !== undefined) await admitTo(this.#token, id, response);
    // Operators belong to no client.
    if (this.#client !== undefined && clientId !== undefined) await admitTo(this.#client, clientId, response);
    next();
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
    if (this.#failures === undefined) return undefined;
    // The key may reach the database, and nobody needs the address there.
    const key = createHmac('sha256', this.#secret).update(sourceOf(request, this.#proxies)).digest('base64url');
    const state = await this.#failures.take(key);
    return state.granted ? undefined : refused('too many credentials from this address were refused', state);
  }
}

function told(quota: Quota | undefined): ToldQuota | undefined {
  if (quota === undefined) return undefined;
  const { name, limit, seconds } = quota.rules;
  return { quota, policy: `"${name}";q=${limit};w=${Math.ceil(seconds)}` };
}

async function admitTo({ quota, policy }: ToldQuota, key: string, response: Response): Promise<void> {
  const taken = quota.take(key);
  const state = taken instanceof Promise ? await taken : taken;
  response.appendHeader('RateLimit-Policy', policy);
  response.appendHeader('RateLimit', `"${quota.rules.name}";r=${state.remaining};t=${secondsOf(state)}`);
  if (!state.granted) throw refused(`too many requests of this ${quota.rules.name}`, state);
}

function refused(detail: string, state: QuotaState): RequestError {
  return tooManyRequests(detail, Math.max(secondsOf(state), 1));
}

function secondsOf({ resetMs }: QuotaState): number {
  return Math.ceil(resetMs / 1_000);
}
