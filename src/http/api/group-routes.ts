import { z } from 'zod';
import { route, type Route } from './route.js';
import { idOf, idParams, nothing, problem, plainText } from './schemas.js';

const groupView = z
  .strictObject({
    groupId: z.uuid(),
    clientId: z.uuid(),
    name: z.string(),
    description: z.string().nullable(),
    membershipCount: z.int(),
    wildcards: z.array(z.string()),
    users: z.array(z.uuid()),
    kind: z
      .enum(['collaboration', 'collaboration-group', 'client-admins', 'unit-managers'])
      .optional()
      .describe('Of all but plain groups'),
    parent: z.uuid().optional(),
    shortName: z.string().optional(),
    urn: z.string().optional(),
    autoProvisionMembers: z.boolean().optional(),
  })
  .meta({ id: 'Group', description: 'A group with its people' });

const groupPage = z.strictObject({ list: z.array(groupView), page: z.int(), pageSize: z.int(), total: z.int() });

const wish = {
  description: z.string().max(4_000).nullable().optional(),
  wildcards: z.array(z.string().max(200)).max(100).optional(),
  units: z.array(plainText.max(1_000)).max(100).optional(),
  autoProvisionMembers: z.boolean().optional().describe('Of a group of a collaboration'),
  shortName: plainText.max(200).optional().describe('Of a collaboration, or of a group of one; given once'),
};
const newGroup = z.strictObject({
  name: z.string().max(1_000),
  kind: z.enum(['group', 'collaboration', 'collaboration-group', 'unit-managers']).optional(),
  parent: idOf('group').optional().describe('The collaboration in which the group is to lie'),
  ...wish,
});
const changedGroup = z.strictObject({ name: z.string().max(1_000).optional(), ...wish });

const pageNumber = z
  .string()
  .regex(/^\d{1,6}$/)
  .transform(Number);
const pageSize = pageNumber.refine((size) => size >= 1 && size <= 500, 'must be from 1 to 500');

const batch = z.strictObject({ ids: z.array(idOf('group')).min(1).max(500) });
const blocked = problem
  .extend({ blockers: z.array(z.strictObject({ id: z.uuid(), reason: z.string() })) })
  .meta({ id: 'BlockedDeletion', description: 'Why nothing was deleted' });

/** Removes many groups, all or none. DELETE with a body is the same, for callers that insist on it. */
function bulkDelete(method: 'POST' | 'DELETE'): Route {
  return route({
    method,
    path: '/groups/bulk-delete',
    summary: 'Delete groups, all of them or none',
    audience: 'provision',
    params: nothing,
    query: nothing,
    body: batch,
    batch: ({ ids }) => ids.length,
    answers: {
      204: { description: 'all are gone' },
      409: { description: 'these stand in the way, and none is gone', schema: blocked },
    },
    handle: async ({ services, scope, body }) => {
      await services.groupBatches.remove(scope, body.ids);
      return { status: 204 };
    },
  });
}

/** PUT and PATCH both change what is named and leave the rest. */
function change(method: 'PUT' | 'PATCH'): Route {
  return route({
    method,
    path: '/groups/{id}',
    summary: 'Change a group; its members stay',
    audience: 'provision',
    params: idParams('group'),
    query: nothing,
    body: changedGroup,
    answers: { 200: { description: 'the group', schema: groupView } },
    handle: async ({ services, scope, params, body }) => ({
      status: 200,
      body: await services.groupRecords.update(scope, params.id, body),
    }),
  });
}

/** Groups as applications that know no SCIM see them. */
export const groupRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/groups',
    summary: 'Add a group',
    audience: 'provision',
    params: nothing,
    query: nothing,
    body: newGroup,
    answers: { 201: { description: 'the group', schema: groupView } },
    handle: async ({ services, scope, body }) => ({
      status: 201,
      body: await services.groupRecords.create(scope, body),
    }),
  }),
  route({
    method: 'GET',
    path: '/groups',
    summary: 'List the groups: all of them, or a page counted from 0',
    audience: 'read',
    params: nothing,
    query: z.strictObject({ page: pageNumber.optional(), pageSize: pageSize.optional() }),
    answers: {
      200: {
        description: 'the groups, wrapped where a page was asked for',
        schema: z.union([z.array(groupView), groupPage]),
      },
    },
    handle: async ({ services, scope, query }) => {
      if (query.page === undefined && query.pageSize === undefined) {
        return { status: 200, list: services.groupRecords.all(scope) };
      }
      const wanted = { page: query.page ?? 0, size: query.pageSize ?? 100 };
      const { list, total } = await services.groupRecords.page(scope, wanted);
      return { status: 200, body: { list, page: wanted.page, pageSize: wanted.size, total } };
    },
  }),
  bulkDelete('POST'),
  bulkDelete('DELETE'),
  route({
    method: 'GET',
    path: '/groups/{id}',
    summary: 'Read a group',
    audience: 'read',
    params: idParams('group'),
    query: nothing,
    answers: { 200: { description: 'the group', schema: groupView } },
    handle: async ({ services, scope, params }) => ({
      status: 200,
      body: await services.groupRecords.read(scope, params.id),
    }),
  }),
  change('PUT'),
  change('PATCH'),
  route({
    method: 'DELETE',
    path: '/groups/{id}',
    summary: 'Delete a group; its people stay',
    audience: 'provision',
    params: idParams('group'),
    query: nothing,
    answers: { 204: { description: 'it is gone' } },
    handle: async ({ services, scope, params }) => {
      await services.groups.remove(scope, { id: params.id });
      return { status: 204 };
    },
  }),
];
