import { instantOf, nowInstant, nowMs } from '../../clock.js';
import { insufficientScope, invalidValue, notFound, RequestError } from '../../errors.js';
import { appendChange, type ChangeDetail, type ChangeEntry } from '../../store/trail/change-log.js';
import { readPlatform, writePlatform, type PlatformTables } from '../../store/tenant/platform-tables.js';
import {
  insertToken,
  listTokens,
  revokeToken,
  rotateToken,
  type Token,
  type TokenAccess,
  type TokenDialect,
} from '../../store/tenant/token-store.js';
import { keepUnits } from '../../store/tenant/live-units.js';
import { ensureUnitSet } from '../../store/tenant/unit-store.js';
import { pinActiveUser } from '../../store/resources/user-store.js';
import type { DirectoryContext } from '../context.js';
import { logOf } from '../audit/operators-log.js';
import { isIdentifier, newIdentifier } from '../identifiers.js';
import { requireAccess, type Caller, type RequestScope } from '../request-scope.js';
import { mintSecret } from './secrets.js';
import { expiryOf, kindOf, reaches, requireNotWider } from './token-rules.js';
import { viewTokens, type TokenView } from './token-view.js';
import type { Units } from '../clients/units.js';

/** The longest time, in seconds, for which a secret outlives its rotation. */
export const longestOverlapSeconds = 86_400;

const defaultOverlapSeconds = 3_600;

/** What a new token is to be. With units, or a person, it reaches those alone. */
export interface TokenRequest {
  /** Names or ids. */
  readonly units: readonly string[];
  readonly userId: string | undefined;
  readonly access: TokenAccess;
  readonly dialect: TokenDialect;
  readonly description: string | undefined;
  /** At most two years from now; a year when undefined. */
  readonly expiresAt: string | undefined;
}

/** How a token gets a new secret. */
export interface TokenRotation {
  /** For how many seconds the old secret stays in force: 0 to 86,400; an hour when undefined. */
  readonly overlapSeconds: number | undefined;
  /** When the token expires from now on; as before when undefined. */
  readonly expiresAt: string | undefined;
}

/** A token with a secret that was made now. `text` is the secret; it is never seen again. */
export interface MintedToken {
  readonly token: TokenView;
  readonly text: string;
}

/**
 * The bearer tokens: minted, listed, rotated and revoked. A caller who acts on no client handles the operators' own. Whoever
 * is limited to units handles tokens for those alone: 403 for any other of the client, 404 for those of others.
 */
export class Tokens {
  readonly #context: DirectoryContext;
  readonly #units: Units;

  constructor(context: DirectoryContext, units: Units) {
    this.#context = context;
    this.#units = units;
  }

