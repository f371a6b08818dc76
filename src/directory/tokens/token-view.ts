import { nowInstant } from '../../clock.js';
import { readTables } from '../../store/tenant/tenant-tables.js';
import type { Token, TokenAccess, TokenDialect, TokenKind } from '../../store/tenant/token-store.js';
import { listUnits } from '../../store/tenant/unit-store.js';
import type { DirectoryContext } from '../context.js';
import type { Caller } from '../request-scope.js';

/** A token as it is shown: neither its secret nor a hash of one. Instants are ISO 8601 UTC. */
export interface TokenView {
  readonly id: string;
  /** How the token begins: enough to tell it from others, not enough to use it. */
  readonly prefix: string;
  readonly kind: TokenKind;
  readonly access: TokenAccess;
  readonly dialect: TokenDialect;
  readonly description: string | null;
  /** Names of units that have not ended. */
  readonly units: readonly string[];
  readonly userId: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
  /** Until when the secret before the last rotation is in force; null when it is not. */
  readonly previousSecretUntil: string | null;
  readonly revokedAt: string | null;
  readonly revokedReason: string | null;
}

/** The tokens as they are shown to a caller. */
export async function viewTokens(
  context: DirectoryContext,
  { clientId }: Caller,
  tokens: readonly Token[],
): Promise<readonly TokenView[]> {
  const needsNames = clientId !== undefined && tokens.some(({ units }) => units.length > 0);
  const units = needsNames ? await listUnits(readTables(context.database, { clientId, units: undefined })) : [];
  const names = new Map(units.map(({ id, name }) => [id, name]));
  return tokens.map((token) => viewToken(token, names, context.lastUse.of(token.id, token.lastUsedAt)));
}

function viewToken(token: Token, names: ReadonlyMap<string, string>, lastUsedAt: string | undefined): TokenView {
  const { previous } = token;
  return {
    id: token.id,
    prefix: `muster_${token.publicId}`,
    kind: token.kind,
    access: token.access,
    dialect: token.dialect,
    description: token.description ?? null,
    units: token.units.flatMap((id) => names.get(id) ?? []).toSorted(),
    userId: token.userId ?? null,
    createdAt: token.createdAt,
    expiresAt: token.expiresAt,
    lastUsedAt: lastUsedAt ?? null,
    previousSecretUntil: previous !== undefined && previous.until > nowInstant() ? previous.until : null,
    revokedAt: token.revokedAt ?? null,
    revokedReason: token.revokedReason ?? null,
  };
}
