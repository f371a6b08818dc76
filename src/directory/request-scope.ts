import { insufficientScope } from '../errors.js';
import type { Actor } from '../store/trail/change-log.js';
import type { TenantScope } from '../store/tenant/scope.js';
import type { TokenAccess, TokenDialect, TokenKind } from '../store/tenant/token-store.js';

/** What a caller may do: to its own person alone, or in the client. Each allows what stands before it. */
export type ScopeAccess = 'self' | TokenAccess;

/** On whose behalf a request runs, and what it may reach: made once, from the token, and handed down. */
export interface RequestScope extends TenantScope {
  readonly kind: TokenKind;
  readonly access: ScopeAccess;
  readonly dialect: TokenDialect;
  readonly actor: Actor;
  /** The person of a personal token. */
  readonly userId: string | undefined;
  /** Whether a personal token was minted to read: then its person's own record is not written with it either. */
  readonly readsAlone?: boolean;
  /** Whether an operator insists on what would leave a client without an administrator. */
  readonly force?: boolean;
  /** Whether the caller said that many people are meant to leave at once. */
  readonly confirmsLeavers?: boolean;
}

/** Who calls, and the client that the call acts on: none for an operator who does something of the platform's own. */
export type Caller = Omit<RequestScope, 'clientId'> & { readonly clientId: string | undefined };

const ranks: Readonly<Record<ScopeAccess, number>> = { self: 0, read: 1, provision: 2, admin: 3 };

/** Whether the scope has at least this access. */
export function hasAccess(scope: Pick<RequestScope, 'access'>, access: ScopeAccess): boolean {
  return ranks[scope.access] >= ranks[access];
}

/** Throws 403 `insufficient_scope` unless the scope has at least this access. */
export function requireAccess(scope: Pick<RequestScope, 'access'>, access: ScopeAccess): void {
  if (!hasAccess(scope, access)) throw insufficientScope(`this needs a token with access ${access}`);
}

/** As `requireAccess`, for what is done to one user: a person may do it to themselves, and write it unless the token only reads. */
export function requireAccessTo(
  scope: Pick<RequestScope, 'access' | 'userId' | 'readsAlone'>,
  id: string,
  access: ScopeAccess,
): void {
  if (scope.userId !== id) requireAccess(scope, access);
  else if (ranks[access] > ranks.read) requireOwnWrites(scope);
}

/** Throws 403 where a personal token was minted to read, for what people do on their own behalf. */
export function requireOwnWrites({ readsAlone }: Pick<RequestScope, 'readsAlone'>): void {
  if (readsAlone === true) throw insufficientScope('the token was minted to read');
}

/** The scope in which a person acts on one user: those who manage units are to themselves what everybody is. */
export function scopeTo(scope: RequestScope, id: string): RequestScope {
  const isOwn = scope.userId === id && scope.units !== undefined;
  return isOwn ? { ...scope, units: undefined, access: 'self' } : scope;
}

/** What the service does by itself for a whole client, such as at the command line. */
export function serviceScope(clientId: string, actor: Actor): RequestScope {
  return { clientId, units: undefined, kind: 'platform', access: 'admin', dialect: 'strict', actor, userId: undefined };
}

/** An operator at the command line who acts on no client. */
export function operatorCaller(actor: Actor): Caller {
  return { ...serviceScope('', actor), clientId: undefined };
}

/** What becomes of attributes that no schema knows, in the bodies of this token. */
export function unknownAttributes(scope: Pick<RequestScope, 'dialect'>): 'ignore' | 'refuse' {
  return scope.dialect === 'strict' ? 'refuse' : 'ignore';
}
