import { nowInstant } from '../../clock.js';
import { fold } from '../../schema/fold.js';
import { indexKey } from '../../schema/search-document.js';
import type { MemberRole } from '../resources/member-standing-store.js';
import type { TenantTables } from '../tenant/tenant-tables.js';

export type InvitationStatus = 'open' | 'accepted' | 'declined' | 'expired';

/** An invitation into a collaboration; its code is kept as a SHA-256 hash alone. Instants are ISO 8601 UTC. */
export interface Invitation {
  readonly id: string;
  readonly collaborationId: string;
  readonly email: string;
  readonly role: MemberRole;
  readonly codeHash: string;
  readonly status: InvitationStatus;
  readonly createdAt: string;
  readonly expiresAt: string;
  /** When the membership that comes of it ends. */
  readonly membershipExpiresAt: string | undefined;
  /** Who was invited, or accepted. */
  readonly userId: string | undefined;
  /** Ids of groups of the collaboration. */
  readonly groups: readonly string[];
}

interface InvitationRow {
  readonly id: string;
  readonly collaboration_id: string;
  readonly email: string;
  readonly role: MemberRole;
  readonly code_hash: string;
  readonly status: InvitationStatus;
  readonly created_at: string;
  readonly expires_at: string;
  readonly membership_expires_at: string | null;
  readonly user_id: string | null;
}

const columns =
  'i.id, i.collaboration_id, i.email, i.role, i.code_hash, i.status, i.created_at, i.expires_at, i.membership_expires_at, i.user_id';

/** Adds an invitation. The caller has made sure that no other one to this address is open. */
export async function insertInvitation(tables: TenantTables, invitation: Invitation): Promise<void> {
  await tables.run(
    'insert into invitations (client_id, id, collaboration_id, email, email_key, role, code_hash, status, created_at, expires_at, membership_expires_at, user_id) values (:client, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    [
      invitation.id,
      invitation.collaborationId,
      invitation.email,
      emailKey(invitation.email),
      invitation.role,
      invitation.codeHash,
      invitation.status,
      invitation.createdAt,
      invitation.expiresAt,
      invitation.membershipExpiresAt ?? null,
      invitation.userId ?? null,
    ],
  );
  await insertGroups(tables, invitation);
}

/** Writes the new state of an invitation that the caller has locked; its address and its collaboration stay. */
export async function updateInvitation(tables: TenantTables, invitation: Invitation): Promise<void> {
  await tables.run(
    'update invitations set role = ?, code_hash = ?, status = ?, expires_at = ?, membership_expires_at = ?, user_id = ? where client_id = :client and id = ?',
    [
      invitation.role,
      invitation.codeHash,
      invitation.status,
      invitation.expiresAt,
      invitation.membershipExpiresAt ?? null,
      invitation.userId ?? null,
      invitation.id,
    ],
  );
  await tables.run('delete from invitation_groups where client_id = :client and invitation_id = ?', [invitation.id]);
  await insertGroups(tables, invitation);
}

async function insertGroups(tables: TenantTables, { id, groups }: Invitation): Promise<void> {
  for (const group of groups) {
    await tables.run('insert into invitation_groups (client_id, invitation_id, group_id) values (:client, ?, ?)', [
      id,
      group,
    ]);
  }
}

/** Deletes an invitation for good. */
export async function deleteInvitation(tables: TenantTables, id: string): Promise<void> {
  await tables.run('delete from invitations where client_id = :client and id = ?', [id]);
}

/** The invitation with this id. `lock` keeps it from other writers until the commit. */
export async function invitationById(
  tables: TenantTables,
  id: string,
  options: { readonly lock: boolean },
): Promise<Invitation | undefined> {
  return only(tables, { text: 'i.id = ?', bindings: [id] }, options);
}

/** The invitation whose code has this hash, kept from other writers until the commit. */
export async function lockInvitationByCode(tables: TenantTables, codeHash: string): Promise<Invitation | undefined> {
  return only(tables, { text: 'i.code_hash = ?', bindings: [codeHash] }, { lock: true });
}

