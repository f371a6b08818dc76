import { z } from 'zod';
import { route, type Route } from './route.js';
import { idOf, nothing } from './schemas.js';

const recordView = z
  .strictObject({
    id: z.uuid(),
    userName: z.string(),
    firstName: z.string().nullable(),
    lastName: z.string().nullable(),
    email: z.string().nullable(),
    active: z.boolean(),
    groups: z.array(z.uuid()),
  })
  .meta({ id: 'UserRecord', description: 'A person and the groups that they belong to' });

const text = z.string().min(1).max(1_000).optional();

/** People as applications that know no SCIM see them. */
export const userRecordRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/users',
    summary: 'List the people, or those of some groups, each once',
    audience: 'read',
    params: nothing,
    query: z.strictObject({ groupId: z.array(idOf('group')).max(50).default([]) }),
    answers: { 200: { description: 'the people', schema: z.array(recordView) } },
    handle: ({ services, scope, query }) =>
      Promise.resolve({ status: 200, list: services.userRecords.ofGroups(scope, query.groupId) }),
  }),
  route({
    method: 'GET',
    path: '/users/self',
    summary: 'Read the person of a personal token',
    audience: 'self',
    params: nothing,
    query: nothing,
    answers: { 200: { description: 'the person', schema: recordView } },
    handle: async ({ services, scope }) => ({ status: 200, body: await services.userRecords.self(scope) }),
  }),
  route({
    method: 'PUT',
    path: '/users/self',
    summary: 'Change what people may change of themselves',
    audience: 'self',
    params: nothing,
    query: nothing,
    body: z.strictObject({ firstName: text, lastName: text, displayName: text }),
    answers: { 200: { description: 'the person', schema: recordView } },
    handle: async ({ services, scope, body }) => ({
      status: 200,
      body: await services.userRecords.changeSelf(scope, body),
    }),
  }),
];
