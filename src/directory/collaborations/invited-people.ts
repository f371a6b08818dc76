import { nowInstant } from '../../clock.js';
import { appendChange } from '../../store/trail/change-log.js';
import { setAccountStatus } from '../../store/resources/account-store.js';
import { isUserInvited } from '../../store/organisation/invitation-store.js';
import { userNamed, usersWithEmail } from '../../store/resources/person-store.js';
import {
  findResource,
  touchResource,
  type FoundResource,
  type StoredResource,
} from '../../store/resources/resource-store.js';
import { usersTable } from '../../store/resources/resource-table.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';
import { requireUsername } from '../users/precis.js';
import type { RequestScope } from '../request-scope.js';
import { addUser, removeUser } from '../users/user-writes.js';

/** The id of the person whom an address names: by userName, or else the only one who has it among the emails. */
export async function personWithAddress(tables: TenantTables, email: string): Promise<string | undefined> {
  const named = await userNamed(tables, email);
  if (named !== undefined) return named;
  const [first, ...others] = await usersWithEmail(tables, email);
  return others.length === 0 ? first : undefined;
}

/** Adds a person of this address in these units, who is invited only (`PENDING`) until the invitation is accepted. */
export async function addInvitedPerson(
  tables: TenantTables,
  scope: RequestScope,
  { email, unitSet }: { readonly email: string; readonly unitSet: string },
): Promise<StoredResource> {
  requireUsername(email);
  const document = { userName: email, emails: [{ value: email }], active: true };
  const user = await addUser(tables, scope, { document, unitSet, passwordHash: undefined });
  await setAccountStatus(tables, user.id, 'PENDING');
  return { ...user, standing: 'PENDING' };
}

/** Says that a person who was invited only is in use from now on. */
export async function activateInvited(tables: TenantTables, scope: RequestScope, user: FoundResource): Promise<void> {
  if (user.standing !== 'PENDING') return;
  await setAccountStatus(tables, user.id, 'ACTIVE');
  const changed = { ...user, version: user.version + 1, lastModified: nowInstant() };
  await touchResource(tables, usersTable, changed);
  await appendChange(tables, scope.actor, {
    action: 'update',
    resourceType: 'User',
    resourceId: user.id,
    version: changed.version,
    unitSet: user.unitSet,
    attributes: ['accountStatus'],
    detail: { accountStatus: { before: 'PENDING', after: 'ACTIVE' } },
  });
}

/** Deletes a person who is invited only, and whom the scope of the tables reaches, once no open invitation is left. */
export async function dropUninvited(
  tables: TenantTables,
  scope: RequestScope,
  userId: string | undefined,
): Promise<void> {
  if (userId === undefined) return;
  const user = await findResource(tables, usersTable, userId, { lock: true });
  if (user?.inScope !== true || user.standing !== 'PENDING' || (await isUserInvited(tables, userId))) return;
  await removeUser(tables, scope, user);
}
