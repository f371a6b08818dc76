import { RequestError } from '../../errors.js';
import type { Database } from '../../store/database/connection.js';
import { listMembers, membersOfGroups, type Member } from '../../store/resources/read-members.js';
import { versionsOf, type StoredResource } from '../../store/resources/resource-store.js';
import { groupsTable } from '../../store/resources/resource-table.js';
import type { TenantScope } from '../../store/tenant/scope.js';
import { readTables, writeTables, type TenantTables } from '../../store/tenant/tenant-tables.js';
import { rowsATurn } from '../../store/database/turns.js';
import { findOrRefuse } from '../find-or-refuse.js';
import { allMembers } from './group-members.js';

/** A group with the members that it had in this version. */
export interface GroupSnapshot {
  readonly group: StoredResource;
  readonly members: readonly Member[];
}

const attempts = 3;

/**
 * The group with this id and its members, read in several statements as if in one: when the version has changed in between, again,
 * and in the end while writers of the group wait. Of a very large group the members may be newer than the version then, never
 * older: whoever writes over what was read is refused for it. Throws 404, or 403 out of scope.
 */
export async function readGroup(database: Database, scope: TenantScope, id: string): Promise<GroupSnapshot> {
  const tables = readTables(database, scope);
  for (let attempt = 1; ; attempt++) {
    const group = await findOrRefuse(tables, groupsTable, id, { lock: false });
    const members = await listMembers(tables, id, allMembers);
    if ((await versionsOf(tables, groupsTable, [id])).get(id) === group.version) return { group, members };
    if (attempt < attempts) continue;
    return members.length > rowsATurn ? { group, members } : readLocked(database, scope, id);
  }
}

function readLocked(database: Database, scope: TenantScope, id: string): Promise<GroupSnapshot> {
  return writeTables(database, scope, async (tables) => ({
    group: await findOrRefuse(tables, groupsTable, id, { lock: true }),
    members: await listMembers(tables, id, allMembers),
  }));
}

/** The groups with their members, in their order, without those that are gone by now; `counts` says about how many each has. */
export async function readMembersOf(
  database: Database,
  tables: TenantTables,
  groups: readonly StoredResource[],
  counts: ReadonlyMap<string, number>,
): Promise<readonly GroupSnapshot[]> {
  const members = await membersOfGroups(tables, counts);
  const ids = groups.map(({ id }) => id);
  const versions = ids.length === 0 ? new Map<string, number>() : await versionsOf(tables, groupsTable, ids);
  const snapshots: GroupSnapshot[] = [];
  for (const group of groups) {
    const isSame = versions.get(group.id) === group.version;
    const snapshot = isSame
      ? { group, members: members.get(group.id) ?? [] }
      : await readAgain(database, tables.scope, group.id);
    if (snapshot !== undefined) snapshots.push(snapshot);
  }
  return snapshots;
}

async function readAgain(database: Database, scope: TenantScope, id: string): Promise<GroupSnapshot | undefined> {
  try {
    return await readGroup(database, scope, id);
  } catch (error) {
    // Deleted since, or moved out of the caller's units.
    if (error instanceof RequestError && (error.status === 404 || error.status === 403)) return undefined;
    throw error;
  }
}

/**
 * The members of a group in the transaction that has just written it: afterwards others may have changed them. Undefined for so many
 * that others should not wait for the reading.
 */
export async function membersAsWritten(
  tables: TenantTables,
  id: string,
  limit: number,
): Promise<readonly Member[] | undefined> {
  const members = await listMembers(tables, id, Math.min(limit, rowsATurn));
  return members.length < rowsATurn || limit <= rowsATurn ? members : undefined;
}
