import type { Request, Router } from 'express';
import { Resources } from 'scimmy';
import { SCIMMYRouters } from 'scimmy-routers';
import type { ScimCall } from './scim-call.js';
import { GroupResource, UserResource } from './scim-resources.js';

const calls = new WeakMap<Request, ScimCall>();

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

/**
 * The routes of the resources, from scimmy-routers. It authenticates nobody and derives nothing from a request: both have
 * been done before. Its last two layers, which write 404 and errors, are taken off, because they answer what is not a SCIM
 * error with 404, and some statuses as HTML with a stack.
 */
export function resourceRouter(): Router {
  Resources.declare(UserResource, 'User');
  Resources.declare(GroupResource, 'Group');
  const router = new SCIMMYRouters({ type: 'bearer', handler: () => '', baseUri: () => '', context: callOf });
  const [unmatched, failed] = router.stack.splice(-2);
  if (unmatched?.handle.length !== 2 || failed?.handle.length !== 4) {
    throw new Error('scimmy-routers no longer ends with its two fallbacks');
  }
  return router;
}
