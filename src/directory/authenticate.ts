import { nowInstant } from '../clock.js';
import type { Office } from '../store/office-store.js';
import { readPlatform } from '../store/platform-tables.js';
import { findToken, type Token } from '../store/token-store.js';
import type { DirectoryContext } from './context.js';
import { isSecret, readSecret } from './secrets.js';

/** A token that is valid now, and what its person administers, if it has one. */
export interface AuthenticatedToken extends Token {
  readonly office: Office;
}

/**
 * The token of which this is the secret, if it is valid now: known, not revoked, not expired, with a unit left if it is for
 * units, its client active, its person active and not locked. Throws 503 when the database cannot say.
 */
export async function authenticateToken(
  context: DirectoryContext,
  text: string,
): Promise<AuthenticatedToken | undefined> {
  const given = readSecret(text);
  if (given === undefined) return undefined;
  const { publicId, secret } = given;
  const standing = await context.tokenCache.get(publicId, () => findToken(readPlatform(context.database), publicId));
  if (standing === undefined || !isSecretOf(standing.token, secret)) return undefined;
  const { token } = standing;
  const alive = token.revokedAt === undefined && token.expiresAt > nowInstant();
  const reaches = token.kind !== 'unit' || token.units.length > 0;
  if (!alive || !reaches || !standing.clientActive || !standing.userActive) return undefined;
  context.lastUse.note(token.id);
  return { ...token, office: standing.office };
}

/** After a rotation the secret before it stays in force for a while. */
function isSecretOf({ secretHash, previous }: Token, secret: string): boolean {
  if (isSecret(secret, secretHash)) return true;
  return previous !== undefined && previous.until > nowInstant() && isSecret(secret, previous.secretHash);
}
