import { insufficientScope, invalidValue } from '../../errors.js';
import { matchesValue } from '../../protocol/match-filter.js';
import type { MemberChange } from '../../protocol/plan-patch.js';
import {
  addGroups,
  addUsers,
  classifyMembers,
  removeMembers,
  retainMembers,
  wouldCycle,
  type MemberKind,
} from '../../store/resources/membership-store.js';
import { listMembers } from '../../store/resources/read-members.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';
import { together } from '../../store/database/together.js';
import { inTurns, nextTurn } from '../../store/database/turns.js';
import { isIdentifier } from '../identifiers.js';
import { requireFewLeavers, type LeaverPolicy } from '../leaver-guard.js';

/** The difference that changes made to a group's members. */
export interface MemberDifference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Who is offered as a member, and what has been done already. */
interface BegunChanges {
  readonly offered: ReadonlyMap<string, MemberKind>;
  /** What the first change has done to the people that it names; undefined where it has not begun. */
  readonly first: readonly string[] | undefined;
}

/**
 * Looks up who is offered as a member and does at once what the first change says of people by name, in a journey to the database
 * that may be that of the lock of the group. Nothing is judged yet: `applyMemberChanges` does, in the same transaction.
 */
export async function beginMemberChanges(
  tables: TenantTables,
  groupId: string,
  changes: readonly MemberChange[],
): Promise<BegunChanges> {
  const offered = changes.flatMap((change) => ('ids' in change && change.kind !== 'removeMembers' ? change.ids : []));
  const [kinds, first] = await together(
    classifyMembers(tables, [...new Set(offered)].filter(isIdentifier)),
    beginChange(tables, groupId, changes[0]),
  );
  return { offered: kinds, first };
}

async function beginChange(
  tables: TenantTables,
  groupId: string,
  change: MemberChange | undefined,
): Promise<readonly string[] | undefined> {
  if (!isIdentifier(groupId)) return undefined;
  if (change?.kind === 'addMembers') return addUsers(tables, groupId, change.ids.filter(isIdentifier));
  if (change?.kind === 'removeMembers') return removeMembers(tables, groupId, change.ids.filter(isIdentifier));
  return undefined;
}

/** More members than any group has: no limit. */
export const allMembers = 2_147_483_647;

// Each is some statements.
const changesATurn = 20;

/** Changes to the members of a group, as they were begun. */
export interface MemberChanges {
  readonly changes: readonly MemberChange[];
  readonly begun: BegunChanges;
  readonly policy: LeaverPolicy;
}

/**
 * Applies changes to the members of a group, one after the other, as rows; the members it has already are not read.
 * Throws 409 where more people would be taken out than the policy lets pass,
 * `invalidValue` for an id that is nobody of this client and for a cycle, 403 for one beyond the token's units.
 */
export async function applyMemberChanges(
  tables: TenantTables,
  groupId: string,
  { changes, begun: { offered, first }, policy }: MemberChanges,
): Promise<MemberDifference> {
  const added = new Set<string>();
  const removed = new Set<string>();
  for (const [place, change] of changes.entries()) {
    if (place > 0 && place % changesATurn === 0) await nextTurn();
    const step = await applyChange(tables, groupId, change, { offered, first: place === 0 ? first : undefined });
    if (takesWhoIsNotNamed(change)) await requireFewLeavers(tables, step.removed.length, policy);
    for (const id of step.removed) if (!added.delete(id)) removed.add(id);
    for (const id of step.added) if (!removed.delete(id)) added.add(id);
  }
  return { added: [...added], removed: [...removed] };
}

/** Whether a change removes members without naming them, as a list that was cut off would. */
function takesWhoIsNotNamed({ kind }: MemberChange): boolean {
  return kind === 'replaceMembers' || kind === 'removeAllMembers' || kind === 'removeMembersMatching';
}

async function applyChange(
  tables: TenantTables,
  groupId: string,
  change: MemberChange,
  { offered, first }: BegunChanges,
): Promise<MemberDifference> {
  switch (change.kind) {
    case 'addMembers':
      return { added: await addKnown(tables, groupId, requireMembers(offered, change.ids), first), removed: [] };
    case 'removeMembers':
      return { added: [], removed: first ?? (await removeMembers(tables, groupId, change.ids.filter(isIdentifier))) };
    case 'removeAllMembers':
      return { added: [], removed: await retainMembers(tables, groupId, []) };
    case 'removeMembersMatching':
      return { added: [], removed: await removeMatching(tables, groupId, change) };
    case 'replaceMembers': {
      const known = requireMembers(offered, change.ids);
      const removed = await retainMembers(tables, groupId, change.ids);
      return { added: await addKnown(tables, groupId, known), removed };
    }
  }
}

async function removeMatching(
  tables: TenantTables,
  groupId: string,
  change: Extract<MemberChange, { kind: 'removeMembersMatching' }>,
): Promise<string[]> {
  const members = await listMembers(tables, groupId, allMembers);
  const matching: string[] = [];
  for await (const part of inTurns(members)) {
    for (const member of part) if (matchesValue(change.filter, { ...member })) matching.push(member.value);
  }
  return removeMembers(tables, groupId, matching);
}

interface KnownMembers {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

function requireMembers(offered: BegunChanges['offered'], ids: readonly string[]): KnownMembers {
  const stranger = ids.find((id) => !isIdentifier(id));
  if (stranger !== undefined) throw noMember(stranger);
  const known = { users: [] as string[], groups: [] as string[] };
  for (const id of new Set(ids)) {
    const kind = offered.get(id);
    if (kind === undefined || kind === 'unknown') throw noMember(id);
    if (kind === 'out-of-scope') throw insufficientScope('the token does not reach one of the members');
    (kind === 'User' ? known.users : known.groups).push(id);
  }
  return known;
}

async function addKnown(
  tables: TenantTables,
  groupId: string,
  { users, groups }: KnownMembers,
  addedUsers?: readonly string[],
): Promise<readonly string[]> {
  const added = addedUsers ?? (users.length === 0 ? [] : await addUsers(tables, groupId, users));
  if (groups.length === 0) return added;
  if (await wouldCycle(tables, groupId, groups)) throw invalidValue('members: a group cannot contain itself');
  return [...added, ...(await addGroups(tables, groupId, groups))];
}

function noMember(id: string) {
  return invalidValue(`members: ${JSON.stringify(id)} is not a user or group of this client`);
}
