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

/**
 * The routes of the resources, from scimmy-routers, and nothing else of it. What it does ahead of them (reading bodies,
 * authenticating, discovery, search, Bulk, `/Me`) is done elsewhere, and what it does behind them answers what is not a
 * SCIM error with 404, and some statuses as HTML with a stack.
 */
export function resourceLayers(): readonly Layer[] {
  const declared = [Resources.declare(UserResource, 'User'), Resources.declare(GroupResource, 'Group')];
  const router = new SCIMMYRouters({ type: 'bearer', handler: () => '', baseUri: () => '', context: callOf });
  // Behind the resources stand its two fallbacks; the discovery routers before them have routes for single documents too.
  const layers = router.stack.slice(-2 - declared.length, -2);
  if (layers.length !== declared.length || !layers.every(isResourceLayer)) {
    throw new Error('scimmy-routers no longer ends with its resources and two fallbacks');
  }
  // Their search is answered elsewhere too; every request would go through its router, and wait for a turn of the event loop there.
  for (const { handle } of layers) Object.assign(handle, { stack: routesIn(handle) });
  return layers;
}
