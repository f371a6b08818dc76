import { noOffice, officeOf, type Office } from './office-store.js';
import type { PlatformTables } from './platform-tables.js';
import type { TenantTables } from './tenant-tables.js';

export type TokenKind = 'platform' | 'client' | 'unit' | 'user';
export type TokenAccess = 'read' | 'provision' | 'admin';
export type TokenDialect = 'tolerant' | 'strict';

/** Why a token was revoked whose last unit has ended. */
export const unitEnded = 'unit-ended';

/** A token as it is kept: the secret only as a SHA-256 hash. Instants are ISO 8601 UTC. */
export interface Token {
  readonly id: string;
  readonly publicId: string;
  readonly kind: TokenKind;
  readonly access: TokenAccess;
  readonly dialect: TokenDialect;
  /** Undefined for an operator's token. */
  readonly clientId: string | undefined;
  readonly userId: string | undefined;
  readonly description: string | undefined;
  readonly secretHash: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly revokedAt: string | undefined;
  readonly revokedReason: string | undefined;
  /** At most a minute before its last use; undefined when it was never used. */
  readonly lastUsedAt: string | undefined;
  /** The secret before the last rotation, as long as it is in force. */
  readonly previous: { readonly secretHash: string; readonly until: string } | undefined;
  /** Ids of the units that have not ended, for a token of kind `unit`. */
  readonly units: readonly string[];
}

/** What decides, besides the token itself, whether it is valid. */
export interface TokenStanding {
  readonly token: Token;
  readonly clientActive: boolean;
  /** Whether the person is there, active and not locked. */
  readonly userActive: boolean;
  /** What the person of a personal token administers. */
  readonly office: Office;
}

interface TokenRow {
  readonly id: string;
  readonly public_id: string;
  readonly kind: TokenKind;
  readonly access: TokenAccess;
  readonly dialect: TokenDialect;
  readonly client_id: string | null;
  readonly user_id: string | null;
  readonly description: string | null;
  readonly secret_hash: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly revoked_at: string | null;
  readonly revoked_reason: string | null;
  readonly last_used_at: string | null;
  readonly previous_secret_hash: string | null;
  readonly previous_until: string | null;
}

const columns =
  't.id, t.public_id, t.kind, t.access, t.dialect, t.client_id, t.user_id, t.description, t.secret_hash, t.created_at, t.expires_at, t.revoked_at, t.revoked_reason, t.last_used_at, t.previous_secret_hash, t.previous_until';

function readToken(row: TokenRow, units: readonly string[]): Token {
  return {
    id: row.id,
    publicId: row.public_id,
    kind: row.kind,
    access: row.access,
    dialect: row.dialect,
    clientId: row.client_id ?? undefined,
    userId: row.user_id ?? undefined,
    description: row.description ?? undefined,
    secretHash: row.secret_hash,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at ?? undefined,
    revokedReason: row.revoked_reason ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
    previous: readPrevious(row),
    units,
  };
}

function readPrevious({ previous_secret_hash: secretHash, previous_until: until }: TokenRow): Token['previous'] {
  return secretHash === null || until === null ? undefined : { secretHash, until };
}

/** Keeps a new token and its units. */
export async function insertToken(platform: PlatformTables, token: Token): Promise<void> {
  await platform.run(
    'insert into tokens (id, public_id, kind, access, dialect, client_id, user_id, description, secret_hash, created_at, expires_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    [
      token.id,
      token.publicId,
      token.kind,
      token.access,
      token.dialect,
      token.clientId ?? null,
      token.userId ?? null,
      token.description ?? null,
      token.secretHash,
      token.createdAt,
      token.expiresAt,
    ],
  );
  if (token.clientId === undefined) return;
  const tables = platform.tenant({ clientId: token.clientId, units: undefined });
  for (const unit of token.units) {
    await tables.run('insert into token_units (client_id, token_id, unit_id) values (:client, ?, ?)', [token.id, unit]);
  }
}

/** The token with this public id, whether its client and its person are active, and what the person administers. */
export async function findToken(platform: PlatformTables, publicId: string): Promise<TokenStanding | undefined> {
  const row = await platform.first<TokenRow & { client_active: number | null }>(
    `select ${columns}, c.active as client_active from tokens t left join clients c on c.id = t.client_id where t.public_id = ?`,
    [publicId],
  );
  if (row === undefined) return undefined;
  const clientActive = row.kind === 'platform' || row.client_active === 1;
  if (row.client_id === null) return { token: readToken(row, []), clientActive, userActive: true, office: noOffice };
  const tables = platform.tenant({ clientId: row.client_id, units: undefined });
  const units = row.kind === 'unit' ? await unitsOfTokens(tables, [row.id]) : new Map<string, string[]>();
  return { token: readToken(row, units.get(row.id) ?? []), clientActive, ...(await personOfRow(tables, row)) };
}

async function personOfRow(
  tables: TenantTables,
  { kind, user_id: userId }: TokenRow,
): Promise<Pick<TokenStanding, 'userActive' | 'office'>> {
  if (kind !== 'user') return { userActive: true, office: noOffice };
  if (userId === null) return { userActive: false, office: noOffice };
  const person = await tables.first(
    `select u.id from users u where u.client_id = :client and u.id = ? and u.active = 1 and u.deleted_at is null and u.account_status <> 'LOCKED'`,
    [userId],
  );
  return { userActive: person !== undefined, office: await officeOf(tables, userId) };
}

