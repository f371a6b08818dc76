import { nowInstant } from '../../clock.js';
import type { Invitation, InvitationStatus } from '../../store/organisation/invitation-store.js';
import type { MemberRole } from '../../store/resources/member-standing-store.js';
import { findResource } from '../../store/resources/resource-store.js';
import { usersTable } from '../../store/resources/resource-table.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';

/** An invitation as the companion API shows one; its code is not part of it. Instants are ISO 8601 UTC. */
export interface InvitationView {
  readonly id: string;
  readonly collaborationId: string;
  readonly email: string;
  readonly intendedRole: MemberRole;
  readonly groups: readonly string[];
  readonly status: InvitationStatus;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly membershipExpiresAt: string | null;
  /** Who accepted it, where the caller may see that person. */
  readonly user: { readonly id: string; readonly userName: string; readonly active: boolean } | null;
}

/** How an invitation stands now: an open one whose time has passed has expired. */
export function invitationStatus({ status, expiresAt }: Pick<Invitation, 'status' | 'expiresAt'>): InvitationStatus {
  return status === 'open' && expiresAt <= nowInstant() ? 'expired' : status;
}

/** An invitation as it is shown to the scope of the tables. */
export async function viewInvitation(tables: TenantTables, invitation: Invitation): Promise<InvitationView> {
  return {
    id: invitation.id,
    collaborationId: invitation.collaborationId,
    email: invitation.email,
    intendedRole: invitation.role,
    groups: invitation.groups,
    status: invitationStatus(invitation),
    createdAt: invitation.createdAt,
    expiresAt: invitation.expiresAt,
    membershipExpiresAt: invitation.membershipExpiresAt ?? null,
    user: await acceptedBy(tables, invitation),
  };
}

async function acceptedBy(tables: TenantTables, { status, userId }: Invitation): Promise<InvitationView['user']> {
  if (status !== 'accepted' || userId === undefined) return null;
  const user = await findResource(tables, usersTable, userId, { lock: false });
  if (user?.inScope !== true) return null;
  const { userName, active } = user.document;
  return { id: user.id, userName: String(userName), active: active !== false };
}
