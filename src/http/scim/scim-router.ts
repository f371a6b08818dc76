import { Router, type RequestHandler } from 'express';
import type { Clients } from '../../directory/clients/clients.js';
import { RequestError } from '../../errors.js';
import { requestScope } from '../authenticate.js';
import { inOrder } from '../in-order.js';
import { readBody } from '../read-body.js';
import { requireAcceptable } from './acceptable.js';
import { bulkRoutes, type BulkRouterOptions } from './bulk-router.js';
import { bindCall, resourceRoutes } from './resource-router.js';
import { catalogueRoutes } from './catalogue-router.js';
import { discoveryRoutes } from './discovery-router.js';
import { meRoutes } from './me-router.js';
import { ScimCall, type ScimServices } from './scim-call.js';
import { searchRoutes } from './search-router.js';

export interface ScimRouterOptions extends BulkRouterOptions {
  readonly scimUrl: string;
  readonly services: ScimServices & { readonly clients: Clients };
}

/** The paths below `/scim/v2`, and the methods of each. */
export const methodsByPath: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/Bulk\/?$/i, ['POST']],
  [/^\/$/, ['GET', 'HEAD']],
  [/^\/((Users|Groups)\/)?\.search\/?$/i, ['POST']],
  [/^\/(Users|Groups)\/?$/i, ['GET', 'HEAD', 'POST']],
  [/^\/(Users|Groups)\/[^/]+\/?$/i, ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']],
  [/^\/(ServiceProviderConfig|(Schemas|ResourceTypes)(\/[^/]+)?)\/?$/i, ['GET', 'HEAD']],
  [/^\/(Okta)?(Roles|Entitlements)(\/[^/]+)?\/?$/i, ['GET', 'HEAD']],
  [/^\/Me\/?$/i, ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']],
];

/** Refuses a method that a known path does not have, naming those that it has (RFC 7231 §6.5.5), and unknown paths. */
const requireRoute: RequestHandler = (request, _response, next) => {
  const allowed = methodsByPath.find(([path]) => path.test(request.path))?.[1];
  if (allowed === undefined) {
    next(new RequestError(404, 'there is no such endpoint'));
  } else if (allowed.includes(request.method)) {
    next();
  } else {
    next(
      new RequestError(405, `${request.method} is not for this endpoint`, { headers: { Allow: allowed.join(', ') } }),
    );
  }
};

/** A URL may name the format of the answer by a suffix, `/Users/{id}.scim`; there is but one (RFC 7644 §3.8). */
const dropSuffix: RequestHandler = (request, _response, next) => {
  request.url = request.url.replace(/^([^?]*[^?/])\.scim(?=\/?(?:\?|$))/i, '$1');
  next();
};

/** Everything below `/scim/v2` for a request that has been authenticated. */
export function scimRouter({ scimUrl, services, ...bulk }: ScimRouterOptions): RequestHandler {
  const bind: RequestHandler = async (request, response, next) => {
    const scope = await requestScope(request, services.clients);
    bindCall(request, new ScimCall(request, response, { scope, services }));
    next();
  };
  const router = Router();
  searchRoutes(router, scimUrl);
  bulkRoutes(router, bulk);
  meRoutes(router, scimUrl);
  catalogueRoutes(router, scimUrl);
  const described = discoveryRoutes(scimUrl);
  return inOrder(dropSuffix, requireAcceptable, requireRoute, readBody, described, bind, resourceRoutes(), router);
}
