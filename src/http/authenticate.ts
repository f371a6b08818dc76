import { callbackify } from 'node:util';
import type { Request, RequestHandler, Response } from 'express';
import passport from 'passport';
import { Strategy } from 'passport-http-bearer';
import { authenticateToken, type AuthenticatedToken } from '../directory/authenticate.js';
import type { Clients } from '../directory/clients.js';
import type { DirectoryContext } from '../directory/context.js';
import { leaverConfirmation } from '../directory/leaver-guard.js';
import type { Caller, RequestScope } from '../directory/request-scope.js';
import { RequestError } from '../errors.js';
import type { Token } from '../store/token-store.js';
import { deadlines } from './deadline.js';
import { requestIdOf } from './request-id.js';
import { RequestSlot } from './request-slot.js';

const tokens = new RequestSlot<AuthenticatedToken>('token');
const renewals = new RequestSlot<() => Promise<void>>('renewal');

/** The token of a request that `authenticate` has let through. */
export function tokenOf(request: Request): AuthenticatedToken {
  const token = tokens.get(request);
  if (token === undefined) throw new Error('the request has not been authenticated');
  return token;
}

/** The token of a request, if it has been authenticated: for the log. */
export function knownTokenOf(request: Request): Token | undefined {
  return tokens.get(request);
}

/**
 * What the strategy may see: the header alone, because it would take a token from the query or the body too.
 * Okta's header mode sends the token without a scheme.
 */
function headerAlone(authorization: string | undefined): object {
  if (authorization === undefined) return { headers: {} };
  const credentials = authorization.trim();
  return {
    headers: { authorization: isBare(credentials) ? `Bearer ${credentials}` : credentials.replace(/\s+/, ' ') },
  };
}

/** Whether a token stands there without a scheme, which RFC 7235 §2.1 does not allow. */
function isBare(credentials: string): boolean {
  return !/\s/.test(credentials);
}

function unauthorized(given: boolean): RequestError {
  const challenge = given ? 'Bearer realm="muster", error="invalid_token"' : 'Bearer realm="muster"';
  const detail = given ? 'the token is not valid' : 'a bearer token is needed';
  return new RequestError(401, detail, { headers: { 'WWW-Authenticate': challenge } });
}

/** What is answered instead of 401 to whoever has sent too many credentials that were refused. */
export interface FailureLimit {
  refusal(request: Request): Promise<RequestError | undefined>;
}

/**
 * Lets a request with a valid bearer token through, before its body is read (RFC 7644 §2, RFC 6750 §2.1). Throws 401, or what
 * `failures` says in its place. A valid token is let through whatever came from its address before: others may share it.
 */
export function authenticate(context: DirectoryContext, failures: FailureLimit): RequestHandler {
  const authenticator = new passport.Passport();
  const verify = async (text: string) => (await authenticateToken(context, text)) ?? false;
  authenticator.use(new Strategy(callbackify(verify)));
  const ask = (request: Request, response: Response) =>
    new Promise<AuthenticatedToken>((resolve, reject) => {
      const { authorization } = request.headers;
      const decide = (error: unknown, token: AuthenticatedToken | false | undefined) => {
        if (error !== null && error !== undefined) return reject(error);
        const given = authorization !== undefined;
        if (token === false || token === undefined) return reject(unauthorized(given));
        if (given && token.dialect === 'strict' && isBare(authorization.trim())) return reject(unauthorized(given));
        resolve(token);
      };
      // passport is typed loosely: its callback gets what the strategy's `done` was given.
      const middleware = authenticator.authenticate('bearer', { session: false }, decide) as RequestHandler;
      middleware(headerAlone(authorization) as Request, response, reject);
    });
  return async (request, response, next) => {
    const renew = async () => tokens.set(request, await ask(request, response));
    try {
      await renew();
    } catch (error) {
      throw (isRefusedToken(error, request) ? await failures.refusal(request) : undefined) ?? error;
    }
    renewals.set(request, renew);
    next();
  };
}

/** Whether credentials were sent and found not to be valid; an outage says nothing about them. */
function isRefusedToken(error: unknown, { headers }: Request): boolean {
  return error instanceof RequestError && error.status === 401 && headers.authorization !== undefined;
}

/** Asks again how the token of a request stands: time has passed, such as that in which its body came in. Throws 401. */
export async function authenticateAgain(request: Request): Promise<void> {
  await renewals.get(request)?.();
}

/**
 * The scope of an authenticated request. An operator's token names the client in `X-Muster-Client`, by id or name.
 * Throws 400 when it does not, 404 when there is none.
 */
export async function requestScope(
  request: Request,
  clients: Clients,
  named: string | undefined = request.header('x-muster-client'),
): Promise<RequestScope> {
  const token = tokenOf(request);
  const clientId = token.clientId ?? (await clientNamed(named, clients));
  return {
    clientId,
    ...reachOf(token),
    kind: token.kind,
    dialect: token.dialect,
    userId: token.userId,
    actor: { kind: 'token', id: token.id, requestId: requestIdOf(request) },
    ...(token.kind === 'platform' && isForced(request) ? { force: true } : {}),
    deadlineMs: deadlines.get(request),
    confirmsLeavers: request.header(leaverConfirmation.header) === leaverConfirmation.value,
  };
}

/**
 * What a token reaches, and what it may do there. A personal token does what its person may: administer the client, provision the
 * units that the person manages, or otherwise reach that person alone. One that was minted to read never writes.
 */
function reachOf({ kind, access, units, office }: AuthenticatedToken): Pick<RequestScope, 'units' | 'access'> {
  if (kind !== 'user') return { units: kind === 'unit' ? units : undefined, access };
  const readsAlone = access === 'read';
  if (office.kind === 'client') return { units: undefined, access: readsAlone ? 'read' : 'admin' };
  if (office.kind === 'units') return { units: office.units, access: readsAlone ? 'read' : 'provision' };
  return { units: undefined, access: 'self' };
}

/** Whether `force=true` stands in the query. */
function isForced({ originalUrl }: Request): boolean {
  const start = originalUrl.indexOf('?');
  return start !== -1 && new URLSearchParams(originalUrl.slice(start)).get('force') === 'true';
}

/** An operator who acts on no client. */
export function platformCaller(request: Request): Caller {
  const { id, kind, access, dialect } = tokenOf(request);
  if (kind !== 'platform') throw new Error("the request is not an operator's");
  const actor = { kind: 'token', id, requestId: requestIdOf(request) } as const;
  return {
    clientId: undefined,
    units: undefined,
    kind,
    access,
    dialect,
    userId: undefined,
    actor,
    deadlineMs: deadlines.get(request),
  };
}

async function clientNamed(name: string | undefined, clients: Clients): Promise<string> {
  if (name === undefined || name === '') {
    throw new RequestError(400, 'a platform token must name the client in X-Muster-Client');
  }
  const client = await clients.find(name);
  return client.id;
}
