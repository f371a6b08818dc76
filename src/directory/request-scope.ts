import { insufficientScope } from '../errors.js';
import type { Actor } from '../store/change-log.js';
import type { TenantScope } from '../store/scope.js';
import type { TokenAccess, TokenDialect, TokenKind } from '../store/token-store.js';

/** On whose behalf a request runs, and what it may reach: made once, from the token, and handed down. */
export interface RequestScope extends TenantScope {
  readonly kind: TokenKind;
  readonly access: TokenAccess;
  readonly dialect: TokenDialect;
  readonly actor: Actor;
  /** The person of a personal token. */
  readonly userId: string | undefined;
}

const ranks: Readonly<Record<TokenAccess, number>> = { read: 0, provision: 1, admin: 2 };

/** Throws 403 `insufficient_scope` unless the token has at least this access. A personal token has none of them. */
export function requireAccess(scope: Pick<RequestScope, 'kind' | 'access'>, access: TokenAccess): void {
  if (scope.kind === 'user') throw insufficientScope('a personal token reaches its own person only');
  if (ranks[scope.access] < ranks[access]) throw insufficientScope(`this needs a token with access ${access}`);
}

/** What the service does by itself for a whole client, such as at the command line. */
export function serviceScope(clientId: string, actor: Actor): RequestScope {
  return { clientId, units: undefined, kind: 'platform', access: 'admin', dialect: 'strict', actor, userId: undefined };
}

/** What becomes of attributes that no schema knows, in the bodies of this token. */
export function unknownAttributes(scope: Pick<RequestScope, 'dialect'>): 'ignore' | 'refuse' {
  return scope.dialect === 'strict' ? 'refuse' : 'ignore';
}
