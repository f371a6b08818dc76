import type { Request } from 'express';
import type { Clients } from '../../directory/clients/clients.js';
import { requireAccess, type Caller } from '../../directory/request-scope.js';
import { insufficientScope, notFound } from '../../errors.js';
import { platformCaller, requestScope, tokenOf } from '../authenticate.js';
import type { Route } from './route.js';

/** Throws 403 when the route is for operators and the token is not one's: the same, whatever the request says. */
export function requireOperator(found: Route, request: Request): void {
  if (found.audience === 'operator' && tokenOf(request).kind !== 'platform') {
    throw insufficientScope('only an operator may do this');
  }
}

/**
 * On whose behalf a route runs whose path has been checked. Throws 404 for the client of somebody else, 400 for an operator
 * who names none where one is needed, 403 for an access that is not enough.
 */
export async function callerFor(found: Route, clients: Clients, request: Request): Promise<Caller> {
  const caller = await reach(found, clients, request);
  requireAccess(caller, found.audience === 'operator' ? operatorAccess(found) : found.audience);
  return caller;
}

function operatorAccess({ method }: Route) {
  return method === 'GET' ? 'read' : 'admin';
}

async function reach({ tenant }: Route, clients: Clients, request: Request): Promise<Caller> {
  switch (tenant) {
    case 'none':
      return platformCaller(request);
    case 'optional':
      return namesNoClient(request) ? platformCaller(request) : requestScope(request, clients);
    case 'token':
      return requestScope(request, clients);
    case 'path':
      return clientOfPath(clients, request);
  }
}

function namesNoClient(request: Request): boolean {
  return tokenOf(request).kind === 'platform' && request.header('x-muster-client') === undefined;
}

async function clientOfPath(clients: Clients, request: Request): Promise<Caller> {
  const id = String(request.params['id']);
  const { clientId } = tokenOf(request);
  if (clientId !== undefined && clientId !== id) throw notFound('client');
  return requestScope(request, clients, id);
}
