import type { Request, RequestHandler, Router } from 'express';
import { Resources } from 'scimmy';
import { SCIMMYRouters } from 'scimmy-routers';
import { RequestSlot } from '../request-slot.js';
import type { ScimCall } from './scim-call.js';
import { GroupResource, UserResource } from './scim-resources.js';

const calls = new RequestSlot<ScimCall>('call');

/** Hands a request's call to the router's `context`. */
export function bindCall(request: Request, call: ScimCall): void {
  calls.set(request, call);
}

/** The call of a request. */
export function callOf(request: Request): ScimCall {
  const call = calls.get(request);
  if (call === undefined) throw new Error('the request has no call');
  return call;
}

type Layer = Router['stack'][number];

/** Whether a layer is the router of one resource: it has a route for a single one. */
function isResourceLayer({ handle }: Layer): boolean {
  return routesIn(handle).some(({ route }) => route?.path === '/:id');
}

/** The layers of a router that are routes. */
function routesIn(handle: object): Layer[] {
  // With a stack it is a router of express, whose stack holds layers.
  const layers = 'stack' in handle && Array.isArray(handle.stack) ? (handle.stack as Layer[]) : [];
  return layers.filter(({ route }) => route !== undefined);
}

/** The handlers of a resource, by path (`/` and `/:id`) and method. */
type Handlers = ReadonlyMap<string, RequestHandler>;

function handlersOf({ handle }: Layer): Handlers {
  const handlers = routesIn(handle).flatMap(({ route }) =>
    (route?.stack ?? []).map((layer) => [`${layer.method.toUpperCase()} ${route?.path}`, layer.handle] as const),
  );
  return new Map(handlers);
}

/**
 * The handlers of each endpoint in lower case, from scimmy-routers, and nothing else of it. What it does ahead of them (reading
 * bodies, authenticating, discovery, search, Bulk, `/Me`) is done elsewhere, and what it does behind them answers what is not a
 * SCIM error with 404, and some statuses as HTML with a stack.
 */
function resourceHandlers(): ReadonlyMap<string, Handlers> {
  const declared = [Resources.declare(UserResource, 'User'), Resources.declare(GroupResource, 'Group')];
  const router = new SCIMMYRouters({ type: 'bearer', handler: () => '', baseUri: () => '', context: callOf });
  // Behind the resources stand its two fallbacks; the discovery routers before them have routes for single documents too.
  const layers = router.stack.slice(-2 - declared.length, -2);
  if (layers.length !== declared.length || !layers.every(isResourceLayer)) {
    throw new Error('scimmy-routers no longer ends with its resources and two fallbacks');
  }
  const endpoints = [UserResource, GroupResource].map(({ endpoint }) => endpoint.slice(1).toLowerCase());
  return new Map(layers.map((layer, place) => [endpoints[place] ?? '', handlersOf(layer)]));
}

const resourcePath = /^\/(Users|Groups)(?:\/([^/]+))?\/?$/i;

/**
 * Answers what is asked of `/Users`, `/Groups` and one of them; what else there is below, such as a search, is left to who comes
 * next. The routers of express would look for the same on the way of every request, at a fifth of what a read costs.
 */
export function resourceRoutes(): RequestHandler {
  const handlers = resourceHandlers();
  return (request, response, next) => {
    const [, endpoint = '', id] = resourcePath.exec(request.path) ?? [];
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const handle = handlers.get(endpoint.toLowerCase())?.get(`${method} ${id === undefined ? '/' : '/:id'}`);
    if (handle === undefined) {
      next();
      return undefined;
    }
    request.params = id === undefined ? {} : { id: decodeURIComponent(id) };
    return handle(request, response, next);
  };
}
