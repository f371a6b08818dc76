import { inForce, never } from './in-force.js';
import type { TenantTables } from '../tenant/tenant-tables.js';
import { inTurns, pagesInTurns, rowsATurn } from '../database/turns.js';

/** What a member may do in a collaboration. */
export type MemberRole = 'member' | 'admin';

/** A membership, whether or not it counts now. Instants are ISO 8601 UTC. */
export interface Membership {
  readonly userId: string;
  readonly userName: string;
  readonly displayName: string | undefined;
  readonly active: boolean;
  readonly role: MemberRole;
  readonly expiresAt: string | undefined;
  readonly isInForce: boolean;
}

interface MembershipRow {
  readonly id: string;
  readonly document: string;
  readonly display_name: string | null;
  readonly active: number;
  readonly role: MemberRole;
  readonly expires_at: string | null;
  readonly in_force: number;
}

function readMembership(row: MembershipRow): Membership {
  // What this service wrote is a document.
  const document = JSON.parse(row.document) as { readonly userName?: unknown };
  return {
    userId: row.id,
    userName: String(document.userName),
    displayName: row.display_name ?? undefined,
    active: row.active === 1,
    role: row.role,
    expiresAt: row.expires_at ?? undefined,
    isInForce: row.in_force === 1,
  };
}

/** The memberships of a group, expired ones too, of those people whom the scope reaches; by id, part by part. */
export async function* membershipsIn(tables: TenantTables, groupId: string): AsyncGenerator<Membership> {
  for await (const page of pagesInTurns((after) =>
    readRows(tables, groupId, { text: 'm.user_id > ?', bindings: [after], limit: rowsATurn }),
  )) {
    yield* page.map(readMembership);
  }
}

/** The membership of one person in a group, expired or not, if the scope reaches the person. */
export async function membershipOf(
  tables: TenantTables,
  groupId: string,
  userId: string,
): Promise<Membership | undefined> {
  const [row] = await readRows(tables, groupId, { text: 'm.user_id = ?', bindings: [userId], limit: 1 });
  return row === undefined ? undefined : readMembership(row);
}

function readRows(
  tables: TenantTables,
  groupId: string,
  { text, bindings, limit }: { readonly text: string; readonly bindings: readonly string[]; readonly limit: number },
): Promise<MembershipRow[]> {
  const scope = tables.inScope('r');
  const force = inForce('m');
  return tables.all<MembershipRow>(
    `select r.id, r.document, r.display_name, r.active, m.role, m.expires_at, case when ${force.text} then 1 else 0 end as in_force
     from memberships m cross join users r where m.client_id = :client and m.group_id = ? and ${text}
     and r.client_id = :client and r.id = m.user_id and r.deleted_at is null and ${scope.text} order by m.user_id limit ?`,
    [...force.bindings, groupId, ...bindings, ...scope.bindings, limit],
  );
}

/** Changes what is given of a membership; null takes its end away. `settleEnds` follows. */
export async function updateMembership(
  tables: TenantTables,
  key: { readonly groupId: string; readonly userId: string },
  { role, expiresAt }: { readonly role: MemberRole; readonly expiresAt: string | null },
): Promise<void> {
  await tables.run(
    'update memberships set role = ?, expires_at = ? where client_id = :client and group_id = ? and user_id = ?',
    [role, expiresAt, key.groupId, key.userId],
  );
}

/** How many members that the scope reaches each of these groups has now; those without any are left out. */
export async function countInForce(
  tables: TenantTables,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const force = inForce('m');
  const scope = tables.inScope('r');
  const isWhole = tables.scope.units === undefined;
  const reached = isWhole
    ? ''
    : ` and m.user_id in (select r.id from users r where r.client_id = :client and ${scope.text})`;
  const rows = await tables.all<{ group_id: string; members: number | string }>(
    `select m.group_id, count(*) as members from memberships m where m.client_id = :client and m.group_id ${tables.dialect.isListed} and ${force.text}${reached} group by m.group_id`,
    [groupIds, ...force.bindings, ...(isWhole ? [] : scope.bindings)],
  );
  return new Map(rows.map((row) => [row.group_id, Number(row.members)]));
}

