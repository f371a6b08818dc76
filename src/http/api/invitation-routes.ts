import { z } from 'zod';
import { memberRole, personNamed, storedInstant } from './collaboration-schemas.js';
import { route, type Route } from './route.js';
import { idOf, idParams, instant, nothing, plainText } from './schemas.js';

const invitation = {
  id: z.uuid(),
  collaborationId: z.uuid(),
  email: z.string(),
  intendedRole: memberRole,
  groups: z.array(z.uuid()),
  status: z.enum(['open', 'accepted', 'declined', 'expired']),
  createdAt: instant,
  expiresAt: instant,
  membershipExpiresAt: instant.nullable(),
  user: z.strictObject({ id: z.uuid(), userName: z.string(), active: z.boolean() }).nullable(),
};
const invitationView = z.strictObject(invitation).meta({
  id: 'Invitation',
  description: 'An invitation; `user` is who accepted it, where the token reaches that person',
});
const invitationWithCode = z
  .strictObject({ ...invitation, code: z.string() })
  .meta({ id: 'InvitationWithCode', description: 'An invitation with its code, which is shown this once' });

const terms = {
  intendedRole: memberRole.optional(),
  groups: z.array(idOf('group')).max(100).optional().describe('By id or short name'),
  expiresAt: storedInstant.optional(),
  membershipExpiresAt: storedInstant.nullable().optional(),
};
const code = plainText.min(1).max(200);

const answered = { 200: { description: 'the invitation', schema: invitationView } };
const tooLate = { 409: { description: 'it was answered before, or its time has passed' } };

const ofCollaboration: readonly Route[] = [
  route({
    method: 'PUT',
    path: '/collaborations/{id}/invitations',
    summary: 'Invite people into a collaboration, all of them or none',
    description:
      'Each code is shown this once: it is for the invited person alone. An address that nobody of the client has becomes a ' +
      'person whose account is PENDING until the invitation is accepted.',
    audience: 'provision',
    params: idParams('group'),
    query: nothing,
    body: z.strictObject({ invites: z.array(plainText.max(1_000)).min(1).max(500), ...terms }),
    batch: ({ invites }) => invites.length,
    answers: {
      201: { description: 'the invitations, in the order of the addresses', schema: z.array(invitationWithCode) },
      409: { description: 'an address has an open invitation already' },
    },
    handle: async ({ services, scope, params, body }) => ({
      status: 201,
      body: await services.invitations.create(scope, params.id, body),
    }),
  }),
  route({
    method: 'GET',
    path: '/collaborations/{id}/invitations',
    summary: 'List the open invitations of a collaboration',
    audience: 'read',
    params: idParams('group'),
    query: nothing,
    answers: { 200: { description: 'the open ones, oldest first', schema: z.array(invitationView) } },
    handle: async ({ services, scope, params }) => ({
      status: 200,
      body: await services.invitations.list(scope, params.id),
    }),
  }),
];

const ofOne: readonly Route[] = [
  route({
    method: 'GET',
    path: '/invitations/{id}',
    summary: 'Read an invitation',
    audience: 'read',
    params: idParams('invitation'),
    query: nothing,
    answers: answered,
    handle: async ({ services, scope, params }) => ({
      status: 200,
      body: await services.invitations.read(scope, params.id),
    }),
  }),
  route({
    method: 'PATCH',
    path: '/invitations/{id}',
    summary: 'Change what is named of an invitation; groups are replaced',
    audience: 'provision',
    params: idParams('invitation'),
    query: nothing,
    body: z.strictObject(terms),
    answers: { ...answered, ...tooLate },
    handle: async ({ services, scope, params, body }) => ({
      status: 200,
      body: await services.invitations.update(scope, params.id, body),
    }),
  }),
  route({
    method: 'POST',
    path: '/invitations/{id}/resend',
    summary: 'Give an invitation a new code and at least two weeks; the old code is void',
    audience: 'provision',
    params: idParams('invitation'),
    query: nothing,
    answers: { 200: { description: 'the invitation', schema: invitationWithCode }, ...tooLate },
    handle: async ({ services, scope, params }) => ({
      status: 200,
      body: await services.invitations.resend(scope, params.id),
    }),
  }),
  route({
    method: 'DELETE',
    path: '/invitations/{id}',
    summary: 'Delete an invitation',
    audience: 'provision',
    params: idParams('invitation'),
    query: nothing,
    answers: { 204: { description: 'it is gone' } },
    handle: async ({ services, scope, params }) => {
      await services.invitations.remove(scope, params.id);
      return { status: 204 };
    },
  }),
];

const answers: readonly Route[] = [
  route({
    method: 'POST',
    path: '/invitations/accept',
    summary: 'Accept an invitation by its code',
    description:
      'With a personal token the person of the token accepts. With a token that may provision the client it is whom `userId` or ' +
      '`userName` names, or else whoever has the address; nobody has it, and a person of that userName is made.',
    audience: 'self',
    params: nothing,
    query: nothing,
    body: z.strictObject({ code, ...personNamed }),
    answers: { ...answered, ...tooLate },
    handle: async ({ services, scope, body }) => ({
      status: 200,
      body: await services.invitationAnswers.accept(scope, body),
    }),
  }),
  route({
    method: 'POST',
    path: '/invitations/decline',
    summary: 'Decline an invitation by its code',
    audience: 'self',
    params: nothing,
    query: nothing,
    body: z.strictObject({ code }),
    answers: { ...answered, ...tooLate },
    handle: async ({ services, scope, body }) => ({
      status: 200,
      body: await services.invitationAnswers.decline(scope, body.code),
    }),
  }),
];

/** Invitations into collaborations. */
export const invitationRoutes: readonly Route[] = [...ofCollaboration, ...ofOne, ...answers];
