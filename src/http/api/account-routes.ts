import { z } from 'zod';
import { route, type Route } from './route.js';
import { flag, idOf, idParams, nothing, plainText, userView } from './schemas.js';

const text = plainText.min(1).max(1_000);
const lastAdmin = { description: 'the person is the last active administrator of the client' };

const attributes = {
  userName: text.optional(),
  username: text.optional().describe('As `userName`'),
  firstName: text.nullish(),
  lastName: text.nullish(),
  displayName: text.nullish(),
  email: text.nullish(),
  phoneNumber: text.nullish(),
  employeeNumber: text.nullish(),
  openId: text.nullish(),
  userType: text.nullish(),
  password: z.string().max(1_024).optional(),
  units: z.array(idOf('unit')).max(100).optional().describe('Names'),
  roles: z.array(plainText.min(1).max(200)).max(100).optional(),
  status: z
    .enum(['ACTIVE', 'INACTIVE', 'LOCKED'])
    .optional()
    .describe('ACTIVE also unlocks, LOCKED keeps the person active and refuses the personal tokens'),
  isAdmin: z
    .boolean()
    .optional()
    .describe('Whether the person becomes an administrator; read when the person is added alone'),
};

/** People and their accounts, as applications that know no SCIM write them. */
export const accountRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/users',
    summary: 'Add a person',
    audience: 'provision',
    params: nothing,
    query: nothing,
    body: z.strictObject(attributes),
    answers: {
      201: { description: 'the person', schema: userView },
      409: { description: 'the userName is taken, or the client has as many active people as it may' },
    },
    handle: async ({ services, scope, body }) => ({ status: 201, body: await services.people.create(scope, body) }),
  }),
  route({
    method: 'PUT',
    path: '/users/{id}',
    summary: 'Change a person; what is not named stays as it is',
    audience: 'provision',
    params: idParams('user'),
    query: z.strictObject({ force: flag }),
    body: z.strictObject(attributes),
    answers: { 200: { description: 'the person', schema: userView }, 409: lastAdmin },
    handle: async ({ services, scope, params, body }) => ({
      status: 200,
      body: await services.people.change(scope, params.id, body),
    }),
  }),
  route({
    method: 'DELETE',
    path: '/users/{id}',
    summary: 'Delete a person; the record of it is kept',
    audience: 'provision',
    params: idParams('user'),
    query: z.strictObject({ force: flag }),
    answers: { 204: { description: 'the person is gone' }, 409: lastAdmin },
    handle: async ({ services, scope, params }) => {
      await services.people.remove(scope, params.id);
      return { status: 204 };
    },
  }),
  route({
    method: 'POST',
    path: '/users/{id}/unlock',
    summary: 'Unlock the account of a person who was locked out by wrong passwords',
    audience: 'provision',
    params: idParams('user'),
    query: nothing,
    answers: { 200: { description: 'the person', schema: userView } },
    handle: async ({ services, scope, params }) => ({
      status: 200,
      body: await services.accounts.unlock(scope, params.id),
    }),
  }),
  route({
    method: 'POST',
    path: '/users/{id}/erase',
    summary: 'Erase a person, deleted or not, for good',
    description:
      'The values go from the record, from every index, from the change log and from what the person was invited by; ids stay. ' +
      'The userName begins anew under another id. A token for units does not erase.',
    audience: 'admin',
    params: idParams('user'),
    query: z.strictObject({ force: flag }),
    answers: { 204: { description: 'nothing is known of the person' }, 409: lastAdmin },
    handle: async ({ services, scope, params }) => {
      await services.erasure.erase(scope, params.id);
      return { status: 204 };
    },
  }),
];
