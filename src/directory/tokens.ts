import { instantOf, nowInstant, nowMs } from '../clock.js';
import { invalidValue, notFound } from '../errors.js';
import { appendChange, type Actor } from '../store/change-log.js';
import { readTables, TenantTables } from '../store/tenant-tables.js';
import {
  insertToken,
  listTokens,
  revokeToken,
  type Token,
  type TokenAccess,
  type TokenDialect,
  type TokenKind,
} from '../store/token-store.js';
import { isActiveUser } from '../store/user-store.js';
import type { DirectoryContext } from './context.js';
import { isIdentifier, newIdentifier } from './identifiers.js';
import { mintSecret } from './secrets.js';
import type { Units } from './units.js';
import { serviceScope } from './request-scope.js';

const dayMs = 86_400_000;
const defaultDays = 365;
const mostDays = 730;

/** What a new token is to be. Without a client it is an operator's; with units, or a person, it reaches those alone. */
export interface TokenRequest {
  readonly clientId: string | undefined;
  /** Names or ids. */
  readonly units: readonly string[];
  readonly userId: string | undefined;
  readonly access: TokenAccess;
  readonly dialect: TokenDialect;
  readonly description: string | undefined;
  /** Days until it expires: 1 to 730; a year when undefined. */
  readonly days: number | undefined;
}

/** A token that was minted now. `text` is the secret; it is never seen again. */
export interface MintedToken {
  readonly token: Token;
  readonly text: string;
}

/** The bearer tokens: minted, listed and revoked. */
export class Tokens {
  readonly #context: DirectoryContext;
  readonly #units: Units;

  constructor(context: DirectoryContext, units: Units) {
    this.#context = context;
    this.#units = units;
  }

  /** Mints a token. Throws 404 for a unit that the client does not have, `invalidValue` for what cannot be. */
  async create(actor: Actor, request: TokenRequest): Promise<MintedToken> {
    const { text, publicId, secretHash } = mintSecret();
    const token: Token = {
      id: newIdentifier(),
      publicId,
      kind: kindOf(request),
      access: request.access,
      dialect: request.dialect,
      clientId: request.clientId,
      userId: request.userId,
      description: request.description,
      secretHash,
      createdAt: nowInstant(),
      expiresAt: instantOf(nowMs() + daysOf(request) * dayMs),
      revokedAt: undefined,
      revokedReason: undefined,
      units: await this.#unitIds(actor, request),
    };
    await this.#requirePerson(request);
    await this.#context.database.transaction(async (connection) => {
      await insertToken(connection, token);
      const tables = this.#tablesOf(token.clientId, connection);
      if (tables === undefined) return;
      await appendChange(tables, actor, { action: 'mint', resourceType: 'Token', resourceId: token.id });
    });
    return { token, text };
  }

  /** The tokens of a client, or the operators' when `clientId` is undefined. */
  list(clientId: string | undefined): Promise<readonly Token[]> {
    return listTokens(this.#context.database.reader, clientId);
  }

  /** Revokes a token; it is refused from the next request on. Throws 404 when the client has no such valid token. */
  async revoke(actor: Actor, clientId: string | undefined, id: string): Promise<void> {
    if (!isIdentifier(id)) throw notFound('token');
    await this.#context.database.transaction(async (connection) => {
      const revocation = { clientId, id, at: nowInstant(), reason: 'revoked' };
      if (!(await revokeToken(connection, revocation))) throw notFound('token');
      const tables = this.#tablesOf(clientId, connection);
      if (tables === undefined) return;
      await appendChange(tables, actor, { action: 'revoke', resourceType: 'Token', resourceId: id });
    });
    this.#context.tokenCache.clear();
  }

  /** An operator's token belongs to no client, so no client's log tells of it. */
  #tablesOf(clientId: string | undefined, connection: ConstructorParameters<typeof TenantTables>[2]) {
    if (clientId === undefined) return undefined;
    return new TenantTables({ clientId, units: undefined }, this.#context.database.dialect, connection);
  }

  async #unitIds(actor: Actor, request: TokenRequest): Promise<string[]> {
    const { clientId } = request;
    if (clientId === undefined) return [];
    const units = await Promise.all(request.units.map((unit) => this.#units.find(serviceScope(clientId, actor), unit)));
    return [...new Set(units.map((unit) => unit.id))];
  }

  async #requirePerson({ clientId, userId }: TokenRequest): Promise<void> {
    if (userId === undefined || clientId === undefined) return;
    const tables = readTables(this.#context.database, { clientId, units: undefined });
    if (!isIdentifier(userId) || !(await isActiveUser(tables, userId))) throw notFound('user');
  }
}

function kindOf(request: TokenRequest): TokenKind {
  if (request.clientId === undefined) {
    if (request.units.length > 0 || request.userId !== undefined)
      throw invalidValue('units and users belong to a client');
    return 'platform';
  }
  if (request.userId === undefined) return request.units.length > 0 ? 'unit' : 'client';
  if (request.units.length > 0) throw invalidValue('a token is for units or for a person, not for both');
  return 'user';
}

function daysOf({ days = defaultDays }: TokenRequest): number {
  if (!Number.isInteger(days) || days < 1 || days > mostDays) {
    throw invalidValue(`a token lasts from 1 to ${mostDays} days`);
  }
  return days;
}
