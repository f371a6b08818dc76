import { nowInstant } from '../../clock.js';
import { countFailedLogin, setAccountStatus, type AccountStatus } from '../../store/resources/account-store.js';
import { appendChange, type Actor } from '../../store/trail/change-log.js';
import { touchResource, type StoredResource } from '../../store/resources/resource-store.js';
import { usersTable } from '../../store/resources/resource-table.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';
import { musterUserSchema } from '../../schema/schema-documents.js';

/** So many wrong passwords lock an account. */
const mostFailures = 5;
const path = `${musterUserSchema.id}:accountStatus`;

/** How the account of a stored user stands; the column holds nothing else. */
export function statusOf(user: Pick<StoredResource, 'standing'>): AccountStatus {
  return (user.standing ?? 'ACTIVE') as AccountStatus;
}

/** Makes an account stand otherwise, as a change of the user that the caller has locked; false when it stood so before. */
export async function moveAccount(
  tables: TenantTables,
  actor: Actor,
  user: StoredResource,
  status: AccountStatus,
): Promise<boolean> {
  const before = statusOf(user);
  if (before === status) return false;
  await setAccountStatus(tables, user.id, status);
  const version = user.version + 1;
  await touchResource(tables, usersTable, { id: user.id, version, lastModified: nowInstant() });
  await appendChange(tables, actor, {
    action: 'update',
    resourceType: 'User',
    resourceId: user.id,
    version,
    attributes: [path],
    unitSet: user.unitSet,
    detail: { [path]: { before, after: status } },
  });
  return true;
}

/** Counts a wrong password of a user that the caller has locked, and locks the account after the fifth in a row. */
export async function noteWrongPassword(tables: TenantTables, actor: Actor, user: StoredResource): Promise<void> {
  const failures = await countFailedLogin(tables, user.id);
  if (failures >= mostFailures) await moveAccount(tables, actor, user, 'LOCKED');
}
