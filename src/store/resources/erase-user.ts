import { indexEntries } from '../../schema/search-document.js';
import { forgetPassword } from './credential-store.js';
import { emailKey } from '../organisation/invitation-store.js';
import { usersTable } from './resource-table.js';
import type { TenantTables } from '../tenant/tenant-tables.js';
import type { UserEver } from './user-store.js';
import { syncValueIndex } from './value-index.js';

/**
 * Takes the values of a deleted user, whom the caller has locked, out of every table but the change log; the row stays under its
 * id. No userName has an empty key, so that nobody comes back under it.
 */
export async function eraseUser(tables: TenantTables, user: UserEver, at: string): Promise<void> {
  await tables.run(
    `update users set user_name_key = '', external_id = null, display_name = null, document = '{}', search = ${tables.dialect.jsonInput}, account_status = 'ACTIVE', failed_logins = 0, version = version + 1, last_modified = ?, erased_at = ? where client_id = :client and id = ?`,
    ['{}', at, at, user.id],
  );
  const before = indexEntries(usersTable.type, user.document);
  await syncValueIndex(tables, { type: usersTable.type, id: user.id }, { before, after: [] });
  await forgetPassword(tables, user.id);
}

/** Takes out what personal tokens were described as, and returns the ids of all of the person's tokens. */
export async function eraseTokenDescriptions(tables: TenantTables, userId: string): Promise<readonly string[]> {
  const rows = await tables.all<{ id: string }>(
    'update tokens set description = null where client_id = :client and user_id = ? returning id',
    [userId],
  );
  return rows.map(({ id }) => id);
}

/** An invitation that is gone, and the set of units of its collaboration. */
export interface ErasedInvitation {
  readonly id: string;
  readonly unitSet: string;
}

/**
 * Deletes the invitations of a person: those that name the person, and those to one of these addresses that name nobody, or somebody
 * else who accepted and stays what that made of them.
 */
export async function eraseInvitations(
  tables: TenantTables,
  userId: string,
  addresses: readonly string[],
): Promise<readonly ErasedInvitation[]> {
  const rows = await tables.all<{ id: string; unit_set: string }>(
    `select i.id, g.unit_set from invitations i join groups g on g.client_id = :client and g.id = i.collaboration_id
     where i.client_id = :client and i.id in (
       select n.id from invitations n where n.client_id = :client and n.user_id = ?
       union select a.id from invitations a where a.client_id = :client and (a.user_id is null or a.status = 'accepted') and a.email_key ${tables.dialect.isTextListed})
     order by i.id`,
    [userId, [...new Set(addresses.map(emailKey))]],
  );
  for (const { id } of rows) {
    await tables.run('delete from invitations where client_id = :client and id = ?', [id]);
  }
  return rows.map(({ id, unit_set: unitSet }) => ({ id, unitSet }));
}

/** Takes the values out of the entries of the change log that tell of a thing; the chain holds without them. */
export async function eraseLoggedValues(tables: TenantTables, resourceId: string): Promise<void> {
  await tables.run(
    'update changes set detail = null, detail_salt = null where client_id = :client and resource_id = ? and detail is not null',
    [resourceId],
  );
}

/** The people who were deleted before an instant and have not been erased, the longest gone first. */
export async function deletedBefore(tables: TenantTables, instant: string, count: number): Promise<readonly string[]> {
  const rows = await tables.all<{ id: string }>(
    'select r.id from users r where r.client_id = :client and r.deleted_at is not null and r.erased_at is null and r.deleted_at < ? order by r.deleted_at, r.id limit ?',
    [instant, count],
  );
  return rows.map(({ id }) => id);
}