/** Those of these people who are members of a group now. */
export async function membersAmong(
  tables: TenantTables,
  groupId: string,
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const force = inForce('m');
  const members = new Set<string>();
  for await (const part of inTurns(userIds)) {
    const rows = await tables.all<{ user_id: string }>(
      `select m.user_id from memberships m where m.client_id = :client and m.group_id = ? and m.user_id ${tables.dialect.isListed} and ${force.text}`,
      [groupId, part, ...force.bindings],
    );
    for (const row of rows) members.add(row.user_id);
  }
  return members;
}

/** The active people who are members of a group now; of those named, if any are. */
export async function activeMembers(
  tables: TenantTables,
  groupId: string,
  userIds?: readonly string[],
): Promise<readonly string[]> {
  const active: string[] = [];
  for await (const part of partsOf(tables, groupId, userIds))
    active.push(...(await activeAmong(tables, groupId, part)));
  return active;
}

async function activeAmong(tables: TenantTables, groupId: string, userIds: readonly string[]): Promise<string[]> {
  const force = inForce('m');
  const rows = await tables.all<{ id: string }>(
    `select m.user_id as id from memberships m cross join users r where m.client_id = :client and m.group_id = ? and m.user_id ${tables.dialect.isListed} and ${force.text} and r.client_id = :client and r.id = m.user_id and r.active = 1 and r.deleted_at is null order by m.user_id`,
    [groupId, userIds, ...force.bindings],
  );
  return rows.map((row) => row.id);
}

/** The people who are named, or else all members of a group, expired or not: part by part, with turns of the event loop between. */
async function* partsOf(
  tables: TenantTables,
  groupId: string,
  userIds: readonly string[] | undefined,
): AsyncGenerator<readonly string[]> {
  if (userIds !== undefined) {
    yield* inTurns(userIds);
    return;
  }
  const pages = pagesInTurns((after) =>
    tables.all<{ id: string }>(
      'select m.user_id as id from memberships m where m.client_id = :client and m.group_id = ? and m.user_id > ? order by m.user_id limit ?',
      [groupId, after, rowsATurn],
    ),
  );
  for await (const page of pages) yield page.map(({ id }) => id);
}

/** Whose memberships are to be settled, and where. */
export interface Settlement {
  readonly collaborationId: string;
  /** When the collaboration itself ends. */
  readonly expiresAt: string | undefined;
  /** The people whose memberships are settled; undefined for all. */
  readonly userIds?: readonly string[];
}

/**
 * Settles when memberships end, in a collaboration and in the groups that lie in it: by their own date or by the
 * collaboration's, and in the groups not after the membership in the collaboration.
 */
export async function settleEnds(tables: TenantTables, { collaborationId, ...wish }: Settlement): Promise<void> {
  const latest = wish.expiresAt ?? never;
  const among = `user_id ${tables.dialect.isListed}`;
  for await (const people of partsOf(tables, collaborationId, wish.userIds)) {
    await tables.run(
      `update memberships set ends_at = case when expires_at < ? then expires_at else ? end where client_id = :client and group_id = ? and ${among}`,
      [latest, latest, collaborationId, people],
    );
    await tables.run(
      `update memberships set ends_at = coalesce((select m.ends_at from memberships m where m.client_id = :client and m.group_id = ? and m.user_id = memberships.user_id), '')
       where client_id = :client and group_id in (select c.id from collaboration_groups c where c.client_id = :client and c.collaboration_id = ?) and ${among}`,
      [collaborationId, collaborationId, people],
    );
  }
}

/** Takes people out of every group of a collaboration, and says whom out of which, by group. */
export async function removeFromGroupsIn(
  tables: TenantTables,
  collaborationId: string,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const removed = new Map<string, string[]>();
  for await (const part of inTurns(userIds)) {
    const rows = await tables.all<{ group_id: string; user_id: string }>(
      `delete from memberships where client_id = :client and group_id in (select c.id from collaboration_groups c where c.client_id = :client and c.collaboration_id = ?) and user_id ${tables.dialect.isListed} returning group_id, user_id`,
      [collaborationId, part],
    );
    for (const row of rows) {
      const own = removed.get(row.group_id);
      if (own === undefined) removed.set(row.group_id, [row.user_id]);
      else own.push(row.user_id);
    }
  }
  return removed;
}
