import type { ResourceTypeName } from '../../schema/resource-type.js';
import { inForce } from './in-force.js';
import type { TenantTables } from '../tenant/tenant-tables.js';
import { nextTurn, pagesInTurns, rowsATurn } from '../database/turns.js';

// In this file `cross join` fixes the order of a join on SQLite: it takes the rows of the left side first. Left to itself it may
// walk through all users of the client in the order of their ids and look for each in the group. To PostgreSQL it is a join.

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

function readMember(row: MemberRow): Member {
  return { value: row.id, display: row.display_name ?? undefined, type: row.type };
}

/** The members of a group that the scope reaches, ordered by id, at most `limit`. */
export async function listMembers(tables: TenantTables, groupId: string, limit: number): Promise<Member[]> {
  const members: Member[] = [];
  for await (const page of pagesInTurns((after) => readMembers(tables, groupId, after, limit - members.length))) {
    for (const row of page) members.push(readMember(row));
    if (members.length >= limit) break;
  }
  return members;
}

function readMembers(tables: TenantTables, groupId: string, after: string, limit: number): Promise<MemberRow[]> {
  const scope = tables.inScope('r');
  const force = inForce('m');
  const most = Math.min(limit, rowsATurn);
  return tables.all<MemberRow>(
    `select * from (select m.user_id as id, r.display_name, 'User' as type from memberships m cross join users r where m.client_id = :client and m.group_id = ? and m.user_id > ? and ${force.text} and r.client_id = :client and r.id = m.user_id and r.deleted_at is null and ${scope.text} order by m.user_id limit ?) u
     union all
     select * from (select n.child_id as id, r.display_name, 'Group' as type from nestings n cross join groups r where n.client_id = :client and n.group_id = ? and n.child_id > ? and r.client_id = :client and r.id = n.child_id and ${scope.text} order by n.child_id limit ?) g
     order by 1 limit ?`,
    [groupId, after, ...force.bindings, ...scope.bindings, most, groupId, after, ...scope.bindings, most, most],
  );
}

/** The members of each of these groups that the scope reaches, ordered by id; `groups` says about how many each has. */
export async function membersOfGroups(
  tables: TenantTables,
  groups: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, readonly Member[]>> {
  const members = new Map<string, Member[]>();
  for (const ids of batches(groups)) {
    const [only, ...others] = ids;
    if (only !== undefined && others.length === 0) members.set(only, await listMembers(tables, only, Infinity));
    else await readTogether(tables, ids, members);
    await nextTurn();
  }
  return members;
}

/** Groups of so few members that one statement may read them together; a larger group is alone. */
function batches(groups: ReadonlyMap<string, number>): readonly (readonly string[])[] {
  const all: string[][] = [];
  let room = 0;
  for (const [id, size] of groups) {
    room -= size + 1;
    const batch = all.at(-1);
    if (batch !== undefined && room >= 0) batch.push(id);
    else {
      all.push([id]);
      room = rowsATurn - size;
    }
  }
  return all;
}

async function readTogether(
  tables: TenantTables,
  ids: readonly string[],
  members: Map<string, Member[]>,
): Promise<void> {
  const scope = tables.inScope('r');
  const force = inForce('m');
  const rows = await tables.all<MemberRow & { group_id: string }>(
    `select m.group_id, m.user_id as id, r.display_name, 'User' as type from memberships m cross join users r where m.client_id = :client and m.group_id ${tables.dialect.isListed} and ${force.text} and r.client_id = :client and r.id = m.user_id and r.deleted_at is null and ${scope.text}
     union all
     select n.group_id, n.child_id as id, r.display_name, 'Group' as type from nestings n cross join groups r where n.client_id = :client and n.group_id ${tables.dialect.isListed} and r.client_id = :client and r.id = n.child_id and ${scope.text}
     order by 1, 2`,
    [ids, ...force.bindings, ...scope.bindings, ids, ...scope.bindings],
  );
  for (const row of rows) {
    const ofGroup = members.get(row.group_id) ?? [];
    ofGroup.push(readMember(row));
    members.set(row.group_id, ofGroup);
  }
}

/** How many members each group has, whoever may see them. */
export async function countMembers(
  tables: TenantTables,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await tables.all<{ group_id: string; members: number | string }>(
    `select group_id, count(*) as members from (
       select m.group_id from memberships m where m.client_id = :client and m.group_id ${tables.dialect.isListed}
       union all
       select n.group_id from nestings n where n.client_id = :client and n.group_id ${tables.dialect.isListed}
     ) x group by group_id`,
    [groupIds, groupIds],
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
    [userIds, ...force.bindings, ...scope.bindings],
  );
  const groups = new Map<string, GroupOfUser[]>();
  for (const row of rows) {
    const list = groups.get(row.user_id) ?? [];
    list.push({ value: row.id, display: row.display_name, direct: row.direct === 1 });
    groups.set(row.user_id, list);
  }
  return groups;
}
