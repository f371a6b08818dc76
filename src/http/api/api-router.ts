import { Router, type Request, type Response } from 'express';
import type { z } from 'zod';
import { hasAccess, type RequestScope } from '../../directory/request-scope.js';
import type { Services } from '../../directory/services.js';
import { insufficientScope, RequestError } from '../../errors.js';
import { requestScope, tokenOf } from '../authenticate.js';
import { clientRoutes } from './client-routes.js';
import type { Route } from './route.js';
import { userRoutes } from './user-routes.js';

/** Every route of the companion API. A route with words in its path stands before one with a parameter there. */
export const routeTable: readonly Route[] = [...clientRoutes, ...userRoutes];

/** The companion API below `/api/v1`, made from the route table, for a request that has been authenticated. */
export function apiRouter(services: Services): Router {
  const router = Router();
  for (const path of new Set(routeTable.map((each) => each.path))) {
    const routes = routeTable.filter((each) => each.path === path);
    router.all(path.replaceAll(/\{(\w+)\}/g, ':$1'), async (request, response) => {
      const found = routes.find((each) => each.method === methodOf(request));
      if (found === undefined) throw methodNotAllowed(request, routes);
      await answer(found, services, request, response);
    });
  }
  return router;
}

function methodOf(request: Request): string {
  return request.method === 'HEAD' ? 'GET' : request.method;
}

function methodNotAllowed(request: Request, routes: readonly Route[]): RequestError {
  const allow = routes.map((each) => each.method).join(', ');
  return new RequestError(405, `${request.method} is not for this path`, { headers: { Allow: allow } });
}

async function answer(found: Route, services: Services, request: Request, response: Response): Promise<void> {
  const scope = await scopeFor(found, services, request);
  const { status, body } = await found.handle({
    services,
    scope,
    params: parse(found.params, { ...request.params }, 'path'),
    query: parse(found.query, Object.fromEntries(new URL(request.url, 'http://localhost').searchParams), 'query'),
    body: found.body === undefined ? undefined : parse(found.body, request.body, 'body'),
  });
  response.status(status);
  if (body === undefined) response.end();
  else response.json(body);
}

async function scopeFor(found: Route, services: Services, request: Request): Promise<RequestScope> {
  const token = tokenOf(request);
  if (found.audience === 'operator' && token.kind !== 'platform')
    throw insufficientScope('only an operator may do this');
  const scope = await requestScope(request, services.clients, clientInPath(found, request));
  if (found.audience !== 'operator' && !hasAccess(scope, found.audience)) {
    throw insufficientScope(`this needs access ${found.audience}`);
  }
  return scope;
}

/** The client that the path names, for an operator's token. */
function clientInPath(found: Route, request: Request): string | undefined {
  const { id } = request.params;
  return found.path.startsWith('/clients/{id}') && typeof id === 'string' ? id : undefined;
}

function parse(schema: z.ZodType, value: unknown, part: string): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => [...issue.path, issue.message].join(': '));
  throw new RequestError(400, `${part}: ${issues.join('; ')}`, { scimType: 'invalidValue' });
}
