import { z } from 'zod';
import { readOpenId } from './open-id.js';
import { route, type Route } from './route.js';
import { clientInPath, flag, nothing } from './schemas.js';

const mostUsers = 10_000;

const userOfClient = z.strictObject({
  id: clientInPath,
  openId: z
    .string()
    .transform(readOpenId)
    .describe('The OpenID in base64url, or in base64 percent-encoded; with or without padding')
    .meta({ 'x-id-of': 'user' }),
});

const vendorUserView = z
  .strictObject({
    id: z.uuid(),
    userName: z.string(),
    fullname: z.string().nullable(),
    email: z.string().nullable(),
    openid: z.string().nullable(),
  })
  .meta({ id: 'VendorUser', description: 'An active person of a client' });

const page = z.strictObject({
  count: z.coerce.number().int().min(0).max(mostUsers).default(mostUsers),
  startIndex: z.coerce.number().int().min(1).default(1),
});

/** The active people of a client, by their OpenIDs. */
export const vendorUserRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/clients/{id}/users',
    summary: 'List the active people of a client',
    audience: 'read',
    tenant: 'path',
    params: z.strictObject({ id: clientInPath }),
    query: page,
    answers: {
      200: { description: 'the people, by id', schema: z.strictObject({ users: z.array(vendorUserView) }) },
    },
    handle: async ({ services, scope, query }) => {
      const users = await services.vendorUsers.list(scope, { offset: query.startIndex - 1, count: query.count });
      return { status: 200, body: { users } };
    },
  }),
  route({
    method: 'PUT',
    path: '/clients/{id}/users/{openId}',
    summary: 'Switch a known person on',
    audience: 'provision',
    tenant: 'path',
    params: userOfClient,
    query: nothing,
    answers: { 204: { description: 'the person is active' } },
    handle: async ({ services, scope, params }) => {
      await services.vendorUsers.add(scope, params.openId);
      return { status: 204 };
    },
  }),
  route({
    method: 'DELETE',
    path: '/clients/{id}/users/{openId}',
    summary: 'Switch a person off, who may be the caller',
    description:
      'Their personal tokens stop at once. Everything else about them is kept. The last active administrator stays, unless an ' +
      'operator forces it.',
    audience: 'self',
    tenant: 'path',
    params: userOfClient,
    query: z.strictObject({ force: flag }),
    answers: {
      204: { description: 'the person is not active' },
      409: { description: 'the person is the last active administrator' },
    },
    handle: async ({ services, scope, params }) => {
      await services.vendorUsers.remove(scope, params.openId);
      return { status: 204 };
    },
  }),
];
