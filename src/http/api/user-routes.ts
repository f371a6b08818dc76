import { z } from 'zod';
import { notFound } from '../../errors.js';
import { route, type Route } from './route.js';
import { flag, idParams, nothing, userView } from './schemas.js';

/** People, as far as SCIM has no word for it. */
export const userRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/users/self/update-password',
    summary: 'Change the password of the person of a personal token',
    audience: 'self',
    params: nothing,
    query: nothing,
    body: z.strictObject({ oldPassword: z.string(), newPassword: z.string() }),
    answers: { 200: { description: 'the new password is in force', schema: z.strictObject({}) } },
    handle: async ({ services, scope, body }) => {
      await services.accounts.changePassword(scope, body);
      return { status: 200, body: {} };
    },
  }),
  route({
    method: 'GET',
    path: '/users/{id}',
    summary: 'Read a person; an operator may ask for deleted ones',
    audience: 'read',
    params: idParams('user'),
    query: z.strictObject({ includeDeleted: flag }),
    answers: { 200: { description: 'the person', schema: userView } },
    handle: async ({ services, scope, params, query }) => {
      const user = await services.accounts.find(scope, params.id);
      const mayAsk = scope.kind === 'platform' && query.includeDeleted === 'true';
      if (user.deletedAt !== null && !mayAsk) throw notFound('resource');
      return { status: 200, body: user };
    },
  }),
];
