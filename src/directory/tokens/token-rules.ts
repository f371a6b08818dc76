import { instantOf, nowInstant, nowMs } from '../../clock.js';
import { insufficientScope, invalidValue } from '../../errors.js';
import type { TokenAccess, TokenKind } from '../../store/tenant/token-store.js';
import { hasAccess, type Caller } from '../request-scope.js';

const dayMs = 86_400_000;
const defaultDays = 365;
const mostDays = 730;

/** What a token reaches. */
export interface TokenReach {
  readonly kind: TokenKind;
  readonly access: TokenAccess;
  /** Ids. */
  readonly units: readonly string[];
}

/** Whether everything that the token reaches is in the caller's reach too. */
export function reaches(caller: Caller, token: Pick<TokenReach, 'kind' | 'units'>): boolean {
  const { units } = caller;
  if (units === undefined) return true;
  return token.kind === 'unit' && token.units.length > 0 && token.units.every((unit) => units.includes(unit));
}

/** Throws 403 for a token that would reach more, or may do more, than the caller. */
export function requireNotWider(caller: Caller, token: TokenReach): void {
  if (!reaches(caller, token)) throw insufficientScope('the token would reach more than yours does');
  if (!hasAccess(caller, token.access)) throw insufficientScope('the token would have more access than yours');
}

/** The kind of a token of this client, if any, for these units or this person. Throws `invalidValue` for what cannot be. */
export function kindOf(
  clientId: string | undefined,
  { units, userId }: { readonly units: readonly string[]; readonly userId: string | undefined },
): TokenKind {
  if (clientId === undefined) {
    if (units.length > 0 || userId !== undefined) throw invalidValue('units and users belong to a client');
    return 'platform';
  }
  if (userId === undefined) return units.length > 0 ? 'unit' : 'client';
  if (units.length > 0) throw invalidValue('a token is for units or for a person, not for both');
  return 'user';
}

/** The instant at which a new token expires: a year from now unless given. Throws `invalidValue` for one that is past or too far. */
export function expiryOf(given: string | undefined): string {
  if (given === undefined) return daysFromNow(defaultDays);
  const ms = Date.parse(given);
  if (Number.isNaN(ms)) throw invalidValue('expiresAt is not an instant');
  const expiresAt = instantOf(ms);
  if (expiresAt <= nowInstant()) throw invalidValue('expiresAt has passed');
  if (expiresAt > daysFromNow(mostDays)) throw invalidValue(`a token lasts at most ${mostDays} days`);
  return expiresAt;
}

/** The instant in so many days, from 1 to 730. Throws `invalidValue`. */
export function expiryInDays(days: number): string {
  if (Number.isInteger(days) && days >= 1 && days <= mostDays) return daysFromNow(days);
  throw invalidValue(`a token lasts from 1 to ${mostDays} days`);
}

function daysFromNow(days: number): string {
  return instantOf(nowMs() + days * dayMs);
}