async function only(
  tables: TenantTables,
  { text, bindings }: { readonly text: string; readonly bindings: readonly string[] },
  { lock }: { readonly lock: boolean },
): Promise<Invitation | undefined> {
  const rows = await tables.all<InvitationRow>(
    `select ${columns} from invitations i where i.client_id = :client and ${text}${lock ? tables.dialect.lockRows : ''}`,
    bindings,
  );
  const [invitation] = await withGroups(tables, rows);
  return invitation;
}

/** The invitations of a collaboration that are open, oldest first; those whose time has passed are left out. */
export async function openInvitations(
  tables: TenantTables,
  collaborationId: string,
  at: string,
): Promise<readonly Invitation[]> {
  const rows = await tables.all<InvitationRow>(
    `select ${columns} from invitations i where i.client_id = :client and i.collaboration_id = ? and i.status = 'open' and i.expires_at > ? order by i.created_at, i.id`,
    [collaborationId, at],
  );
  return withGroups(tables, rows);
}

/** Says of the open invitations of a collaboration whose time has passed that they have expired. */
export async function expireInvitations(tables: TenantTables, collaborationId: string, at: string): Promise<void> {
  await tables.run(
    `update invitations set status = 'expired' where client_id = :client and collaboration_id = ? and status = 'open' and expires_at <= ?`,
    [collaborationId, at],
  );
}

/** Whether an invitation into a collaboration is open for this address, whatever its letter case. */
export async function isInvited(tables: TenantTables, collaborationId: string, email: string): Promise<boolean> {
  const row = await tables.first(
    `select i.id from invitations i where i.client_id = :client and i.collaboration_id = ? and i.email_key = ? and i.status = 'open'`,
    [collaborationId, emailKey(email)],
  );
  return row !== undefined;
}

/** Whether any invitation of a person is open. */
export async function isUserInvited(tables: TenantTables, userId: string): Promise<boolean> {
  const row = await tables.first(
    `select i.id from invitations i where i.client_id = :client and i.user_id = ? and i.status = 'open' limit 1`,
    [userId],
  );
  return row !== undefined;
}

/** Whether an open invitation is into this collaboration, or into this group of one. */
export async function namesOpenInvitation(tables: TenantTables, groupId: string): Promise<boolean> {
  const row = await tables.first(
    `select i.id from invitations i where i.client_id = :client and i.status = 'open' and i.expires_at > ?
     and (i.collaboration_id = ? or i.id in (select g.invitation_id from invitation_groups g where g.client_id = :client and g.group_id = ?)) limit 1`,
    [nowInstant(), groupId, groupId],
  );
  return row !== undefined;
}

/** How many days an invitation of the client is open for unless it says otherwise. */
export async function invitationDays(tables: TenantTables): Promise<number> {
  const row = await tables.first<{ days: number }>(
    'select c.invitation_ttl_days as days from clients c where c.id = :client',
  );
  return row?.days ?? 15;
}

/** Sets how many days an invitation of the client is open for unless it says otherwise. */
export async function storeInvitationDays(tables: TenantTables, days: number): Promise<void> {
  await tables.run('update clients set invitation_ttl_days = ? where id = :client', [days]);
}

async function withGroups(tables: TenantTables, rows: readonly InvitationRow[]): Promise<readonly Invitation[]> {
  const groups = new Map<string, string[]>(rows.map(({ id }) => [id, []]));
  const pairs = await tables.all<{ invitation_id: string; group_id: string }>(
    `select g.invitation_id, g.group_id from invitation_groups g where g.client_id = :client and g.invitation_id ${tables.dialect.isListed} order by g.group_id`,
    [[...groups.keys()]],
  );
  for (const pair of pairs) groups.get(pair.invitation_id)?.push(pair.group_id);
  return rows.map((row) => ({
    id: row.id,
    collaborationId: row.collaboration_id,
    email: row.email,
    role: row.role,
    codeHash: row.code_hash,
    status: row.status,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    membershipExpiresAt: row.membership_expires_at ?? undefined,
    userId: row.user_id ?? undefined,
    groups: groups.get(row.id) ?? [],
  }));
}

/** An address as it is compared, whatever its letter case. */
export function emailKey(email: string): string {
  return indexKey(fold(email));
}
