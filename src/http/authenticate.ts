import { isDeepStrictEqual } from 'node:util';
import type { NextFunction, Request, RequestHandler } from 'express';
import { isStillValid, type AuthenticatedToken } from '../directory/tokens/authenticate.js';
import type { Clients } from '../directory/clients/clients.js';
import type { DirectoryContext } from '../directory/context.js';
import { leaverConfirmation } from '../directory/leaver-guard.js';
import type { Caller, RequestScope } from '../directory/request-scope.js';
import { insufficientScope, RequestError } from '../errors.js';
import type { Token } from '../store/tenant/token-store.js';
import { bearerVerifier } from './bearer.js';
import { deadlines } from './deadline.js';
import { requestIdOf } from './request-id.js';
import { RequestSlot } from './request-slot.js';

type Reach = Pick<RequestScope, 'units' | 'access' | 'readsAlone'>;
type Renewal = (request: Request) => Promise<void>;

const tokens = new RequestSlot<AuthenticatedToken>('token');
const renewals = new RequestSlot<Renewal>('renewal');
/** What the last request of a connection proved: the slot is the socket's, and goes with it. */
const proved = new RequestSlot<{ readonly authorization: string | undefined; readonly token: AuthenticatedToken }>(
  'proved',
);

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

/** What is answered instead of 401 to whoever has sent too many credentials that were refused. */
export interface FailureLimit {
  refusal(request: Request): Promise<RequestError | undefined>;
}

/**
 * Lets a request with a valid bearer token through, before its body is read (RFC 7644 §2, RFC 6750 §2.1). Throws 401, or what
 * `failures` says in its place. A valid token is let through whatever came from its address before: others may share it.
 */
export function authenticate(context: DirectoryContext, failures: FailureLimit): RequestHandler {
  const ask = bearerVerifier(context);
  const renew: Renewal = async (request) => {
    const token = recall(context, request) ?? (await ask(request));
    tokens.set(request, token);
    proved.set(request.socket, { authorization: request.headers.authorization, token });
  };
  const ascertain = async (request: Request, next: NextFunction) => {
    try {
      await renew(request);
    } catch (error) {
      throw (isRefusedToken(error, request) ? await failures.refusal(request) : undefined) ?? error;
    }
    next();
  };
  return (request, _response, next) => {
    renewals.set(request, renew);
    const token = recall(context, request);
    if (token === undefined) return ascertain(request, next);
    tokens.set(request, token);
    next();
    return undefined;
  };
}

/**
 * The token of a request whose header is that of the last one on its connection, if it stands as it did then. It was proved to
 * hold the secret, and the same bytes prove the same; whether the token is still valid is judged anew.
 */
function recall(context: DirectoryContext, request: Request): AuthenticatedToken | undefined {
  const last = proved.get(request.socket);
  if (last?.authorization === undefined || last.authorization !== request.headers.authorization) return undefined;
  return isStillValid(context, last.token) ? last.token : undefined;
}

/** Whether credentials were sent and found not to be valid; an outage says nothing about them. */
function isRefusedToken(error: unknown, { headers }: Request): boolean {
  return error instanceof RequestError && error.status === 401 && headers.authorization !== undefined;
}

/** Asks again how the token of a request stands: time has passed, such as that in which its body came in. Throws 401. */
export async function authenticateAgain(request: Request): Promise<void> {
  await renewals.get(request)?.(request);
}

/** The scope as its token stands now, which may reach less than when the scope was made. Throws 401. */
export async function renewScope(request: Request, scope: RequestScope): Promise<RequestScope> {
  await authenticateAgain(request);
  return { ...scope, ...standingOf(request) };
}

/** What the token of a request reaches now, and how to ask whether it still does. */
function standingOf(request: Request): Reach & Required<Pick<RequestScope, 'requireStanding'>> {
  const token = tokenOf(request);
  return { ...reachOf(token), requireStanding: () => requireSameReach(request, token) };
}

/** Asks again how a token stands. Throws 401, and 403 where it may do or reaches something else than it did before. */
export async function requireSameReach(request: Request, before: AuthenticatedToken): Promise<void> {
  await authenticateAgain(request);
  const now = tokenOf(request);
  if (now === before || isDeepStrictEqual(comparable(now), comparable(before))) return;
  throw insufficientScope('what the token reaches has changed');
}

function comparable(token: AuthenticatedToken): object {
  const { units, ...rest } = reachOf(token);
  return { ...rest, units: units?.toSorted() };
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
    ...standingOf(request),
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
function reachOf({ kind, access, units, office }: AuthenticatedToken): Reach {
  if (kind !== 'user') return { units: kind === 'unit' ? units : undefined, access };
  const readsAlone = access === 'read';
  if (office.kind === 'client') return { units: undefined, access: readsAlone ? 'read' : 'admin', readsAlone };
  if (office.kind === 'units') return { units: office.units, access: readsAlone ? 'read' : 'provision', readsAlone };
  return { units: undefined, access: 'self', readsAlone };
}

/** Whether `force=true` stands in the query. */
function isForced({ originalUrl }: Request): boolean {
  const start = originalUrl.indexOf('?');
  return start !== -1 && new URLSearchParams(originalUrl.slice(start)).get('force') === 'true';
}

/** An operator who acts on no client. */
export function platformCaller(request: Request): Caller {
  const token = tokenOf(request);
  const { id, kind, access, dialect } = token;
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
    requireStanding: () => requireSameReach(request, token),
  };
}

async function clientNamed(name: string | undefined, clients: Clients): Promise<string> {
  if (name === undefined || name === '') {
    throw new RequestError(400, 'a platform token must name the client in X-Muster-Client');
  }
  const client = await clients.find(name);
  return client.id;
}
