import type { TenantTables } from '../tenant/tenant-tables.js';
import { pagesInTurns, rowsATurn } from '../database/turns.js';

/**
 * Counts one more active person of the client; false when there would be more than it may have. The count is kept only while
 * there is a limit, so that the people of other clients do not wait for one another. `isLimited` is what `hasUserLimit` has told in
 * the same transaction, if it was asked.
 */
export async function takeUserSeat(tables: TenantTables, isLimited?: boolean): Promise<boolean> {
  if (!(isLimited ?? (await hasUserLimit(tables)))) return true;
  const taken = await tables.run(
    'update clients set active_users = active_users + 1 where id = :client and active_users < max_users',
  );
  return taken > 0;
}

/** Counts one active person less; `isLimited` as above. */
export async function freeUserSeat(tables: TenantTables, isLimited?: boolean): Promise<void> {
  if (isLimited ?? (await hasUserLimit(tables))) {
    await tables.post('update clients set active_users = active_users - 1 where id = :client');
  }
}

/** Whether there is a limit, which stays as it is until the commit. */
export async function hasUserLimit(tables: TenantTables): Promise<boolean> {
  const client = await tables.first<{ max_users: number | null }>(
    `select c.max_users from clients c where c.id = :client${tables.dialect.pinRows}`,
  );
  return client !== undefined && client.max_users !== null;
}

/** Sets how many active people the client may have, undefined for no limit, and counts those that it has. */
export async function setUserLimit(tables: TenantTables, maxUsers: number | undefined): Promise<void> {
  // In a statement of its own, which waits for those who are adding people and then sees them.
  await tables.first(`select c.id from clients c where c.id = :client${tables.dialect.holdRows}`);
  const active = maxUsers === undefined ? 0 : await countActiveInTurns(tables);
  await tables.run('update clients set max_users = ?, active_users = ? where id = :client', [maxUsers ?? null, active]);
}

/** Counts within the transaction, where no other connection knows what it has written. */
async function countActiveInTurns(tables: TenantTables): Promise<number> {
  let active = 0;
  const read = (after: string) =>
    tables.all<{ id: string; active: number }>(
      'select u.id, u.active from users u where u.client_id = :client and u.id > ? and u.deleted_at is null order by u.id limit ?',
      [after, rowsATurn],
    );
  for await (const people of pagesInTurns(read)) active += people.filter((person) => person.active === 1).length;
  return active;
}
