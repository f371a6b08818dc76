import { nowInstant } from '../../clock.js';
import { invalidValue, insufficientScope, notFound } from '../../errors.js';
import { forgetFailedLogins, type AccountStatus } from '../../store/resources/account-store.js';
import { appendChange } from '../../store/trail/change-log.js';
import { readPasswordHash, storePassword } from '../../store/resources/credential-store.js';
import { touchResource, type FoundResource } from '../../store/resources/resource-store.js';
import { usersTable } from '../../store/resources/resource-table.js';
import { readTables, writeTables, type TenantTables } from '../../store/tenant/tenant-tables.js';
import { findUserEver } from '../../store/resources/user-store.js';
import { moveAccount, noteWrongPassword, statusOf } from './account-status.js';
import type { DirectoryContext } from '../context.js';
import { findOrRefuse, lockForWrite } from '../find-or-refuse.js';
import { clientAdminRole, isActiveAdmin, isGranted } from '../roles/granted-roles.js';
import { isIdentifier } from '../identifiers.js';
import { hashPassword, isPassword, requireStrong } from './passwords.js';
import { requireAccess, requireOwnWrites, scopeTo, type RequestScope } from '../request-scope.js';

/** A person as the companion API shows one. */
export interface AccountView {
  readonly id: string;
  readonly clientId: string;
  readonly userName: string;
  readonly active: boolean;
  readonly accountStatus: AccountStatus;
  /** INACTIVE for a person who is switched off, whatever the account says. */
  readonly status: AccountStatus | 'INACTIVE';
  readonly isAdmin: boolean;
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
    const user = isIdentifier(id) ? await findUserEver(tables, id, { lock: false }) : undefined;
    // One that is gone is unknown to whom it was out of reach.
    if (user === undefined || (user.deletedAt !== undefined && !user.inScope)) throw notFound('resource');
    if (!user.inScope) throw insufficientScope('the token does not reach this resource');
    const active = user.deletedAt === undefined && user.document['active'] !== false;
    return {
      id: user.id,
      clientId: scope.clientId,
      userName: String(user.document['userName']),
      active,
      accountStatus: statusOf(user),
      status: active ? statusOf(user) : 'INACTIVE',
      isAdmin: user.deletedAt === undefined && isGranted(user.document, clientAdminRole),
      createdAt: user.createdAt,
      lastModified: user.lastModified,
      deletedAt: user.deletedAt ?? null,
    };
  }

  /** Throws what `lock` would throw now. */
  async requireLockable(scope: RequestScope, id: string): Promise<void> {
    requireAccess(scope, 'provision');
    requireMayLock(
      scope,
      await findOrRefuse(readTables(this.#context.database, scope), usersTable, id, { lock: false }),
    );
  }

  /** Locks an account: the person stays active, and the personal tokens are refused. Throws 404, or 403 out of scope. */
  async lock(scope: RequestScope, id: string): Promise<void> {
    requireAccess(scope, 'provision');
    await this.#write(scope, id, async (tables, user) => {
      requireMayLock(scope, user);
      await moveAccount(tables, scope.actor, user, 'LOCKED');
    });
    this.#context.tokenCache.clear();
  }

  /** Unlocks an account; one that is not locked stays as it is. Throws 404, or 403 out of scope. */
  async unlock(scope: RequestScope, id: string): Promise<AccountView> {
    requireAccess(scope, 'provision');
    await this.#write(scope, id, async (tables, user) => {
      if (statusOf(user) === 'LOCKED') await moveAccount(tables, scope.actor, user, 'ACTIVE');
    });
    this.#context.tokenCache.clear();
    return this.find(scope, id);
  }

  /**
   * Changes the password of the person of a personal token. Throws `invalidValue` for a wrong old or a weak new one; the fifth
   * wrong one in a row locks the account.
   */
  async changePassword(
    caller: RequestScope,
    { oldPassword, newPassword }: { readonly oldPassword: string; readonly newPassword: string },
  ): Promise<void> {
    const { userId } = caller;
    if (userId === undefined) throw insufficientScope('this needs a personal token');
    requireOwnWrites(caller);
    const scope = scopeTo(caller, userId);
    const tables = readTables(this.#context.database, scope);
    const user = await findOrRefuse(tables, usersTable, userId, { lock: false });
    const passwordHash = await readPasswordHash(tables, userId);
    if (passwordHash === undefined || !(await isPassword(oldPassword, passwordHash))) {
      await this.#write(scope, userId, (wrong, locked) => noteWrongPassword(wrong, scope.actor, locked));
      this.#context.tokenCache.clear();
      throw invalidValue('the old password is not right');
    }
    requireStrong(newPassword, String(user.document['userName']));
    await this.#store(scope, userId, { known: passwordHash, next: await hashPassword(newPassword) });
  }

  async #store(
    scope: RequestScope,
    userId: string,
    { known, next }: { readonly known: string; readonly next: string },
  ): Promise<void> {
    await this.#write(scope, userId, async (tables, user) => {
      // Whoever has been guessing in the meantime has locked the account.
      if (statusOf(user) === 'LOCKED') throw invalidValue('the account is locked');
      // Hashing takes its time, in which an administrator may have given the person another one.
      if ((await readPasswordHash(tables, userId)) !== known) throw invalidValue('the old password is not right');
      await storePassword(tables, userId, next);
      await forgetFailedLogins(tables, userId);
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

  #write(
    scope: RequestScope,
    id: string,
    work: (tables: TenantTables, user: FoundResource) => Promise<void>,
  ): Promise<void> {
    return writeTables(this.#context.database, scope, async (tables) => {
      await work(tables, await lockForWrite(tables, usersTable, { id }));
    });
  }
}

function requireMayLock(scope: RequestScope, { document }: Pick<FoundResource, 'document'>): void {
  if (scope.units === undefined || !isActiveAdmin(document)) return;
  throw insufficientScope('a token for units cannot lock out who administers the client');
}
