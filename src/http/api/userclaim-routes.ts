import { z } from 'zod';
import type { ClaimOutcome } from '../../directory/users/user-claims.js';
import { route, type Route } from './route.js';
import { idOf, nothing, plainText } from './schemas.js';

const mostIds = 1_000;

const text = z.string().nullable();

const profile = z
  .strictObject({
    id: z.uuid(),
    staffUsi: z.int().describe('A number that stays the person’s'),
    staffUniqueId: text.describe('The employeeNumber of SCIM'),
    firstName: text,
    middleName: text,
    lastSurname: text,
    location: text,
    fullName: text,
    isAdmin: z.boolean(),
    username: z.string(),
  })
  .meta({ id: 'Profile', description: 'A person who has registered' });

const profilePage = z.strictObject({
  totalCount: z.int().describe('How many there are in all'),
  profiles: z.array(profile),
  page: z.int(),
});

const query = z.strictObject({
  page: z
    .string()
    .regex(/^0*[1-9]\d{0,8}$/, 'must be a number from 1')
    .transform(Number)
    .default(1)
    .describe('From 1; ten profiles each'),
  role: plainText.max(1_000).optional().describe('Those with this role alone; `Admin` is the role ClientAdmin'),
});

const claim = z.strictObject({
  claimType: z.literal('role'),
  claimValue: plainText
    .max(1_000)
    .refine((value) => value.trim() !== '', 'must not be empty')
    .describe('A role that the client may grant; `Admin` is the role ClientAdmin'),
  staffUniqueIds: z.array(idOf('user')).max(mostIds).nullish().describe('Values of employeeNumber'),
});

const outcome = z
  .strictObject({
    resultMessage: z.string(),
    userResults: z
      .array(
        z.strictObject({
          userName: z.string(),
          succeeded: z.boolean(),
          message: z.string().optional().describe('Why nothing was changed'),
          errors: z.array(z.string()).optional(),
        }),
      )
      .describe('In the order of the request'),
    notProcessed: z.array(z.string()).describe('The ids of nobody who has registered here'),
  })
  .meta({ id: 'ClaimOutcome', description: 'What became of a claim for each person' });

const processed = { 200: { description: 'what became of it, person by person', schema: outcome } };

/** Roles as claims, given to people and taken away in batches. */
export const userclaimRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/userclaims',
    summary: 'List the people who have registered, or those with a role, by last and first name',
    audience: 'read',
    params: nothing,
    query,
    answers: { 200: { description: 'a page of ten', schema: profilePage } },
    handle: async ({ services, scope, query: { page, role } }) => ({
      status: 200,
      body: await services.userClaims.list(scope, { page, role: role === '' ? undefined : role }),
    }),
  }),
  route({
    method: 'POST',
    path: '/userclaims',
    summary: 'Give people a role',
    audience: 'provision',
    params: nothing,
    query: nothing,
    body: claim,
    batch: ({ staffUniqueIds }) => staffUniqueIds?.length ?? 0,
    answers: processed,
    handle: async ({ services, scope, body }) => ({
      status: 200,
      body: viewOutcome(await services.userClaims.add(scope, requestOf(body))),
    }),
  }),
  ...(['DELETE /userclaims', 'POST /userclaims/remove'] as const).map((row) => removal(row)),
];

/** Some proxies drop the body of a DELETE, so that there are two ways. */
function removal(row: 'DELETE /userclaims' | 'POST /userclaims/remove'): Route {
  const isDelete = row.startsWith('DELETE');
  return route({
    method: isDelete ? 'DELETE' : 'POST',
    path: isDelete ? '/userclaims' : '/userclaims/remove',
    summary: isDelete ? 'Take a role away from people' : 'Take a role away, where the body of a DELETE does not arrive',
    audience: 'provision',
    params: nothing,
    query: nothing,
    body: claim,
    batch: ({ staffUniqueIds }) => staffUniqueIds?.length ?? 0,
    answers: processed,
    handle: async ({ services, scope, body }) => ({
      status: 200,
      body: viewOutcome(await services.userClaims.remove(scope, requestOf(body))),
    }),
  });
}

function requestOf({ claimValue, staffUniqueIds }: z.infer<typeof claim>) {
  return { claimValue, staffUniqueIds: staffUniqueIds ?? [] };
}

function viewOutcome({ results, notProcessed }: ClaimOutcome) {
  return { resultMessage: `Processed ${results.length} records`, userResults: results, notProcessed };
}