/** The tokens of a client, or the operators' when `clientId` is undefined, oldest first; the one with this id alone when it is given. */
export async function listTokens(
  platform: PlatformTables,
  clientId: string | undefined,
  id?: string,
): Promise<Token[]> {
  const owner = clientId === undefined ? 't.client_id is null' : 't.client_id = ?';
  const rows = await platform.all<TokenRow>(
    `select ${columns} from tokens t where ${owner}${id === undefined ? '' : ' and t.id = ?'} order by t.created_at, t.id`,
    [clientId, id].filter((binding) => binding !== undefined),
  );
  if (clientId === undefined) return rows.map((row) => readToken(row, []));
  const units = await unitsOfTokens(
    platform.tenant({ clientId, units: undefined }),
    rows.map((row) => row.id),
  );
  return rows.map((row) => readToken(row, units.get(row.id) ?? []));
}

/** What each of these tokens of the client is for, by id. */
export async function tokenDescriptions(
  tables: TenantTables,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await tables.all<{ id: string; description: string }>(
    `select t.id, t.description from tokens t where t.client_id = :client and t.description is not null and t.id ${tables.dialect.isListed}`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row.description]));
}

/** The same of all operators' tokens. */
export async function operatorTokenDescriptions(platform: PlatformTables): Promise<ReadonlyMap<string, string>> {
  const rows = await platform.all<{ id: string; description: string }>(
    'select t.id, t.description from tokens t where t.client_id is null and t.description is not null',
  );
  return new Map(rows.map((row) => [row.id, row.description]));
}

/**
 * Gives a token a new secret; the one it has stays in force until `previousUntil`, or ends when that is undefined. False when
 * the token has been revoked, or given another secret than the one that is known, since it was read.
 */
export async function rotateToken(
  platform: PlatformTables,
  { id, secretHash: known }: Pick<Token, 'id' | 'secretHash'>,
  rotation: { secretHash: string; previousUntil: string | undefined; expiresAt: string },
): Promise<boolean> {
  const { secretHash, previousUntil, expiresAt } = rotation;
  const changed = await platform.run(
    'update tokens set previous_secret_hash = case when ? = 1 then secret_hash else null end, previous_until = ?, secret_hash = ?, expires_at = ? where id = ? and secret_hash = ? and revoked_at is null',
    [previousUntil === undefined ? 0 : 1, previousUntil ?? null, secretHash, expiresAt, id, known],
  );
  return changed > 0;
}

/** Writes when a token was used, unless another process wrote something as new as `unlessSince`. */
export async function writeLastUse(
  platform: PlatformTables,
  use: { readonly id: string; readonly at: string; readonly unlessSince: string },
): Promise<void> {
  await platform.run('update tokens set last_used_at = ? where id = ? and (last_used_at is null or last_used_at < ?)', [
    use.at,
    use.id,
    use.unlessSince,
  ]);
}

/** Revokes a token; false when it was revoked before or is not one of the client's. */
export async function revokeToken(
  platform: PlatformTables,
  revocation: { clientId: string | undefined; id: string; at: string; reason: string },
): Promise<boolean> {
  const owner = revocation.clientId === undefined ? 'client_id is null' : 'client_id = ?';
  const changed = await platform.run(
    `update tokens set revoked_at = ?, revoked_reason = ? where ${owner} and id = ? and revoked_at is null`,
    [
      revocation.at,
      revocation.reason,
      ...(revocation.clientId === undefined ? [] : [revocation.clientId]),
      revocation.id,
    ],
  );
  return changed > 0;
}

/** Revokes the tokens of a person. */
export function revokeTokensOfUser(
  tables: TenantTables,
  revocation: { userId: string; at: string; reason: string },
): Promise<void> {
  return tables.post(
    'update tokens set revoked_at = ?, revoked_reason = ? where client_id = :client and user_id = ? and revoked_at is null',
    [revocation.at, revocation.reason, revocation.userId],
  );
}

/** Revokes the tokens that have no unit left once this one has ended, and returns their ids. None becomes wider. */
export async function revokeTokensOfUnit(
  tables: TenantTables,
  revocation: { unitId: string; at: string; reason: string },
): Promise<string[]> {
  const rows = await tables.all<{ id: string }>(
    `update tokens set revoked_at = ?, revoked_reason = ? where client_id = :client and kind = 'unit' and revoked_at is null
     and id in (select x.token_id from token_units x where x.client_id = :client and x.unit_id = ?)
     and not exists (select 1 from token_units y join units u on u.client_id = :client and u.id = y.unit_id and u.ended_at is null where y.client_id = :client and y.token_id = tokens.id)
     returning id`,
    [revocation.at, revocation.reason, revocation.unitId],
  );
  return rows.map((row) => row.id);
}

async function unitsOfTokens(
  tables: TenantTables,
  tokenIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const units = new Map<string, string[]>();
  if (tokenIds.length === 0) return units;
  const rows = await tables.all<{ token_id: string; unit_id: string }>(
    `select x.token_id, x.unit_id from token_units x join units u on u.client_id = :client and u.id = x.unit_id and u.ended_at is null where x.client_id = :client and x.token_id ${tables.dialect.isListed}`,
    [tokenIds],
  );
  for (const row of rows) units.set(row.token_id, [...(units.get(row.token_id) ?? []), row.unit_id]);
  return units;
}
