import { z } from 'zod';

/** Nothing is taken from here. */
export const nothing = z.strictObject({});

/** What an id may be the id of. */
export type IdOf = 'client' | 'unit' | 'user' | 'group' | 'token' | 'change';

/**
 * An id that a request carries, in its path, query or body. What is no id of anything is answered as one that is unknown.
 * The mark tells the description, and the tests of isolation, whose id stands here.
 */
export function idOf(what: IdOf) {
  return z.string().max(200).describe(`The id of a ${what}`).meta({ 'x-id-of': what });
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
export const givenName = z.string().max(1_000).describe('At most 200 characters');

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
  .strictObject({ id: z.uuid(), name: z.string(), active: z.boolean(), createdAt: instant })
  .meta({ id: 'Client', description: 'A customer' });

export const userView = z
  .strictObject({
    id: z.uuid(),
    clientId: z.uuid(),
    userName: z.string(),
    active: z.boolean(),
    createdAt: instant,
    lastModified: instant,
    deletedAt: instant.nullable(),
  })
  .meta({ id: 'User', description: 'A person, deleted ones included where they were asked for' });
