import { z } from 'zod';
import type { Client } from '../../store/tenant/client-store.js';
import { route, type Route } from './route.js';
import { clientView, createdClientView, givenName, idParams, nothing, plainText } from './schemas.js';

const taken = { description: 'a client has this name already' };
const firstAdmin = z
  .strictObject({
    userName: plainText,
    displayName: plainText.optional(),
    email: plainText.optional(),
    openId: plainText.optional(),
    password: plainText.optional(),
  })
  .describe('The person who becomes the first administrator');

const settings = {
  maxUsers: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .nullish()
    .describe('How many active people it may have; null for no limit'),
  defaultRolesByUserType: z
    .record(plainText.min(1).max(200), z.array(plainText.max(200)).max(100))
    .optional()
    .describe('The roles that people of a userType begin with, in place of all that were set'),
  invitationTtlDays: z
    .int()
    .min(1)
    .max(365)
    .optional()
    .describe('How many days an invitation is open for, unless it says otherwise'),
};

/** The customers, for operators. */
export const clientRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/clients',
    summary: 'Add a client, and its first administrator if one is named',
    audience: 'operator',
    tenant: 'none',
    params: nothing,
    query: nothing,
    body: z.strictObject({ name: givenName, admin: firstAdmin.optional() }),
    answers: { 201: { description: 'the client', schema: createdClientView }, 409: taken },
    handle: async ({ services, scope, body }) => {
      const created = await services.clients.create(scope.actor, body.name, body.admin);
      return { status: 201, body: { ...viewClient(created), admin: created.admin ?? null } };
    },
  }),
  route({
    method: 'GET',
    path: '/clients',
    summary: 'List all clients',
    audience: 'operator',
    tenant: 'none',
    params: nothing,
    query: nothing,
    answers: { 200: { description: 'the clients, by name', schema: z.strictObject({ clients: z.array(clientView) }) } },
    handle: async ({ services }) => ({
      status: 200,
      body: { clients: (await services.clients.list()).map(viewClient) },
    }),
  }),
  route({
    method: 'GET',
    path: '/clients/{id}',
    summary: 'Show a client',
    audience: 'operator',
    tenant: 'none',
    params: idParams('client'),
    query: nothing,
    answers: { 200: { description: 'the client', schema: clientView } },
    handle: async ({ services, params }) => ({
      status: 200,
      body: viewClient(await services.clients.findById(params.id)),
    }),
  }),
  route({
    method: 'PUT',
    path: '/clients/{id}',
    summary: 'Rename a client, and switch it on or off',
    audience: 'operator',
    tenant: 'none',
    params: idParams('client'),
    query: nothing,
    body: z.strictObject({ name: givenName, active: z.boolean().optional(), ...settings }),
    answers: { 200: { description: 'the client', schema: clientView }, 409: taken },
    handle: async ({ services, scope, params, body }) => ({
      status: 200,
      body: viewClient(await services.clients.change(scope.actor, params.id, body)),
    }),
  }),
  route({
    method: 'PATCH',
    path: '/clients/{id}',
    summary: 'Rename a client, or switch it on or off; off, all its tokens stop at once',
    audience: 'operator',
    tenant: 'none',
    params: idParams('client'),
    query: nothing,
    body: z.strictObject({ name: givenName.optional(), active: z.boolean().optional(), ...settings }),
    answers: { 200: { description: 'the client', schema: clientView }, 409: taken },
    handle: async ({ services, scope, params, body }) => ({
      status: 200,
      body: viewClient(await services.clients.change(scope.actor, params.id, body)),
    }),
  }),
  route({
    method: 'DELETE',
    path: '/clients/{id}',
    summary: 'Switch a client off; everything it holds is kept',
    audience: 'operator',
    tenant: 'none',
    params: idParams('client'),
    query: nothing,
    answers: { 204: { description: 'the client is off' } },
    handle: async ({ services, scope, params }) => {
      await services.clients.change(scope.actor, params.id, { active: false });
      return { status: 204 };
    },
  }),
];

function viewClient({ id, name, active, createdAt, maxUsers, invitationTtlDays, defaultRolesByUserType }: Client) {
  return { id, name, active, createdAt, maxUsers: maxUsers ?? null, defaultRolesByUserType, invitationTtlDays };
}
