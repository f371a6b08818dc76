import type { Request, Router } from 'express';
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

/** Whether a layer is the router of one resource: it has a route for a single one. */
function isResourceLayer({ handle }: Router['stack'][number]): boolean {
  return 'stack' in handle && Array.isArray(handle.stack) && handle.stack.some(hasIdRoute);
}

function hasIdRoute(layer: unknown): boolean {
  return typeof layer === 'object' && layer !== null && 'route' in layer && pathOf(layer.route) === '/:id';
}

function pathOf(route: unknown): unknown {
  return typeof route === 'object' && route !== null && 'path' in route ? route.path : undefined;
}

/**
 * The routes of the resources, from scimmy-routers, and nothing else of it. What it does ahead of them (reading bodies,
 * authenticating, discovery, search, Bulk, `/Me`) has been done before, and what it does behind them answers what is not a
 * SCIM error with 404, and some statuses as HTML with a stack.
 */
export function resourceRouter(): Router {
  const declared = [Resources.declare(UserResource, 'User'), Resources.declare(GroupResource, 'Group')];
  const router = new SCIMMYRouters({ type: 'bearer', handler: () => '', baseUri: () => '', context: callOf });
  // Behind the resources stand its two fallbacks; the discovery routers before them have routes for single documents too.
  const layers = router.stack.slice(-2 - declared.length, -2);
  if (layers.length !== declared.length || !layers.every(isResourceLayer)) {
    throw new Error('scimmy-routers no longer ends with its resources and two fallbacks');
  }
  router.stack = layers;
  return router;
}
