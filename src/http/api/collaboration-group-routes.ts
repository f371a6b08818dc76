import { z } from 'zod';
import { personNamed } from './collaboration-schemas.js';
import { route, type Route } from './route.js';
import { idOf, idParams, nothing } from './schemas.js';

/** The people of groups, one by one. */
export const collaborationGroupRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/groups/{id}/members',
    summary: 'Add a person to a group',
    audience: 'provision',
    params: idParams('group'),
    query: nothing,
    body: z.strictObject(personNamed),
    answers: {
      201: { description: 'the person is a member', schema: z.strictObject({}) },
      409: { description: 'a member already, or not in the collaboration of the group' },
    },
    handle: async ({ services, scope, params, body }) => {
      await services.groupPeople.add(scope, params.id, body);
      return { status: 201, body: {} };
    },
  }),
  route({
    method: 'DELETE',
    path: '/groups/{id}/members/{userId}',
    summary: 'Take a person out of a group; out of its collaboration they are not',
    audience: 'provision',
    params: z.strictObject({ id: idOf('group'), userId: idOf('user') }),
    query: nothing,
    answers: { 204: { description: 'no longer a member' } },
    handle: async ({ services, scope, params }) => {
      await services.groupPeople.remove(scope, params.id, params.userId);
      return { status: 204 };
    },
  }),
];
