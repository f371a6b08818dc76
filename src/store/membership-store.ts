import { nowInstant } from '../clock.js';
import type { ResourceTypeName } from '../schema/resource-type.js';
import { inForce, never } from './in-force.js';
import type { TenantTables } from './tenant-tables.js';

/** A member of a group as SCIM shows it (RFC 7643 §4.2). */
export interface Member {
  readonly value: string;
  readonly display: string | undefined;
  readonly type: ResourceTypeName;
}

interface MemberRow {
  readonly id: string;
  readonly display_name: string | null;
  readonly type: ResourceTypeName;
}

/** What an id that is offered as a member turns out to be. */
export type MemberKind = 'User' | 'Group' | 'out-of-scope' | 'unknown';

function readMember(row: MemberRow): Member {
  return { value: row.id, display: row.display_name ?? undefined, type: row.type };
}

const idsAStatement = 1_000;

function* chunks(ids: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < ids.length; start += idsAStatement) yield ids.slice(start, start + idsAStatement);
}

/** Says of each id whether it is a user or a group that the scope reaches. Cost grows with `ids`. */
export async function classifyMembers(
  tables: TenantTables,
  ids: readonly string[],
): Promise<ReadonlyMap<string, MemberKind>> {
  const kinds = new Map<string, MemberKind>(ids.map((id) => [id, 'unknown']));
  const scope = tables.inScope('r');
  const inScope = `case when ${scope.text} then 1 else 0 end`;
  for (const part of chunks(ids)) {
    const rows = await tables.all<{ id: string; type: ResourceTypeName; in_scope: number }>(
      `select r.id, 'User' as type, ${inScope} as in_scope from users r where r.client_id = :client and r.deleted_at is null and r.id ${tables.dialect.isListed}
       union all
       select r.id, 'Group' as type, ${inScope} as in_scope from groups r where r.client_id = :client and r.id ${tables.dialect.isListed}`,
      [...scope.bindings, JSON.stringify(part), ...scope.bindings, JSON.stringify(part)],
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
  for (const part of chunks(ids)) {
    const rows = await tables.all<{ user_id: string }>(
      `insert into memberships (client_id, group_id, user_id) select u.client_id, g.id, u.id from users u join groups g on g.client_id = :client and g.id = ? where u.client_id = :client and u.deleted_at is null and u.id ${tables.dialect.isListed}${tables.dialect.shareRows('u')} on conflict (client_id, group_id, user_id) do update set role = 'member', expires_at = null, ends_at = ? where memberships.ends_at <= ? returning user_id`,
      [groupId, JSON.stringify(part), never, nowInstant()],
    );
    for (const row of rows) added.push(row.user_id);
  }
  return added;
}

/** Adds groups as members and returns those that were added. The caller has made sure that no cycle comes of it. */
export async function addGroups(tables: TenantTables, groupId: string, ids: readonly string[]): Promise<string[]> {
  const rows = await tables.all<{ child_id: string }>(
    `insert into nestings (client_id, group_id, child_id) select c.client_id, g.id, c.id from groups c join groups g on g.client_id = :client and g.id = ? where c.client_id = :client and c.id ${tables.dialect.isListed}${tables.dialect.pinRows} on conflict (client_id, group_id, child_id) do nothing returning child_id`,
    [groupId, JSON.stringify(ids)],
  );
  return rows.map((row) => row.child_id);
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
    [groupId, JSON.stringify(ids)],
  );
  return row !== undefined;
}

/** Removes members that the scope reaches and returns those that were removed. Cost grows with `ids`, not with the group. */
export async function removeMembers(tables: TenantTables, groupId: string, ids: readonly string[]): Promise<string[]> {
  const removed: string[] = [];
  for (const part of chunks(ids)) {
    removed.push(...(await removeWhere(tables, groupId, tables.dialect.isListed, [JSON.stringify(part)])));
  }
  return removed;
}

/** Removes every member that the scope reaches except `ids`, and returns those that were removed. */
export async function retainMembers(tables: TenantTables, groupId: string, ids: readonly string[]): Promise<string[]> {
  return removeWhere(tables, groupId, `not in ${tables.dialect.idList}`, [JSON.stringify(ids)]);
}

async function removeWhere(
  tables: TenantTables,
  groupId: string,
  condition: string,
  bindings: readonly string[],
): Promise<string[]> {
  const scope = tables.inScope('r');
  const reachable = (table: string, column: string) =>
    tables.scope.units === undefined
      ? ''
      : ` and ${column} in (select r.id from ${table} r where r.client_id = :client and ${scope.text})`;
  const users = await tables.all<{ id: string }>(
    `delete from memberships where client_id = :client and group_id = ? and user_id ${condition}${reachable('users', 'user_id')} returning user_id as id`,
    [groupId, ...bindings, ...(tables.scope.units === undefined ? [] : scope.bindings)],
  );
  const groups = await tables.all<{ id: string }>(
    `delete from nestings where client_id = :client and group_id = ? and child_id ${condition}${reachable('groups', 'child_id')} returning child_id as id`,
    [groupId, ...bindings, ...(tables.scope.units === undefined ? [] : scope.bindings)],
  );
  return [...users, ...groups].map((row) => row.id);
}

/** Takes a user out of every group and returns those groups. */
export async function removeFromAllGroups(tables: TenantTables, userId: string): Promise<string[]> {
  const rows = await tables.all<{ group_id: string }>(
    'delete from memberships where client_id = :client and user_id = ? returning group_id',
    [userId],
  );
  return rows.map((row) => row.group_id);
}

// In this file `cross join` fixes the order of a join on SQLite: it takes the rows of the left side first. Left to itself it may
// walk through all users of the client in the order of their ids and look for each in the group. To PostgreSQL it is a join.

/** The members of a group that the scope reaches, ordered by id, at most `limit`. */
export async function listMembers(tables: TenantTables, groupId: string, limit: number): Promise<Member[]> {
  const scope = tables.inScope('r');
  const force = inForce('m');
  const rows = await tables.all<MemberRow>(
    `select * from (select m.user_id as id, r.display_name, 'User' as type from memberships m cross join users r where m.client_id = :client and m.group_id = ? and ${force.text} and r.client_id = :client and r.id = m.user_id and r.deleted_at is null and ${scope.text} order by m.user_id limit ?) u
     union all
     select * from (select n.child_id as id, r.display_name, 'Group' as type from nestings n cross join groups r where n.client_id = :client and n.group_id = ? and r.client_id = :client and r.id = n.child_id and ${scope.text} order by n.child_id limit ?) g
     order by 1 limit ?`,
    [groupId, ...force.bindings, ...scope.bindings, limit, groupId, ...scope.bindings, limit, limit],
  );
  return rows.map(readMember);
}

/** The members of each of these groups that the scope reaches, ordered by id. */
export async function membersOfGroups(
  tables: TenantTables,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Member[]>> {
  const scope = tables.inScope('r');
  const force = inForce('m');
  const list = JSON.stringify(groupIds);
  const rows = await tables.all<MemberRow & { group_id: string }>(
    `select m.group_id, m.user_id as id, r.display_name, 'User' as type from memberships m cross join users r where m.client_id = :client and m.group_id ${tables.dialect.isListed} and ${force.text} and r.client_id = :client and r.id = m.user_id and r.deleted_at is null and ${scope.text}
     union all
     select n.group_id, n.child_id as id, r.display_name, 'Group' as type from nestings n cross join groups r where n.client_id = :client and n.group_id ${tables.dialect.isListed} and r.client_id = :client and r.id = n.child_id and ${scope.text}
     order by 1, 2`,
    [list, ...force.bindings, ...scope.bindings, list, ...scope.bindings],
  );
  const members = new Map<string, Member[]>();
  for (const row of rows) {
    const ofGroup = members.get(row.group_id) ?? [];
    ofGroup.push(readMember(row));
    members.set(row.group_id, ofGroup);
  }
  return members;
}

/** How many members each group has, whoever may see them. */
export async function countMembers(
  tables: TenantTables,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const list = JSON.stringify(groupIds);
  const rows = await tables.all<{ group_id: string; members: number | string }>(
    `select group_id, count(*) as members from (
       select m.group_id from memberships m where m.client_id = :client and m.group_id ${tables.dialect.isListed}
       union all
       select n.group_id from nestings n where n.client_id = :client and n.group_id ${tables.dialect.isListed}
     ) x group by group_id`,
    [list, list],
  );
  return new Map(rows.map((row) => [row.group_id, Number(row.members)]));
}

/** A group of a user as SCIM shows it; `direct` is false for one that contains a group of the user's (RFC 7643 §4.1.2). */
export interface GroupOfUser {
  readonly value: string;
  readonly display: string;
  readonly direct: boolean;
}

/** The groups of each user that the scope reaches, ordered by id. */
export async function groupsOfUsers(
  tables: TenantTables,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly GroupOfUser[]>> {
  const scope = tables.inScope('r');
  const force = inForce('m');
  const rows = await tables.all<{ user_id: string; id: string; display_name: string; direct: number }>(
    `with recursive of_user (user_id, group_id, direct) as (
       select m.user_id, m.group_id, 1 from memberships m where m.client_id = :client and m.user_id ${tables.dialect.isListed} and ${force.text}
       union select o.user_id, n.group_id, 0 from of_user o cross join nestings n where n.client_id = :client and n.child_id = o.group_id
     )
     select o.user_id, r.id, r.display_name, max(o.direct) as direct from of_user o cross join groups r
     where r.client_id = :client and r.id = o.group_id and ${scope.text} group by o.user_id, r.id, r.display_name order by r.id`,
    [JSON.stringify(userIds), ...force.bindings, ...scope.bindings],
  );
  const groups = new Map<string, GroupOfUser[]>();
  for (const row of rows) {
    const list = groups.get(row.user_id) ?? [];
    list.push({ value: row.id, display: row.display_name, direct: row.direct === 1 });
    groups.set(row.user_id, list);
  }
  return groups;
}
