import { z } from 'zod';
import type { AuditQuery } from '../../directory/audit/audit.js';
import { headText } from '../../store/trail/change-chain.js';
import { changeActions, changedTypes } from '../../store/trail/change-log.js';
import { route, type Route } from './route.js';
import { givenInstant, idOf, instant, nothing, plainText } from './schemas.js';

const change = z.strictObject({ before: z.unknown().optional(), after: z.unknown().optional() });

const changeView = z
  .strictObject({
    id: z.string().describe('Its place in the log'),
    at: instant,
    actor: z.strictObject({
      kind: z.enum(['token', 'operator', 'service']),
      id: z.string().describe('The id of the token, or the name of the account that acts at the command line'),
      description: z.string().nullable().describe('What the token is for'),
    }),
    requestId: z.string().describe('As in the header `X-Request-Id` of the answer'),
    action: z.enum(changeActions),
    targetType: z.enum(changedTypes),
    targetId: z.uuid(),
    version: z.int().nullable(),
    attributes: z.array(z.string()).describe('The attributes that changed'),
    changes: z.record(z.string(), change).describe('The values before and after, by attribute; never a secret'),
    members: z.strictObject({ added: z.array(z.string()), removed: z.array(z.string()) }),
  })
  .meta({ id: 'Change', description: 'An entry of the change log' });

const auditQuery = z.strictObject({
  targetId: idOf('target').optional(),
  actor: plainText.optional().describe('The id of the token, or the name of the account, that acted'),
  action: z.enum(changeActions).optional(),
  from: givenInstant.optional(),
  to: givenInstant.optional().describe('Before this instant'),
  order: z.enum(['ascending', 'descending']).default('descending').describe('By time'),
  count: z.coerce.number().int().min(1).max(1_000).default(100),
  cursor: plainText.optional().describe('`next` of the page before; the other parameters must stay what they were'),
});

/** Who did what, to what, when. */
export const auditRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/audit',
    summary: 'Read the change log',
    description:
      'Page by page, or with `Accept: application/x-ndjson` whole, as a line for each entry. A token for units sees what is ' +
      "in its units and nothing else. An operator who names no client reads the operators' own log: who minted, rotated and " +
      'revoked which of their tokens.',
    audience: 'admin',
    tenant: 'optional',
    params: nothing,
    query: auditQuery,
    answers: {
      200: {
        description: 'a page of the log, and the cursor of the next',
        schema: z.strictObject({ entries: z.array(changeView), next: z.string().nullable() }),
        lines: changeView,
      },
    },
    handle: async ({ services, scope, query, prefersLines }) => {
      const selection = selectionOf(query);
      if (prefersLines) return { status: 200, lines: services.audit.export(scope, selection) };
      const { entries, next } = await services.audit.list(scope, selection, {
        cursor: query.cursor,
        count: query.count,
      });
      return { status: 200, body: { entries, next: next ?? null } };
    },
  }),
  route({
    method: 'GET',
    path: '/audit/head',
    summary: 'Read where the change log ends',
    description:
      'Kept elsewhere, it shows later that nothing up to here was rewritten or cut off: `muster audit verify --head <head>`. ' +
      "A token for units does not see it. An operator who names no client reads that of the operators' own log.",
    audience: 'admin',
    tenant: 'optional',
    params: nothing,
    query: nothing,
    answers: {
      200: {
        description: 'the place of the last entry, its hash, and both as the command line takes them',
        schema: z.strictObject({
          position: z.int(),
          hash: z.string().describe('SHA-256 in hex'),
          head: z.string().describe('`<position>:<hash>`'),
        }),
      },
    },
    handle: async ({ services, scope }) => {
      const head = await services.audit.head(scope);
      return { status: 200, body: { ...head, head: headText(head) } };
    },
  }),
];

function selectionOf({ targetId, actor, action, from, to, order }: z.infer<typeof auditQuery>): AuditQuery {
  return { targetId, actor, action, from, to, newestFirst: order === 'descending' };
}
