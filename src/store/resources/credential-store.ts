import { nowInstant } from '../../clock.js';
import type { TenantTables } from '../tenant/tenant-tables.js';

/** Keeps the hash of a user's new password. */
export async function storePassword(tables: TenantTables, userId: string, passwordHash: string): Promise<void> {
  await tables.post(
    'insert into credentials (client_id, user_id, password_hash, changed_at) values (:client, ?, ?, ?) on conflict (client_id, user_id) do update set password_hash = excluded.password_hash, changed_at = excluded.changed_at',
    [userId, passwordHash, nowInstant()],
  );
}

/** The hash of a user's password, if one was set. */
export async function readPasswordHash(tables: TenantTables, userId: string): Promise<string | undefined> {
  const row = await tables.first<{ password_hash: string }>(
    'select password_hash from credentials where client_id = :client and user_id = ?',
    [userId],
  );
  return row?.password_hash;
}

/** Forgets a user's password. */
export async function forgetPassword(tables: TenantTables, userId: string): Promise<void> {
  await tables.post('delete from credentials where client_id = :client and user_id = ?', [userId]);
}
