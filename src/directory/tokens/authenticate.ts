import { nowInstant } from '../../clock.js';
import { unitsEnded } from '../../errors.js';
import type { Office } from '../../store/tenant/office-store.js';
import { readPlatform } from '../../store/tenant/platform-tables.js';
import { findToken, unitEnded, type Token, type TokenStanding } from '../../store/tenant/token-store.js';
import type { DirectoryContext } from '../context.js';
import { isSecret, readSecret } from './secrets.js';

/** A token that is valid now, and what its person administers, if it has one. */
export interface AuthenticatedToken extends Token {
  readonly office: Office;
  /** When the token, or the secret that was given, ends. */
  readonly validUntil: string;
  /** What was remembered or read of the token. */
  readonly standing: TokenStanding;
}

/**
 * The token of which this is the secret, if it is valid now: known, not revoked, not expired, with a unit left if it is for
 * units, its client active, its person active and not locked. Throws 401 that says so when its units have ended, and 503 when the
 * database cannot say.
 */
export async function authenticateToken(
  context: DirectoryContext,
  text: string,
): Promise<AuthenticatedToken | undefined> {
  const given = readSecret(text);
  if (given === undefined) return undefined;
  const { publicId, secret } = given;
  const standing = await context.tokenCache.get(publicId, () => findToken(readPlatform(context.database), publicId));
  if (standing === undefined) return undefined;
  const { token, office } = standing;
  const validUntil = endOfSecret(token, secret);
  // Whoever holds the secret may know why: it is the last thing that a unit manager hears.
  if (validUntil !== undefined && token.revokedReason === unitEnded && standing.clientActive) throw unitsEnded();
  if (validUntil === undefined || validUntil <= nowInstant() || token.revokedAt !== undefined) return undefined;
  const reaches = token.kind !== 'unit' || token.units.length > 0;
  if (!reaches || !standing.clientActive || !standing.userActive) return undefined;
  context.lastUse.note(token.id);
  return { ...token, office, validUntil, standing };
}

/** Whether a token that was authenticated would be so again now, with the same credentials, and without asking anybody. */
export function isStillValid({ tokenCache, lastUse }: DirectoryContext, token: AuthenticatedToken): boolean {
  if (!tokenCache.isCurrent(token.standing) || token.validUntil <= nowInstant()) return false;
  lastUse.note(token.id);
  return true;
}

/** When a secret of the token ends; undefined when it is none of its. After a rotation the secret before it stays for a while. */
function endOfSecret({ secretHash, previous, expiresAt }: Token, secret: string): string | undefined {
  if (isSecret(secret, secretHash)) return expiresAt;
  if (previous === undefined || !isSecret(secret, previous.secretHash)) return undefined;
  return previous.until < expiresAt ? previous.until : expiresAt;
}
