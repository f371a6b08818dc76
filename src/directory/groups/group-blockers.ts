import { RequestError } from '../../errors.js';
import { namesOpenInvitation } from '../../store/organisation/invitation-store.js';
import type { StoredResource } from '../../store/resources/resource-store.js';
import { hasServices } from '../../store/organisation/service-store.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';
import { kindOf, requireDeletable } from './group-kinds.js';

/**
 * Why a group cannot be deleted as a group; undefined when it can. One that deletes a collaboration as what it is takes its
 * connections and invitations with it, and is not held up.
 */
export async function deletionBlocker(tables: TenantTables, group: StoredResource): Promise<string | undefined> {
  const kind = kindOf(group);
  const fixed = fixedReason(group);
  if (fixed !== undefined) return fixed;
  if (kind === 'collaboration' && (await hasServices(tables, group.id))) {
    return 'the collaboration is still connected to a service';
  }
  const isNamed = kind !== 'group' && (await namesOpenInvitation(tables, group.id));
  return isNamed ? 'an open invitation refers to the group' : undefined;
}

function fixedReason(group: StoredResource): string | undefined {
  try {
    requireDeletable(kindOf(group));
    return undefined;
  } catch (error) {
    if (error instanceof RequestError && error.status === 409) return error.message;
    throw error;
  }
}

/** Throws 409 when a group cannot be deleted as a group. */
export async function requireUnblocked(tables: TenantTables, group: StoredResource): Promise<void> {
  const blocker = await deletionBlocker(tables, group);
  if (blocker !== undefined) throw new RequestError(409, blocker);
}
