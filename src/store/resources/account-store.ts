import type { TenantTables } from '../tenant/tenant-tables.js';

/** How a person's account stands: invited only, in use, or locked after wrong passwords. */
export type AccountStatus = 'PENDING' | 'ACTIVE' | 'LOCKED';

/** Sets how an account stands; the count of wrong passwords begins anew. */
export async function setAccountStatus(tables: TenantTables, id: string, status: AccountStatus): Promise<void> {
  await tables.post('update users set account_status = ?, failed_logins = 0 where client_id = :client and id = ?', [
    status,
    id,
  ]);
}

/** Counts a wrong password and returns how many there have been since the last right one. */
export async function countFailedLogin(tables: TenantTables, id: string): Promise<number> {
  const row = await tables.first<{ failed_logins: number }>(
    'update users set failed_logins = failed_logins + 1 where client_id = :client and id = ? returning failed_logins',
    [id],
  );
  return row?.failed_logins ?? 0;
}

/** Forgets the wrong passwords after a right one. */
export async function forgetFailedLogins(tables: TenantTables, id: string): Promise<void> {
  await tables.run('update users set failed_logins = 0 where client_id = :client and id = ? and failed_logins > 0', [
    id,
  ]);
}
