import { z } from 'zod';

/** Nothing is taken from here. */
export const nothing = z.strictObject({});

/** An id in a path; anything else that stands there is the id of nothing. */
export const idParams = z.strictObject({ id: z.string().describe('the id') });

/** A switch in a query. */
export const flag = z.enum(['true', 'false']).optional();

/** An error of the companion API (RFC 9457). */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    requestId: z.string(),
  })
  .describe('Problem details');

export const clientView = z
  .object({ id: z.uuid(), name: z.string(), active: z.boolean(), createdAt: z.iso.datetime() })
  .describe('A customer');

export const userView = z
  .object({
    id: z.uuid(),
    clientId: z.uuid(),
    userName: z.string(),
    active: z.boolean(),
    createdAt: z.iso.datetime(),
    lastModified: z.iso.datetime(),
    deletedAt: z.iso.datetime().nullable(),
  })
  .describe('A person, deleted ones included where they were asked for');
