import { z } from 'zod';
import { connectedServiceView } from './collaboration-schemas.js';
import { route, type Route } from './route.js';
import { givenName, idOf, idParams, instant, nothing } from './schemas.js';

const approval = z.enum(['auto', 'manual']);
const serviceView = z
  .strictObject({ id: z.uuid(), name: z.string(), approval, createdAt: instant })
  .meta({ id: 'Service', description: 'A service to which collaborations are connected: at once, or after approval' });

const connection = z.strictObject({ id: idOf('group'), serviceId: idOf('service') });

const catalogue: readonly Route[] = [
  route({
    method: 'GET',
    path: '/services',
    summary: 'List the services of the client',
    audience: 'read',
    params: nothing,
    query: nothing,
    answers: { 200: { description: 'the services, by name', schema: z.array(serviceView) } },
    handle: async ({ services, scope }) => ({ status: 200, body: await services.connectedServices.list(scope) }),
  }),
  route({
    method: 'POST',
    path: '/services',
    summary: 'Add a service to the catalogue of the client; not for tokens for units',
    audience: 'admin',
    params: nothing,
    query: nothing,
    body: z.strictObject({ name: givenName, approval: approval.default('manual') }),
    answers: { 201: { description: 'the service', schema: serviceView } },
    handle: async ({ services, scope, body }) => ({
      status: 201,
      body: await services.connectedServices.create(scope, body),
    }),
  }),
  route({
    method: 'DELETE',
    path: '/services/{id}',
    summary: 'Take a service out of the catalogue; not for tokens for units',
    audience: 'admin',
    params: idParams('service'),
    query: nothing,
    answers: {
      204: { description: 'it is gone' },
      409: { description: 'a collaboration is connected to it' },
    },
    handle: async ({ services, scope, params }) => {
      await services.connectedServices.remove(scope, params.id);
      return { status: 204 };
    },
  }),
];

const connections: readonly Route[] = [
  route({
    method: 'PUT',
    path: '/collaborations/{id}/services/{serviceId}',
    summary: 'Connect a collaboration with a service',
    audience: 'provision',
    params: connection,
    query: nothing,
    answers: {
      200: { description: 'they are connected', schema: connectedServiceView },
      202: { description: 'they will be when an administrator approves', schema: connectedServiceView },
    },
    handle: async ({ services, scope, params }) => {
      const connected = await services.connectedServices.connect(scope, params.id, params.serviceId);
      return { status: connected.status === 'connected' ? 200 : 202, body: connected };
    },
  }),
  route({
    method: 'POST',
    path: '/collaborations/{id}/services/{serviceId}/approve',
    summary: 'Approve a connection that waits for it; not for tokens for units',
    audience: 'admin',
    params: connection,
    query: nothing,
    answers: {
      200: { description: 'they are connected', schema: connectedServiceView },
      409: { description: 'nobody asked for this connection' },
    },
    handle: async ({ services, scope, params }) => ({
      status: 200,
      body: await services.connectedServices.approve(scope, params.id, params.serviceId),
    }),
  }),
  route({
    method: 'DELETE',
    path: '/collaborations/{id}/services/{serviceId}',
    summary: 'End the connection of a collaboration with a service',
    audience: 'provision',
    params: connection,
    query: nothing,
    answers: {
      204: { description: 'they are not connected' },
      409: { description: 'they were not' },
    },
    handle: async ({ services, scope, params }) => {
      await services.connectedServices.disconnect(scope, params.id, params.serviceId);
      return { status: 204 };
    },
  }),
];

/** The catalogue of services, and which collaborations are connected to them. */
export const serviceRoutes: readonly Route[] = [...catalogue, ...connections];
