import { instantOf, nowInstant, nowMs } from '../../clock.js';
import { insufficientScope, notFound } from '../../errors.js';
import { isJsonObject, type ResourceDocument } from '../../schema/document.js';
import { appendChange, type Actor } from '../../store/trail/change-log.js';
import {
  deletedBefore,
  eraseInvitations,
  eraseLoggedValues,
  eraseTokenDescriptions,
  eraseUser,
} from '../../store/resources/erase-user.js';
import { readTables, writeTables, type TenantTables } from '../../store/tenant/tenant-tables.js';
import { findUserEver, type UserEver } from '../../store/resources/user-store.js';
import type { DirectoryContext } from '../context.js';
import { isIdentifier } from '../identifiers.js';
import { requireAccess, serviceScope, type RequestScope } from '../request-scope.js';
import { removeUser } from '../users/user-writes.js';

const dayMs = 86_400_000;
const lookedUpAtOnce = 100;

/** How long those who were deleted are kept. */
export interface Retention {
  readonly days: number;
  readonly signal?: AbortSignal;
}

/** People who are to be forgotten: what says who they were goes for good, and what they were allowed to do stays told. */
export class Erasure {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /**
   * Erases a person; one who is there is deleted first. Nothing brings the values back, and the userName begins anew under another
   * id. Throws 404, 403 for a token for units, 409 for the last active administrator.
   */
  async erase(scope: RequestScope, id: string): Promise<void> {
    requireAccess(scope, 'admin');
    // What is erased was told of in other units, too.
    if (scope.units !== undefined) throw insufficientScope('a token for units does not erase people');
    await writeTables(this.#context.database, scope, async (tables) => {
      const user = isIdentifier(id) ? await findUserEver(tables, id, { lock: true }) : undefined;
      if (user === undefined) throw notFound('resource');
      if (user.deletedAt === undefined) await removeUser(tables, scope, user);
      await erasePerson(tables, scope.actor, user);
    });
    this.#context.tokenCache.clear();
    await this.#context.database.forget();
  }

  /**
   * Erases the people of a client who were deleted more than so many days ago, each in a transaction of its own, and returns how
   * many. Stops where another process does the same, and when it is told to.
   */
  async eraseDeleted(actor: Actor, clientId: string, { days, signal }: Retention): Promise<number> {
    const before = instantOf(nowMs() - days * dayMs);
    const tables = readTables(this.#context.database, { clientId, units: undefined });
    let erased = 0;
    for await (const id of dueIn(tables, before)) {
      if (signal?.aborted === true || !(await this.#eraseDeleted(actor, clientId, { id, before }))) break;
      erased += 1;
    }
    if (erased > 0) await this.#context.database.forget();
    return erased;
  }

  /** False when another process is at it. */
  #eraseDeleted(
    actor: Actor,
    clientId: string,
    { id, before }: { readonly id: string; readonly before: string },
  ): Promise<boolean> {
    return writeTables(this.#context.database, serviceScope(clientId, actor), async (tables) => {
      const lock = await tables.first<{ held: number }>(tables.dialect.tryRetentionLock);
      if (lock?.held !== 1) return false;
      const user = await findUserEver(tables, id, { lock: true });
      // One who has come back since was not deleted that long ago.
      if (user?.deletedAt !== undefined && user.deletedAt < before) await erasePerson(tables, actor, user);
      return true;
    });
  }
}

async function* dueIn(tables: TenantTables, before: string): AsyncGenerator<string> {
  for (;;) {
    const ids = await deletedBefore(tables, before, lookedUpAtOnce);
    yield* ids;
    if (ids.length < lookedUpAtOnce) return;
  }
}

/** Erases a deleted person whom the caller has locked, and tells the log so: of each thing whose values it told. */
async function erasePerson(tables: TenantTables, actor: Actor, user: UserEver): Promise<void> {
  const { id, unitSet } = user;
  await eraseUser(tables, user, nowInstant());
  const invitations = await eraseInvitations(tables, id, addressesOf(user.document));
  const tokens = await eraseTokenDescriptions(tables, id);
  const erased = [
    { resourceType: 'User' as const, id, unitSet },
    ...invitations.map((invitation) => ({ resourceType: 'Invitation' as const, ...invitation })),
    ...tokens.map((token) => ({ resourceType: 'Token' as const, id: token, unitSet: '' })),
  ];
  for (const each of erased) {
    await eraseLoggedValues(tables, each.id);
    await appendChange(tables, actor, {
      action: 'erase',
      resourceType: each.resourceType,
      resourceId: each.id,
      unitSet: each.unitSet,
    });
  }
}

/** What an invitation may have been sent to. */
function addressesOf(document: ResourceDocument): readonly string[] {
  const emails = Array.isArray(document['emails']) ? document['emails'].filter(isJsonObject) : [];
  return [document['userName'], ...emails.map((email) => email['value'])].filter((text) => typeof text === 'string');
}
