import { z } from 'zod';
import { route, type Route } from './route.js';
import { clientView, idParams, nothing } from './schemas.js';

/** The customers, for operators. */
export const clientRoutes: readonly Route[] = [
  route({
    method: 'PATCH',
    path: '/clients/{id}',
    summary: 'Switch a client on or off; off, all its tokens stop at once',
    audience: 'operator',
    tenant: 'none',
    params: idParams('client'),
    query: nothing,
    body: z.strictObject({ active: z.boolean() }),
    answers: { 200: { description: 'the client', schema: clientView } },
    handle: async ({ services, scope, params, body }) => {
      const client = await services.clients.setActive(scope.actor, params.id, body.active);
      return { status: 200, body: client };
    },
  }),
];
