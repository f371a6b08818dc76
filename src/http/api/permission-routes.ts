import { z } from 'zod';
import { route, type Route } from './route.js';
import { idParams, nothing, plainText } from './schemas.js';

const objectTypeView = z
  .strictObject({ name: z.string(), wildcards: z.array(z.string()), perObject: z.array(z.string()) })
  .meta({ id: 'ObjectType', description: 'A type of objects on which a group can have permissions' });

const objectPermissions = z
  .strictObject({ objectId: z.string(), objectType: z.string(), permissions: z.array(z.string()) })
  .meta({ id: 'ObjectPermissions', description: 'What is permitted on one object' });

// Applications count their objects, or name them; both are kept as text.
const objectId = z.union([z.int().transform(String), plainText.min(1).max(256)]);

const givenPermissions = z
  .array(
    z.strictObject({ objectId, objectType: plainText.max(100), permissions: z.array(plainText.max(100)).max(100) }),
  )
  .max(1_000);

const objectPath = z.strictObject({ type: plainText.max(100), objectId: plainText.min(1).max(256) });

/** What groups may do with the objects of an application. */
export const permissionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/permissionable-object-types',
    summary: 'List the types of objects, and what can be permitted on each',
    audience: 'read',
    params: nothing,
    query: nothing,
    answers: { 200: { description: 'the types', schema: z.array(objectTypeView) } },
    handle: async ({ services }) => ({ status: 200, body: services.permissions.listTypes().map(viewType) }),
  }),
  route({
    method: 'GET',
    path: '/permissionable-object-types/{type}',
    summary: 'Read one type of objects',
    audience: 'read',
    params: z.strictObject({ type: plainText.max(100) }),
    query: nothing,
    answers: { 200: { description: 'the type', schema: objectTypeView } },
    handle: async ({ services, params }) => ({
      status: 200,
      body: viewType(services.permissions.findType(params.type)),
    }),
  }),
  route({
    method: 'PUT',
    path: '/objects/{type}/{objectId}',
    summary: 'Register an object, for the client or for one of its units',
    audience: 'provision',
    params: objectPath,
    query: nothing,
    body: z.strictObject({ unit: plainText.max(1_000).optional() }).optional(),
    answers: { 204: { description: 'it is registered' } },
    handle: async ({ services, scope, params, body }) => {
      const key = { objectType: params.type, objectId: params.objectId };
      await services.objects.register(scope, key, body?.unit);
      return { status: 204 };
    },
  }),
  route({
    method: 'DELETE',
    path: '/objects/{type}/{objectId}',
    summary: 'Take an object out of the register, with every permission on it',
    audience: 'provision',
    params: objectPath,
    query: nothing,
    answers: { 204: { description: 'it is gone' } },
    handle: async ({ services, scope, params }) => {
      await services.objects.forget(scope, { objectType: params.type, objectId: params.objectId });
      return { status: 204 };
    },
  }),
  route({
    method: 'GET',
    path: '/groups/{id}/permissions',
    summary: 'List what a group may do, object by object',
    audience: 'read',
    params: idParams('group'),
    query: nothing,
    answers: { 200: { description: 'the permissions', schema: z.array(objectPermissions) } },
    handle: async ({ services, scope, params }) => ({
      status: 200,
      body: await services.permissions.list(scope, params.id),
    }),
  }),
  route({
    method: 'PUT',
    path: '/groups/{id}/permissions',
    summary: 'Make these, and no others, the permissions of a group',
    audience: 'provision',
    params: idParams('group'),
    query: nothing,
    body: givenPermissions,
    answers: { 200: { description: 'the permissions as they are stored', schema: z.array(objectPermissions) } },
    handle: async ({ services, scope, params, body }) => ({
      status: 200,
      body: await services.permissions.replace(scope, params.id, body),
    }),
  }),
  route({
    method: 'GET',
    path: '/users/{id}/effective-permissions',
    summary: 'Say what a person may do now, through all groups',
    audience: 'self',
    params: idParams('user'),
    query: nothing,
    answers: {
      200: {
        description: 'rights over every object of a type, and over single objects',
        schema: z.strictObject({ wildcards: z.array(z.string()), objects: z.array(objectPermissions) }),
      },
    },
    handle: async ({ services, scope, params }) => ({
      status: 200,
      body: await services.permissions.effective(scope, params.id),
    }),
  }),
];

function viewType({
  name,
  wildcards,
  perObject,
}: {
  name: string;
  wildcards: readonly { name: string }[];
  perObject: readonly string[];
}) {
  return { name, wildcards: wildcards.map((each) => each.name), perObject };
}