  /** Mints a token. Throws 403 for one that is wider than the caller's, `invalidValue` for a unit or a person that is nobody here. */
  async create(caller: Caller, request: TokenRequest): Promise<MintedToken> {
    requireAccess(caller, 'admin');
    const kind = kindOf(caller.clientId, request);
    const units = await this.#unitIds(caller, request.units);
    requireNotWider(caller, { kind, access: request.access, units });
    const { text, publicId, secretHash } = mintSecret();
    const token: Token = {
      id: newIdentifier(),
      publicId,
      kind,
      access: request.access,
      dialect: request.dialect,
      clientId: caller.clientId,
      userId: request.userId,
      description: request.description,
      secretHash,
      createdAt: nowInstant(),
      expiresAt: expiryOf(request.expiresAt),
      revokedAt: undefined,
      revokedReason: undefined,
      lastUsedAt: undefined,
      previous: undefined,
      units,
    };
    await this.#write(caller, token, { action: 'mint', detail: detailOf(token) }, async (platform) => {
      await this.#requirePerson(platform, token);
      await requireUnits(platform, token);
      await insertToken(platform, token);
    });
    return { token: await this.#view(caller, token), text };
  }

  /** The tokens that the caller may handle, oldest first; never a secret. */
  async list(caller: Caller): Promise<readonly TokenView[]> {
    requireAccess(caller, 'admin');
    const tokens = await listTokens(readPlatform(this.#context.database), caller.clientId);
    return viewTokens(
      this.#context,
      caller,
      tokens.filter((token) => reaches(caller, token)),
    );
  }

  /** One of those tokens. Throws 404, or 403 out of scope. */
  async find(caller: Caller, id: string): Promise<TokenView> {
    return this.#view(caller, await this.#find(caller, id));
  }

  /** Gives a token a new secret; the old one stays in force for a while. Throws 409 for a token that is valid no more. */
  async rotate(caller: Caller, id: string, rotation: TokenRotation): Promise<MintedToken> {
    const token = await this.#find(caller, id);
    requireNotWider(caller, token);
    if (token.revokedAt !== undefined || token.expiresAt <= nowInstant()) {
      throw new RequestError(409, 'the token is valid no more; mint another one');
    }
    const { text, secretHash } = mintSecret(token.publicId);
    const previousUntil = overlapEnd(rotation.overlapSeconds ?? defaultOverlapSeconds);
    const expiresAt = rotation.expiresAt === undefined ? token.expiresAt : expiryOf(rotation.expiresAt);
    const detail = expiresAt === token.expiresAt ? {} : { expiresAt: { before: token.expiresAt, after: expiresAt } };
    await this.#write(caller, token, { action: 'rotate', detail }, async (platform) => {
      const rotated = await rotateToken(platform, token, { secretHash, previousUntil, expiresAt });
      if (!rotated) throw new RequestError(409, 'the token has been rotated or revoked at the same time');
    });
    return { token: await this.find(caller, id), text };
  }

  /** Revokes a token; it is refused from the next request on. Throws 404 for one that was revoked before. */
  async revoke(caller: Caller, id: string): Promise<void> {
    const token = await this.#find(caller, id);
    if (token.revokedAt !== undefined) throw notFound('token');
    const revocation = { clientId: token.clientId, id: token.id, at: nowInstant(), reason: 'revoked' };
    await this.#write(caller, token, { action: 'revoke' }, async (platform) => {
      // Another request may have revoked it since it was read.
      if (!(await revokeToken(platform, revocation))) throw notFound('token');
    });
  }

  async #find(caller: Caller, id: string): Promise<Token> {
    requireAccess(caller, 'admin');
    const platform = readPlatform(this.#context.database);
    const [token] = isIdentifier(id) ? await listTokens(platform, caller.clientId, id) : [];
    if (token === undefined) throw notFound('token');
    if (!reaches(caller, token)) throw insufficientScope('the token does not reach this resource');
    return token;
  }

  async #view(caller: Caller, token: Token): Promise<TokenView> {
    const [view] = await viewTokens(this.#context, caller, [token]);
    if (view === undefined) throw new Error('a token was not shown');
    return view;
  }

  /** Writes, and tells the log of the token's client; the operators' own where the token belongs to none. */
  async #write(
    caller: Caller,
    token: Token,
    entry: Pick<ChangeEntry, 'action' | 'detail'>,
    write: (platform: PlatformTables) => Promise<void>,
  ): Promise<void> {
    await writePlatform(
      this.#context.database,
      async (platform) => {
        await write(platform);
        const tables = platform.tenant({ clientId: logOf(token), units: undefined });
        const unitSet = await ensureUnitSet(tables, token.units);
        const attributes = Object.keys(entry.detail ?? {});
        await appendChange(tables, caller.actor, {
          ...entry,
          resourceType: 'Token',
          resourceId: token.id,
          attributes,
          unitSet,
        });
      },
      caller,
    );
    this.#context.tokenCache.clear();
  }

  /** Whoever is limited to units is told of no other, not even whether there is one. */
  async #unitIds(caller: Caller, named: readonly string[]): Promise<readonly string[]> {
    const { clientId, units: own } = caller;
    if (clientId === undefined) return [];
    const scope: RequestScope = { ...caller, clientId };
    const found = await Promise.all(
      named.map(async (nameOrId) => ({ nameOrId, unit: await this.#units.lookUp(scope, nameOrId) })),
    );
    const ids = found.map(({ nameOrId, unit }) => {
      if (own !== undefined && !own.includes(unit?.id ?? ''))
        throw insufficientScope('the token does not reach the units named');
      if (unit === undefined) throw invalidValue(`units: ${JSON.stringify(nameOrId)} is not a unit of this client`);
      return unit.id;
    });
    return [...new Set(ids)];
  }

  /** The person stays active until the commit: one who is switched off ends the tokens that there are by then. */
  async #requirePerson(platform: PlatformTables, { clientId, userId }: Token): Promise<void> {
    if (userId === undefined || clientId === undefined) return;
    const tables = platform.tenant({ clientId, units: undefined });
    if (isIdentifier(userId) && (await pinActiveUser(tables, userId))) return;
    throw invalidValue('user: there is no active user with this id');
  }
}

/** The units are there until the commit: one that ends then ends the token, if it has no other. */
async function requireUnits(platform: PlatformTables, { clientId, units }: Token): Promise<void> {
  if (clientId === undefined || units.length === 0) return;
  const kept = await keepUnits(platform.tenant({ clientId, units: undefined }), units);
  if (kept.length < units.length) throw invalidValue('units: one of them has ended');
}

function overlapEnd(seconds: number): string | undefined {
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > longestOverlapSeconds) {
    throw invalidValue(`the overlap is from 0 to ${longestOverlapSeconds} seconds`);
  }
  return seconds === 0 ? undefined : instantOf(nowMs() + seconds * 1_000);
}

function detailOf({ kind, access, dialect, description, userId, units, expiresAt }: Token): ChangeDetail {
  const told = { kind, access, dialect, description, userId, units: units.length > 0 ? units : undefined, expiresAt };
  return Object.fromEntries(
    Object.entries(told).flatMap(([name, after]) => (after === undefined ? [] : [[name, { after }] as const])),
  );
}
