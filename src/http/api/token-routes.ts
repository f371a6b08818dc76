import { z } from 'zod';
import { longestOverlapSeconds, type MintedToken } from '../../directory/tokens/tokens.js';
import { invalidValue } from '../../errors.js';
import type { Caller } from '../../directory/request-scope.js';
import type { TokenAccess, TokenKind } from '../../store/tenant/token-store.js';
import { route, type Route } from './route.js';
import {
  givenInstant,
  idOf,
  idParams,
  mintedTokenView,
  nothing,
  plainText,
  tokenAccess,
  tokenDialect,
  tokenKind,
  tokenView,
} from './schemas.js';

const newToken = z.strictObject({
  description: plainText.max(500).optional(),
  kind: tokenKind.optional().describe("What the rest of the body says; an operator's own token must say `platform`"),
  units: z.array(idOf('unit')).min(1).max(100).optional().describe('Names or ids: it reaches these units alone'),
  user: idOf('user').optional().describe('It is a personal token of this user'),
  access: tokenAccess.optional().describe('`provision` unless given'),
  scopes: z.array(tokenAccess).min(1).optional().describe('In the place of `access`: the widest of them'),
  dialect: tokenDialect.optional().describe('How its SCIM requests are read; `tolerant` unless given'),
  expiresAt: givenInstant.optional().describe('At most two years ahead; a year unless given'),
});

const rotation = z
  .strictObject({
    overlapSeconds: z.int().min(0).max(longestOverlapSeconds).optional(),
    expiresAt: givenInstant.optional(),
  })
  .optional();

type NewToken = z.infer<typeof newToken>;

/** Bearer tokens. An operator who names no client handles the operators' own. */
export const tokenRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/tokens',
    summary: 'Mint a token; its secret is shown this once',
    description: 'It reaches the whole client, some units, or one person, and never more than the token that mints it.',
    audience: 'admin',
    tenant: 'optional',
    params: nothing,
    query: nothing,
    body: newToken,
    answers: { 201: { description: 'the token', schema: mintedTokenView } },
    handle: async ({ services, scope, body }) => {
      requireKind(scope, body);
      const minted = await services.tokens.create(scope, {
        units: body.units ?? [],
        userId: body.user,
        access: accessOf(body),
        dialect: body.dialect ?? 'tolerant',
        description: body.description,
        expiresAt: body.expiresAt,
      });
      return { status: 201, body: viewMinted(minted) };
    },
  }),
  route({
    method: 'GET',
    path: '/tokens',
    summary: 'List the tokens, valid or not; never a secret',
    audience: 'admin',
    tenant: 'optional',
    params: nothing,
    query: nothing,
    answers: {
      200: { description: 'the tokens, oldest first', schema: z.strictObject({ tokens: z.array(tokenView) }) },
    },
    handle: async ({ services, scope }) => ({ status: 200, body: { tokens: await services.tokens.list(scope) } }),
  }),
  route({
    method: 'GET',
    path: '/tokens/{id}',
    summary: 'Show a token, without its secret',
    audience: 'admin',
    tenant: 'optional',
    params: idParams('token'),
    query: nothing,
    answers: { 200: { description: 'the token', schema: tokenView } },
    handle: async ({ services, scope, params }) => ({
      status: 200,
      body: await services.tokens.find(scope, params.id),
    }),
  }),
  route({
    method: 'POST',
    path: '/tokens/{id}/rotate',
    summary: 'Give a token a new secret, which is shown this once',
    description:
      'The old secret stays in force for `overlapSeconds`: an hour unless given, at most a day, 0 ends it at once.',
    audience: 'admin',
    tenant: 'optional',
    params: idParams('token'),
    query: nothing,
    body: rotation,
    answers: {
      200: { description: 'the token', schema: mintedTokenView },
      409: { description: 'the token is valid no more' },
    },
    handle: async ({ services, scope, params, body }) => {
      const wish = { overlapSeconds: body?.overlapSeconds, expiresAt: body?.expiresAt };
      return { status: 200, body: viewMinted(await services.tokens.rotate(scope, params.id, wish)) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/tokens/{id}',
    summary: 'Revoke a token at once; it stays in the list',
    audience: 'admin',
    tenant: 'optional',
    params: idParams('token'),
    query: nothing,
    answers: { 204: { description: 'the token is revoked' } },
    handle: async ({ services, scope, params }) => {
      await services.tokens.revoke(scope, params.id);
      return { status: 204 };
    },
  }),
];

function viewMinted({ token, text }: MintedToken) {
  return { ...token, token: text };
}

/** An operator who forgets to name a client must not mint a token for all of them. */
function requireKind({ clientId }: Caller, { kind, units, user }: NewToken): void {
  if (clientId === undefined && kind === undefined) {
    throw invalidValue('name the client in X-Muster-Client, or say "kind": "platform"');
  }
  const meant = meantKind(clientId, units, user);
  if (kind !== undefined && kind !== meant) throw invalidValue(`kind: this would be a token of kind ${meant}`);
}

function meantKind(clientId: string | undefined, units: NewToken['units'], user: NewToken['user']): TokenKind {
  if (clientId === undefined) return 'platform';
  if (user !== undefined) return 'user';
  return units === undefined ? 'client' : 'unit';
}

function accessOf({ access, scopes }: NewToken): TokenAccess {
  if (access !== undefined && scopes !== undefined) throw invalidValue('give access or scopes, not both');
  return access ?? (['admin', 'provision', 'read'] as const).find((each) => scopes?.includes(each)) ?? 'provision';
}
