import type { Router } from 'express';
import { catalogueTypes } from '../../schema/resource-type.js';
import { callOf } from './resource-router.js';
import { render, renderPage } from './scim-call.js';

/**
 * `/Roles` and `/Entitlements` (draft-ietf-scim-roles-entitlements), and the same as Okta reads it. They are read alone, and
 * Okta's schemas have URNs of its own, which scimmy does not take.
 */
export function catalogueRoutes(router: Router, scimUrl: string): void {
  for (const type of catalogueTypes) {
    router.get(type.endpoint, async (request, response) => {
      const call = callOf(request);
      const query = call.listQuery([type]);
      response.send(renderPage(await call.services.catalogue.list(call.scope, type, query), query));
    });
    router.get(`${type.endpoint}/:id`, async (request, response) => {
      const call = callOf(request);
      const { id } = request.params;
      const view = await call.services.catalogue.read(call.scope, type, { id, projection: call.projection(type) });
      response.setHeader('Location', `${scimUrl}${type.endpoint}/${encodeURIComponent(id)}`);
      response.send(render(view));
    });
  }
}
