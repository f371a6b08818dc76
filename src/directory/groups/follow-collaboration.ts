import { nowInstant } from '../../clock.js';
import { invalidValue, RequestError } from '../../errors.js';
import { hasNestedGroups } from '../../store/tenant/admin-store.js';
import { appendChange, type ChangeEntry } from '../../store/trail/change-log.js';
import { groupsInCollaboration, placesOf } from '../../store/organisation/collaboration-store.js';
import {
  activeMembers,
  membersAmong,
  removeFromGroupsIn,
  settleEnds,
} from '../../store/resources/member-standing-store.js';
import { addUsers } from '../../store/resources/membership-store.js';
import {
  findResource,
  touchResource,
  updateResource,
  type StoredResource,
} from '../../store/resources/resource-store.js';
import { groupsTable } from '../../store/resources/resource-table.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';
import { kindOf } from './group-kinds.js';
import type { MemberDifference } from './group-members.js';
import { expiryOf, hasPlace, isAutoProvisioned } from './group-place.js';
import type { RequestScope } from '../request-scope.js';

/** What a write made of a group: `before` is undefined for a new one. */
export interface GroupChanged {
  readonly group: StoredResource;
  readonly before: StoredResource | undefined;
  readonly members: MemberDifference;
}

/**
 * Draws the consequences of a write to a collaboration or to a group of one, and gives the change of its members with those
 * that follow from it. Throws `invalidValue` for groups as members, 409 for a member from outside the collaboration.
 */
export async function followCollaboration(
  tables: TenantTables,
  scope: RequestScope,
  change: GroupChanged,
): Promise<MemberDifference> {
  const kind = kindOf(change.group);
  if (!hasPlace(kind)) return change.members;
  if (change.members.added.length > 0 && (await hasNestedGroups(tables, change.group.id))) {
    throw invalidValue('members: only people can be members of a collaboration and of its groups');
  }
  return kind === 'collaboration' ? followOwn(tables, scope, change) : followInside(tables, change);
}

async function followOwn(
  tables: TenantTables,
  scope: RequestScope,
  { group, before, members }: GroupChanged,
): Promise<MemberDifference> {
  const expiresAt = expiryOf(group.document);
  if (members.removed.length > 0) {
    const removed = await removeFromGroupsIn(tables, group.id, members.removed);
    for (const [id, ids] of removed) await noteMembers(tables, scope, id, { added: [], removed: ids });
  }
  if (members.added.length > 0) {
    for (const inside of await groupsInCollaboration(tables, group.id, { lock: true })) {
      if (!isAutoProvisioned(inside.document)) continue;
      const added = await addUsers(tables, inside.id, await activeMembers(tables, group.id, members.added));
      await noteMembers(tables, scope, inside.id, { added, removed: [] });
    }
  }
  if (before !== undefined && expiryOf(before.document) !== expiresAt) {
    await settleEnds(tables, { collaborationId: group.id, expiresAt });
  } else if (members.added.length > 0) {
    await settleEnds(tables, { collaborationId: group.id, expiresAt, userIds: members.added });
  }
  if (before !== undefined && before.unitSet !== group.unitSet) await moveGroups(tables, scope, group);
  return members;
}

async function followInside(tables: TenantTables, { group, before, members }: GroupChanged): Promise<MemberDifference> {
  const parent = (await placesOf(tables, [group.id])).get(group.id)?.parent ?? '';
  // Locked, so that nobody leaves the collaboration while they join its group.
  const collaboration = await findResource(tables, groupsTable, parent, { lock: true });
  const provisions = isAutoProvisioned(group.document) && !(before !== undefined && isAutoProvisioned(before.document));
  if (collaboration === undefined || (members.added.length === 0 && !provisions)) return members;
  const known = await membersAmong(tables, parent, members.added);
  const stranger = members.added.find((id) => !known.has(id));
  if (stranger !== undefined) throw new RequestError(409, `${stranger} is not a member of the collaboration`);
  const provisioned = provisions ? await addUsers(tables, group.id, await activeMembers(tables, parent)) : [];
  const added = [...new Set([...members.added, ...provisioned])];
  const expiresAt = expiryOf(collaboration.document);
  await settleEnds(tables, { collaborationId: parent, expiresAt, userIds: added });
  return { added, removed: members.removed };
}

/** The groups of a collaboration that has moved to other units go with it. */
async function moveGroups(tables: TenantTables, scope: RequestScope, collaboration: StoredResource): Promise<void> {
  const { unitSet } = collaboration;
  for (const inside of await groupsInCollaboration(tables, collaboration.id, { lock: true })) {
    const moved = { ...inside, unitSet, version: inside.version + 1, lastModified: nowInstant() };
    await updateResource(tables, groupsTable, moved, inside);
    await logGroup(tables, scope, moved, { attributes: ['units'] });
  }
}

/** Counts the version of a group up and logs who came and who went, where anybody did. */
export async function noteMembers(
  tables: TenantTables,
  scope: RequestScope,
  id: string,
  members: MemberDifference,
): Promise<void> {
  if (members.added.length + members.removed.length === 0) return;
  const group = await findResource(tables, groupsTable, id, { lock: true });
  if (group === undefined) return;
  const changed = { ...group, version: group.version + 1, lastModified: nowInstant() };
  await touchResource(tables, groupsTable, changed);
  await logGroup(tables, scope, changed, { members });
}

/** Logs a change of a group. */
export async function logGroup(
  tables: TenantTables,
  scope: RequestScope,
  group: StoredResource,
  what: Pick<ChangeEntry, 'attributes' | 'members' | 'detail'>,
): Promise<void> {
  await appendChange(tables, scope.actor, {
    ...what,
    action: 'update',
    resourceType: 'Group',
    resourceId: group.id,
    version: group.version,
    unitSet: group.unitSet,
  });
}
