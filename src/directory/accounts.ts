import { invalidValue, insufficientScope, notFound } from '../errors.js';
import { appendChange } from '../store/change-log.js';
import { readPasswordHash, storePassword } from '../store/credential-store.js';
import { touchResource } from '../store/resource-store.js';
import { usersTable } from '../store/resource-table.js';
import { readTables, writeTables } from '../store/tenant-tables.js';
import { findUserEver } from '../store/user-store.js';
import { nowInstant } from '../clock.js';
import type { DirectoryContext } from './context.js';
import { findOrRefuse, lockForWrite } from './find-or-refuse.js';
import { isIdentifier } from './identifiers.js';
import { hashPassword, isPassword, requireStrong } from './passwords.js';
import type { RequestScope } from './request-scope.js';

/** A person as the companion API shows one. */
export interface AccountView {
  readonly id: string;
  readonly clientId: string;
  readonly userName: string;
  readonly active: boolean;
  readonly createdAt: string;
  readonly lastModified: string;
  /** ISO 8601 UTC; null for a person who is there. */
  readonly deletedAt: string | null;
}

/** What people do with their own accounts, and what operators see of those that are gone. */
export class Accounts {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /** A person, deleted or not. Throws 404, or 403 out of scope. */
  async find(scope: RequestScope, id: string): Promise<AccountView> {
    const tables = readTables(this.#context.database, scope);
    const user = isIdentifier(id) ? await findUserEver(tables, id) : undefined;
    // One that is gone is unknown to whom it was out of reach.
    if (user === undefined || (user.deletedAt !== undefined && !user.inScope)) throw notFound('resource');
    if (!user.inScope) throw insufficientScope('the token does not reach this resource');
    return {
      id: user.id,
      clientId: scope.clientId,
      userName: String(user.document['userName']),
      active: user.deletedAt === undefined && user.document['active'] !== false,
      createdAt: user.createdAt,
      lastModified: user.lastModified,
      deletedAt: user.deletedAt ?? null,
    };
  }

  /** Changes the password of the person of a personal token. Throws `invalidValue` for a wrong old or a weak new one. */
  async changePassword(
    scope: RequestScope,
    { oldPassword, newPassword }: { readonly oldPassword: string; readonly newPassword: string },
  ): Promise<void> {
    const { userId } = scope;
    if (userId === undefined) throw insufficientScope('this needs a personal token');
    const tables = readTables(this.#context.database, scope);
    const user = await findOrRefuse(tables, usersTable, userId, { lock: false });
    const passwordHash = await readPasswordHash(tables, userId);
    if (passwordHash === undefined || !(await isPassword(oldPassword, passwordHash))) {
      throw invalidValue('the old password is not right');
    }
    requireStrong(newPassword, String(user.document['userName']));
    await this.#store(scope, userId, await hashPassword(newPassword));
  }

  #store(scope: RequestScope, userId: string, passwordHash: string): Promise<void> {
    return writeTables(this.#context.database, scope, async (tables) => {
      const user = await lockForWrite(tables, usersTable, userId, undefined);
      await storePassword(tables, userId, passwordHash);
      const changed = { id: userId, version: user.version + 1, lastModified: nowInstant() };
      await touchResource(tables, usersTable, changed);
      await appendChange(tables, scope.actor, {
        action: 'update',
        resourceType: 'User',
        resourceId: userId,
        version: changed.version,
        attributes: ['password'],
        unitSet: user.unitSet,
      });
    });
  }
}
