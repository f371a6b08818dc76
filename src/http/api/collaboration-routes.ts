import { z } from 'zod';
import {
  collaborationMemberView,
  collaborationView,
  memberRole,
  personNamed,
  storedInstant,
} from './collaboration-schemas.js';
import { route, type Route } from './route.js';
import { idOf, idParams, nothing, plainText } from './schemas.js';

const unitNames = z.array(plainText.max(1_000)).max(100);
const text = z.string().max(4_000);
const labels = z.array(plainText.min(1).max(200)).max(100);

const described = {
  description: text.nullable().optional(),
  labels: labels.optional(),
  expiresAt: storedInstant.nullable().optional(),
};
const newCollaboration = z.strictObject({
  name: plainText.min(1).max(1_000),
  shortName: plainText.max(200).optional(),
  units: unitNames.optional(),
  ...described,
});
const changedCollaboration = z.strictObject({ name: plainText.min(1).max(1_000).optional(), ...described });
const membership = z.strictObject({
  ...personNamed,
  role: memberRole.optional(),
  expiresAt: storedInstant.nullable().optional(),
});
const memberPath = z.strictObject({ id: idOf('group'), userId: idOf('user') });

/** PUT and PATCH both change what is named and leave the rest. */
function change(method: 'PUT' | 'PATCH'): Route {
  return route({
    method,
    path: '/collaborations/{id}',
    summary: 'Change what is named of a collaboration',
    description: 'With a date to come, or none, for `expiresAt` an expired collaboration and its members are back.',
    audience: 'provision',
    params: idParams('group'),
    query: nothing,
    body: changedCollaboration,
    answers: { 200: { description: 'the collaboration', schema: collaborationView } },
    handle: async ({ services, scope, params, body }) => ({
      status: 200,
      body: await services.collaborations.update(scope, params.id, body),
    }),
  });
}

const ownRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/collaborations',
    summary: 'Add a collaboration; without units it gets those of the token',
    description: 'A token for units that names others is refused with 403, never narrowed.',
    audience: 'provision',
    params: nothing,
    query: nothing,
    body: newCollaboration,
    answers: { 201: { description: 'the collaboration', schema: collaborationView } },
    handle: async ({ services, scope, body }) => ({
      status: 201,
      body: await services.collaborations.create(scope, body),
    }),
  }),
  route({
    method: 'GET',
    path: '/collaborations/{id}',
    summary: 'Read a collaboration',
    audience: 'read',
    params: idParams('group'),
    query: nothing,
    answers: { 200: { description: 'the collaboration', schema: collaborationView } },
    handle: async ({ services, scope, params }) => ({
      status: 200,
      body: await services.collaborations.read(scope, params.id),
    }),
  }),
  change('PUT'),
  change('PATCH'),
  route({
    method: 'DELETE',
    path: '/collaborations/{id}',
    summary: 'Delete a collaboration with its groups, invitations and connections; its people stay',
    audience: 'provision',
    params: idParams('group'),
    query: nothing,
    answers: { 204: { description: 'it is gone' } },
    handle: async ({ services, scope, params }) => {
      await services.collaborations.remove(scope, params.id);
      return { status: 204 };
    },
  }),
  route({
    method: 'PUT',
    path: '/collaborations/{id}/units',
    summary: 'Move a collaboration and its groups to other units; not for tokens for units',
    description: 'The body is the list of names, or an object with the list as `units`.',
    audience: 'provision',
    params: idParams('group'),
    query: nothing,
    body: z.union([unitNames, z.strictObject({ units: unitNames })]),
    answers: { 200: { description: 'the collaboration', schema: collaborationView } },
    handle: async ({ services, scope, params, body }) => {
      const units = 'units' in body ? body.units : body;
      return { status: 200, body: await services.collaborations.moveTo(scope, params.id, units) };
    },
  }),
];

const memberRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/collaborations/{id}/members',
    summary: 'List the members of a collaboration whom the token reaches, expired ones too',
    audience: 'read',
    params: idParams('group'),
    query: nothing,
    answers: { 200: { description: 'the members', schema: z.array(collaborationMemberView) } },
    handle: ({ services, scope, params }) =>
      Promise.resolve({ status: 200, list: services.groupPeople.list(scope, params.id) }),
  }),
  route({
    method: 'POST',
    path: '/collaborations/{id}/members',
    summary: 'Add a person of the client to a collaboration',
    audience: 'provision',
    params: idParams('group'),
    query: nothing,
    body: membership,
    answers: {
      201: { description: 'the membership', schema: collaborationMemberView },
      409: { description: 'the person is a member already' },
    },
    handle: async ({ services, scope, params, body: { userId, userName, ...wish } }) => ({
      status: 201,
      body: await services.groupPeople.join(scope, params.id, { person: { userId, userName }, ...wish }),
    }),
  }),
  route({
    method: 'PUT',
    path: '/collaborations/{id}/members',
    summary: 'Change the role of a member, or when the membership ends',
    description: 'With a date to come, or null, for `expiresAt` an expired member is back.',
    audience: 'provision',
    params: idParams('group'),
    query: nothing,
    body: membership,
    answers: { 200: { description: 'the membership', schema: collaborationMemberView } },
    handle: async ({ services, scope, params, body: { userId, userName, ...wish } }) => ({
      status: 200,
      body: await services.groupPeople.change(scope, params.id, { person: { userId, userName }, ...wish }),
    }),
  }),
  route({
    method: 'DELETE',
    path: '/collaborations/{id}/members/{userId}',
    summary: 'Take a person out of a collaboration and out of its groups',
    audience: 'provision',
    params: memberPath,
    query: nothing,
    answers: { 204: { description: 'no longer a member' } },
    handle: async ({ services, scope, params }) => {
      await services.groupPeople.leave(scope, params.id, params.userId);
      return { status: 204 };
    },
  }),
];

/** Collaborations and their members. */
export const collaborationRoutes: readonly Route[] = [...ownRoutes, ...memberRoutes];
