import { invalidValue, mutability, RequestError } from '../../errors.js';
import { hasNestedGroups } from '../../store/tenant/admin-store.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';
import { mirrorToUsers, requireOtherAdmin } from '../clients/client-admins.js';
import type { MemberDifference } from './group-members.js';
import type { RequestScope } from '../request-scope.js';

/** What a group is; the kind is given when it is made and stays. */
export type GroupKind = 'group' | 'collaboration' | 'collaboration-group' | 'client-admins' | 'unit-managers';

const kindsToMake: readonly GroupKind[] = ['group', 'unit-managers', 'collaboration', 'collaboration-group'];

/** The kind that a new group is to have. Throws `invalidValue` for one that cannot be made this way. */
export function kindForNew(named: string | undefined): GroupKind {
  const kind = kindsToMake.find((each) => each === (named ?? 'group').toLowerCase());
  if (kind === undefined) throw invalidValue(`kind: no group of kind ${JSON.stringify(named)} can be made`);
  return kind;
}

/** The kind of a stored group; the column holds nothing else. */
export function kindOf(group: { readonly standing?: string }): GroupKind {
  return (group.standing ?? 'group') as GroupKind;
}

/** Throws `mutability` when a group is to become one of another kind. */
export function requireSameKind(current: GroupKind, named: string | undefined): void {
  if (named !== undefined && named.toLowerCase() !== current) throw mutability('kind cannot be changed');
}

/** Whether the members of such a group get access by it, so that what tokens reach changes with them. */
export function givesAccess(kind: GroupKind): boolean {
  return kind === 'client-admins' || kind === 'unit-managers';
}

/** Throws 409 when a group may not be deleted. */
export function requireDeletable(kind: GroupKind): void {
  if (kind === 'client-admins')
    throw new RequestError(409, 'the group of the administrators stays as long as the client');
}

/** Throws `mutability` when the group of the administrators would get another name, or units. */
export function requireFixedParts(kind: GroupKind, attributes: readonly string[]): void {
  const fixed = attributes.find((name) => name === 'displayName' || name === 'units');
  if (kind === 'client-admins' && fixed !== undefined) {
    throw mutability(`${fixed} of the group of the administrators cannot be changed`);
  }
}

/**
 * Draws the consequences of a change of members. Throws `invalidValue` where a group is made a member of one that gives access,
 * 409 where the last active administrator would leave.
 */
export async function followMembers(
  tables: TenantTables,
  scope: RequestScope,
  { id, kind, members }: { readonly id: string; readonly kind: GroupKind; readonly members: MemberDifference },
): Promise<void> {
  if (!givesAccess(kind) || members.added.length + members.removed.length === 0) return;
  if (await hasNestedGroups(tables, id)) throw invalidValue('members: only people can be members of this group');
  if (kind !== 'client-admins') return;
  if (members.removed.length > 0) await requireOtherAdmin(tables, scope, members.removed);
  await mirrorToUsers(tables, scope.actor, members);
}
