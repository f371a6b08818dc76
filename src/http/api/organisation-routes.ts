import { z } from 'zod';
import { collaborationView } from './collaboration-schemas.js';
import { route, type Route } from './route.js';
import { nothing, plainText } from './schemas.js';

const names = z
  .array(plainText.max(1_000))
  .max(20)
  .optional()
  .describe('Names in any letter case; repeated, all must be met');

/** The client as those who run its collaborations see it. */
export const organisationRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/organisation',
    summary: 'The client with its units and collaborations, as far as the token reaches',
    audience: 'read',
    params: nothing,
    query: z.strictObject({ units: names, labels: names, services: names }),
    answers: {
      200: {
        description: 'the client; `collaborationsCount` is the number of the collaborations shown',
        schema: z.strictObject({
          id: z.uuid(),
          name: z.string(),
          units: z.array(z.string()),
          collaborationsCount: z.int(),
          collaborations: z.array(collaborationView),
        }),
      },
    },
    handle: async ({ services, scope, query }) => {
      const { units = [], labels = [], services: connected = [] } = query;
      return { status: 200, body: await services.organisation.read(scope, { units, labels, services: connected }) };
    },
  }),
];
