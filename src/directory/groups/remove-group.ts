import { appendChange } from '../../store/trail/change-log.js';
import { groupsInCollaboration } from '../../store/organisation/collaboration-store.js';
import { deleteGroup } from '../../store/resources/group-store.js';
import { openInvitations } from '../../store/organisation/invitation-store.js';
import type { StoredResource } from '../../store/resources/resource-store.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';
import { changedValues } from '../audit/changed-attributes.js';
import { kindOf } from './group-kinds.js';
import { dropUninvited } from '../collaborations/invited-people.js';
import type { RequestScope } from '../request-scope.js';

/** Deletes a group that the caller has locked, for good; a collaboration takes its groups and its invitations with it. */
export async function removeGroup(tables: TenantTables, scope: RequestScope, group: StoredResource): Promise<void> {
  const isCollaboration = kindOf(group) === 'collaboration';
  const invited = isCollaboration ? await openInvitations(tables, group.id, '') : [];
  if (isCollaboration) {
    for (const inside of await groupsInCollaboration(tables, group.id, { lock: true })) {
      await removeGroup(tables, scope, inside);
    }
  }
  await deleteGroup(tables, group);
  for (const { userId } of invited) await dropUninvited(tables, scope, userId);
  await appendChange(tables, scope.actor, {
    action: 'delete',
    resourceType: 'Group',
    resourceId: group.id,
    version: group.version + 1,
    unitSet: group.unitSet,
    detail: changedValues(group.document, {}),
  });
}
