import { z } from 'zod';

/** Nothing is taken from here. */
export const nothing = z.strictObject({});

/** A text that a database can keep: PostgreSQL knows no NUL, and neither knows half a surrogate pair. */
export const plainText = z.string().regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not hold control characters');

/** What an id may be the id of. */
export type IdOf = 'client' | 'unit' | 'user' | 'group' | 'token' | 'target' | 'service' | 'invitation';

/**
 * An id that a request carries, in its path, query or body. What is no id of anything is answered as one that is unknown.
 * The mark tells the description, and the tests of isolation, whose id stands here.
 */
export function idOf(what: IdOf) {
  return plainText.describe(`The id of a ${what}`).meta({ 'x-id-of': what });
}

/** The path of one thing. */
export function idParams(what: IdOf) {
  return z.strictObject({ id: idOf(what) });
}

/** The path of what belongs to a client that it names; what is no UUID is 400. */
export const clientInPath = z.guid('must be a UUID').describe('The id of a client').meta({ 'x-id-of': 'client' });

/** A switch in a query. */
export const flag = z.enum(['true', 'false']).optional();

/** An instant in an answer: ISO 8601 UTC with milliseconds. */
export const instant = z.iso.datetime({ precision: 3 });

/** An instant in a request: ISO 8601 with an offset, such as `2027-01-31T12:00:00Z`. */
export const givenInstant = z.iso.datetime({ offset: true, error: 'must be an ISO 8601 instant with an offset' });

/** The name of a client or a unit in a request. */
export const givenName = plainText.max(1_000).describe('At most 200 characters');

/** An error of the companion API (RFC 9457). */
export const problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    requestId: z.uuid(),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457)' });

export const clientView = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    active: z.boolean(),
    createdAt: instant,
    maxUsers: z.int().nullable().describe('How many active people it may have; null for no limit'),
    defaultRolesByUserType: z
      .record(z.string(), z.array(z.string()))
      .describe('The roles that people of a userType begin with'),
    invitationTtlDays: z.int().describe('How many days an invitation is open for, unless it says otherwise'),
  })
  .meta({ id: 'Client', description: 'A customer' });

export const createdClientView = clientView
  .extend({ admin: z.strictObject({ userId: z.uuid(), groupId: z.uuid() }).nullable() })
  .meta({ id: 'CreatedClient', description: 'A customer, and its first administrator if one was named' });

export const unitView = z
  .strictObject({ id: z.uuid(), name: z.string(), createdAt: instant })
  .meta({ id: 'Unit', description: 'A part of a client' });

export const usagesView = z
  .strictObject({
    collaborations: z.int(),
    groups: z.int(),
    users: z.int(),
    invitations: z.int(),
    tokens: z.int(),
  })
  .meta({ id: 'UnitUsages', description: 'How much depends on a unit' });

const access = z.enum(['read', 'provision', 'admin']).meta({
  id: 'Access',
  description:
    'What a token may do: read, also provision people and groups, also administer. Each holds what stands before it',
});

export const tokenAccess = access;
export const tokenDialect = z.enum(['tolerant', 'strict']);
export const tokenKind = z.enum(['platform', 'client', 'unit', 'user']);

export const tokenView = z
  .strictObject({
    id: z.uuid(),
    prefix: z.string().describe('How the token begins'),
    kind: tokenKind,
    access,
    dialect: tokenDialect,
    description: z.string().nullable(),
    units: z.array(z.string()).describe('Names'),
    userId: z.uuid().nullable(),
    createdAt: instant,
    expiresAt: instant,
    lastUsedAt: instant.nullable().describe('At most a minute off'),
    previousSecretUntil: instant.nullable().describe('Until when the secret before the last rotation is in force'),
    revokedAt: instant.nullable(),
    revokedReason: z.string().nullable(),
  })
  .meta({ id: 'Token', description: 'A bearer token, without its secret' });

export const mintedTokenView = tokenView
  .extend({ token: z.string().describe('The token itself: shown this once and kept nowhere') })
  .meta({ id: 'MintedToken', description: 'A bearer token with the secret that was made now' });

export const userView = z
  .strictObject({
    id: z.uuid(),
    clientId: z.uuid(),
    userName: z.string(),
    active: z.boolean(),
    accountStatus: z.enum(['PENDING', 'ACTIVE', 'LOCKED']),
    status: z.enum(['PENDING', 'ACTIVE', 'LOCKED', 'INACTIVE']),
    isAdmin: z.boolean(),
    createdAt: instant,
    lastModified: instant,
    deletedAt: instant.nullable(),
  })
  .meta({ id: 'User', description: 'A person, deleted ones included where they were asked for' });
