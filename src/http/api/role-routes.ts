import { z } from 'zod';
import type { Licence, LicensedRole, Role } from '../../store/organisation/role-store.js';
import { route, type Route } from './route.js';
import { clientInPath, givenName, idParams, nothing, plainText } from './schemas.js';

const kind = z.enum(['feature', 'admin']);

const roleView = z
  .strictObject({
    value: z.string().describe('What stands in `roles[].value` of a person'),
    kind,
    builtIn: z.boolean().describe('Whether it belongs to every client, without a licence'),
    display: z.string(),
    description: z.string().nullable(),
    contains: z.array(z.string()).describe('The roles whose rights it has too, where the client has them'),
    active: z.boolean().describe('Whether it may be granted and has an effect'),
  })
  .meta({ id: 'Role', description: 'A role of the catalogue' });

const licensedRoleView = roleView
  .extend({ seats: z.int().nullable().describe('To how many people it may be granted; null for no limit') })
  .meta({ id: 'LicensedRole', description: 'A role that a client may grant' });

const licensedRoles = z.strictObject({ roles: z.array(licensedRoleView) });

const seats = z.int().min(0).max(1_000_000_000).nullish();
const licence = z.union([
  plainText
    .min(1)
    .max(200)
    .transform((value) => ({ value, seats: undefined })),
  z.strictObject({ value: plainText.min(1).max(200), seats }),
]);

/** The catalogue of roles, and what each client has licensed of it. */
export const roleRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/roles',
    summary: 'List the catalogue of roles',
    audience: 'operator',
    tenant: 'none',
    params: nothing,
    query: nothing,
    answers: { 200: { description: 'the roles, by name', schema: z.strictObject({ roles: z.array(roleView) }) } },
    handle: async ({ services }) => ({ status: 200, body: { roles: (await services.roles.list()).map(viewRole) } }),
  }),
  route({
    method: 'PUT',
    path: '/roles/{value}',
    summary: 'Add a role to the catalogue, change it, or switch it on or off',
    description:
      'What is not named stays as it is. One that is switched off can be granted to nobody more and has no effect; grants of it stay.',
    audience: 'operator',
    tenant: 'none',
    params: z.strictObject({ value: givenName }),
    query: nothing,
    body: z.strictObject({
      kind: kind.optional(),
      display: plainText.min(1).max(200).optional(),
      description: plainText.max(1_000).nullish(),
      contains: z
        .array(plainText.min(1).max(200))
        .max(100)
        .optional()
        .describe('The roles whose rights it has too; as before unless given'),
      active: z.boolean().optional(),
    }),
    answers: { 200: { description: 'the role', schema: roleView } },
    handle: async ({ services, scope, params, body }) => {
      const role = await services.roles.define(scope.actor, { name: params.value, ...body });
      return { status: 200, body: viewRole(role) };
    },
  }),
  route({
    method: 'GET',
    path: '/clients/{id}/roles',
    summary: 'List the roles that a client may grant',
    audience: 'read',
    tenant: 'path',
    params: z.strictObject({ id: clientInPath }),
    query: nothing,
    answers: { 200: { description: 'the roles, by name', schema: licensedRoles } },
    handle: async ({ services, scope }) => ({
      status: 200,
      body: { roles: (await services.roles.licensedTo(scope.clientId)).map(viewLicensed) },
    }),
  }),
  route({
    method: 'PUT',
    path: '/clients/{id}/roles',
    summary: 'Say which roles a client has licensed, and with how many seats',
    description:
      'In place of all that it had. Grants of a role that is not among them sleep, and are there again when the role is. Roles that ' +
      'are built in belong to every client and are not named.',
    audience: 'operator',
    tenant: 'none',
    params: idParams('client'),
    query: nothing,
    body: z.strictObject({ roles: z.array(licence).max(1_000) }),
    answers: { 200: { description: 'the roles that the client may grant now', schema: licensedRoles } },
    handle: async ({ services, scope, params, body }) => {
      const { id } = await services.clients.findById(params.id);
      const licences = body.roles.map((each): Licence => ({ role: each.value, seats: each.seats ?? undefined }));
      const roles = await services.roles.license(scope.actor, id, licences);
      return { status: 200, body: { roles: roles.map(viewLicensed) } };
    },
  }),
];

function viewRole({ name, kind: roleKind, builtIn, display, description, contains, active }: Role) {
  return { value: name, kind: roleKind, builtIn, display, description: description ?? null, contains, active };
}

function viewLicensed(role: LicensedRole) {
  return { ...viewRole(role), seats: role.seats ?? null };
}
