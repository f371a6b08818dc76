import { nowInstant } from '../../clock.js';
import type { ResourceTypeName } from '../../schema/resource-type.js';
import { never } from './in-force.js';
import type { TenantTables } from '../tenant/tenant-tables.js';
import { inTurns, pagesInTurns, rowsATurn } from '../database/turns.js';

/** What an id that is offered as a member turns out to be. */
export type MemberKind = 'User' | 'Group' | 'out-of-scope' | 'unknown';

/** Says of each id whether it is a user or a group that the scope reaches. Cost grows with `ids`. */
export async function classifyMembers(
  tables: TenantTables,
  ids: readonly string[],
): Promise<ReadonlyMap<string, MemberKind>> {
  const kinds = new Map<string, MemberKind>(ids.map((id) => [id, 'unknown']));
  const scope = tables.inScope('r');
  const inScope = `case when ${scope.text} then 1 else 0 end`;
  for await (const part of inTurns(ids)) {
    const rows = await tables.all<{ id: string; type: ResourceTypeName; in_scope: number }>(
      `select r.id, 'User' as type, ${inScope} as in_scope from users r where r.client_id = :client and r.deleted_at is null and r.id ${tables.dialect.isListed}
       union all
       select r.id, 'Group' as type, ${inScope} as in_scope from groups r where r.client_id = :client and r.id ${tables.dialect.isListed}`,
      [...scope.bindings, part, ...scope.bindings, part],
    );
    for (const row of rows) kinds.set(row.id, row.in_scope === 1 ? row.type : 'out-of-scope');
  }
  return kinds;
}

/**
 * Adds users that are not members yet and returns those that were added; a membership that has expired begins anew. Cost
 * grows with `ids`, not with the group.
 */
export async function addUsers(tables: TenantTables, groupId: string, ids: readonly string[]): Promise<string[]> {
  const added: string[] = [];
  for await (const part of inTurns(ids)) {
    const rows = await tables.all<{ user_id: string }>(
      `insert into memberships (client_id, group_id, user_id) select u.client_id, g.id, u.id from users u join groups g on g.client_id = :client and g.id = ? where u.client_id = :client and u.deleted_at is null and u.id ${tables.dialect.isListed}${tables.dialect.shareRows('u')} on conflict (client_id, group_id, user_id) do update set role = 'member', expires_at = null, ends_at = ? where memberships.ends_at <= ? returning user_id`,
      [groupId, part, never, nowInstant()],
    );
    for (const row of rows) added.push(row.user_id);
  }
  return added;
}

/** Adds groups as members and returns those that were added. The caller has made sure that no cycle comes of it. */
export async function addGroups(tables: TenantTables, groupId: string, ids: readonly string[]): Promise<string[]> {
  const added: string[] = [];
  for await (const part of inTurns(ids)) {
    const rows = await tables.all<{ child_id: string }>(
      `insert into nestings (client_id, group_id, child_id) select c.client_id, g.id, c.id from groups c join groups g on g.client_id = :client and g.id = ? where c.client_id = :client and c.id ${tables.dialect.isListed}${tables.dialect.pinRows} on conflict (client_id, group_id, child_id) do nothing returning child_id`,
      [groupId, part],
    );
    for (const row of rows) added.push(row.child_id);
  }
  return added;
}

/**
 * Whether one of `ids` is the group itself or contains it, directly or through others. Until the commit nobody else adds
 * groups to groups of the client, or two that were checked at the same time could close a cycle together.
 */
export async function wouldCycle(tables: TenantTables, groupId: string, ids: readonly string[]): Promise<boolean> {
  if (ids.includes(groupId)) return true;
  await tables.all(`select c.id from clients c where c.id = :client${tables.dialect.lockRows}`);
  const row = await tables.first(
    `with recursive above (id) as (
       select n.group_id from nestings n where n.client_id = :client and n.child_id = ?
       union select p.group_id from above cross join nestings p where p.client_id = :client and p.child_id = above.id
     ) select id from above where id ${tables.dialect.isListed} limit 1`,
    [groupId, ids],
  );
  return row !== undefined;
}

/** Removes members that the scope reaches and returns those that were removed. Cost grows with `ids`, not with the group. */
export async function removeMembers(tables: TenantTables, groupId: string, ids: readonly string[]): Promise<string[]> {
  const removed: string[] = [];
  for await (const part of inTurns(ids)) {
    for (const kind of kinds) removed.push(...(await removeListed(tables, kind, groupId, part)));
  }
  return removed;
}

/** Removes every member that the scope reaches except `ids`, and returns those that were removed. */
export async function retainMembers(tables: TenantTables, groupId: string, ids: readonly string[]): Promise<string[]> {
  const kept = new Set(ids);
  const removed: string[] = [];
  for (const kind of kinds) {
    for await (const page of pagesInTurns((after) => readIds(tables, kind, groupId, after))) {
      const leaving = page.flatMap(({ id }) => (kept.has(id) ? [] : [id]));
      if (leaving.length > 0) removed.push(...(await removeListed(tables, kind, groupId, leaving)));
    }
  }
  return removed;
}

/** Removes all members of a group, whoever they are. */
export async function removeEveryone(tables: TenantTables, groupId: string): Promise<void> {
  for (const kind of kinds) {
    for await (const page of pagesInTurns((after) => readIds(tables, kind, groupId, after))) {
      const { table, column } = kind;
      await tables.run(
        `delete from ${table} where client_id = :client and group_id = ? and ${column} ${tables.dialect.isListed}`,
        [groupId, page.map(({ id }) => id)],
      );
    }
  }
}

/** Where the members of a kind are kept, and what they are. */
interface Kind {
  readonly table: 'memberships' | 'nestings';
  readonly column: 'user_id' | 'child_id';
  readonly members: 'users' | 'groups';
}

const kinds: readonly Kind[] = [
  { table: 'memberships', column: 'user_id', members: 'users' },
  { table: 'nestings', column: 'child_id', members: 'groups' },
];

function readIds(tables: TenantTables, { table, column }: Kind, groupId: string, after: string) {
  return tables.all<{ id: string }>(
    `select ${column} as id from ${table} where client_id = :client and group_id = ? and ${column} > ? order by ${column} limit ?`,
    [groupId, after, rowsATurn],
  );
}

async function removeListed(
  tables: TenantTables,
  { table, column, members }: Kind,
  groupId: string,
  ids: readonly string[],
): Promise<string[]> {
  const scope = tables.inScope('r');
  const reachable = ` and ${column} in (select r.id from ${members} r where r.client_id = :client and r.id ${tables.dialect.isListed} and ${scope.text})`;
  const isWhole = tables.scope.units === undefined;
  const rows = await tables.all<{ id: string }>(
    `delete from ${table} where client_id = :client and group_id = ? and ${column} ${tables.dialect.isListed}${isWhole ? '' : reachable} returning ${column} as id`,
    [groupId, ids, ...(isWhole ? [] : [ids, ...scope.bindings])],
  );
  return rows.map((row) => row.id);
}

/** Takes a user out of every group and returns those groups. */
export async function removeFromAllGroups(tables: TenantTables, userId: string): Promise<string[]> {
  const rows = await tables.all<{ group_id: string }>(
    'delete from memberships where client_id = :client and user_id = ? returning group_id',
    [userId],
  );
  return rows.map((row) => row.group_id);
}
