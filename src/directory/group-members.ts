import { insufficientScope, invalidValue } from '../errors.js';
import { matchesValue } from '../protocol/match-filter.js';
import type { MemberChange } from '../protocol/plan-patch.js';
import {
  addGroups,
  addUsers,
  classifyMembers,
  removeMembers,
  retainMembers,
  wouldCycle,
} from '../store/membership-store.js';
import { listMembers } from '../store/read-members.js';
import type { TenantTables } from '../store/tenant-tables.js';
import { inTurns, nextTurn } from '../store/turns.js';
import { isIdentifier } from './identifiers.js';
import { requireFewLeavers, type LeaverPolicy } from './leaver-guard.js';

/** The difference that changes made to a group's members. */
export interface MemberDifference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** More members than any group has: no limit. */
export const allMembers = 2_147_483_647;

// Each is some statements.
const changesATurn = 20;

/**
 * Applies changes to the members of a group, one after the other, as rows; the members it has already are not read.
 * Throws 409 where more people would be taken out than the policy lets pass,
 * `invalidValue` for an id that is nobody of this client and for a cycle, 403 for one beyond the token's units.
 */
export async function applyMemberChanges(
  tables: TenantTables,
  groupId: string,
  changes: readonly MemberChange[],
  policy: LeaverPolicy,
): Promise<MemberDifference> {
  const added = new Set<string>();
  const removed = new Set<string>();
  for (const [place, change] of changes.entries()) {
    if (place > 0 && place % changesATurn === 0) await nextTurn();
    const step = await applyChange(tables, groupId, change);
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

async function applyChange(tables: TenantTables, groupId: string, change: MemberChange): Promise<MemberDifference> {
  switch (change.kind) {
    case 'addMembers':
      return { added: await add(tables, groupId, change.ids), removed: [] };
    case 'removeMembers':
      return { added: [], removed: await removeMembers(tables, groupId, change.ids.filter(isIdentifier)) };
    case 'removeAllMembers':
      return { added: [], removed: await retainMembers(tables, groupId, []) };
    case 'removeMembersMatching':
      return { added: [], removed: await removeMatching(tables, groupId, change) };
    case 'replaceMembers': {
      const kinds = await requireMembers(tables, change.ids);
      const removed = await retainMembers(tables, groupId, change.ids);
      return { added: await addKnown(tables, groupId, kinds), removed };
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

async function add(tables: TenantTables, groupId: string, ids: readonly string[]): Promise<string[]> {
  return addKnown(tables, groupId, await requireMembers(tables, ids));
}

interface KnownMembers {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

async function requireMembers(tables: TenantTables, ids: readonly string[]): Promise<KnownMembers> {
  const stranger = ids.find((id) => !isIdentifier(id));
  if (stranger !== undefined) throw noMember(stranger);
  const kinds = await classifyMembers(tables, ids);
  const known = { users: [] as string[], groups: [] as string[] };
  for (const [id, kind] of kinds) {
    if (kind === 'unknown') throw noMember(id);
    if (kind === 'out-of-scope') throw insufficientScope('the token does not reach one of the members');
    (kind === 'User' ? known.users : known.groups).push(id);
  }
  return known;
}

async function addKnown(tables: TenantTables, groupId: string, { users, groups }: KnownMembers): Promise<string[]> {
  const added = users.length === 0 ? [] : await addUsers(tables, groupId, users);
  if (groups.length === 0) return added;
  if (await wouldCycle(tables, groupId, groups)) throw invalidValue('members: a group cannot contain itself');
  return [...added, ...(await addGroups(tables, groupId, groups))];
}

function noMember(id: string) {
  return invalidValue(`members: ${JSON.stringify(id)} is not a user or group of this client`);
}
