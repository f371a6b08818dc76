import { instantOf, nowInstant, nowMs } from '../../clock.js';
import { invalidValue } from '../../errors.js';
import { fold } from '../../schema/fold.js';
import { groupsInCollaboration, placesOf } from '../../store/organisation/collaboration-store.js';
import { invitationDays, type Invitation } from '../../store/organisation/invitation-store.js';
import type { MemberRole } from '../../store/resources/member-standing-store.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';

const dayMs = 86_400_000;
const address = /^[^\s@\p{Cc}]{1,64}@[^\s@\p{Cc}]{1,189}$/u;

/** What an invitation shall lead to; what is undefined stays as it is. */
export interface InvitationTerms {
  readonly intendedRole?: MemberRole | undefined;
  /** Groups of the collaboration, by id or short name, in place of those that were named. */
  readonly groups?: readonly string[] | undefined;
  /** Until when it can be accepted; an instant that has passed makes one that has expired. */
  readonly expiresAt?: string | undefined;
  /** When the membership ends; null for one without an end. */
  readonly membershipExpiresAt?: string | null | undefined;
}

/** The addresses without outer white space. Throws `invalidValue` naming one that is none, or that stands there twice. */
export function requireAddresses(invites: readonly string[]): readonly string[] {
  const emails = invites.map((each) => each.trim());
  const wrong = emails.find((email) => !address.test(email));
  if (wrong !== undefined) throw invalidValue(`invites: ${JSON.stringify(wrong.slice(0, 254))} is no email address`);
  const keys = emails.map(fold);
  const twice = emails.find((_, index) => keys.indexOf(keys[index] ?? '') !== index);
  if (twice !== undefined) throw invalidValue(`invites: ${JSON.stringify(twice)} is named twice`);
  return emails;
}

/** The ids of groups of a collaboration, which are named by id or short name. Throws `invalidValue` naming one that is none. */
export async function groupIds(
  tables: TenantTables,
  collaborationId: string,
  named: readonly string[],
): Promise<readonly string[]> {
  if (named.length === 0) return [];
  const ids = (await groupsInCollaboration(tables, collaborationId, { lock: false })).map(({ id }) => id);
  const places = await placesOf(tables, ids);
  const known = new Map(ids.flatMap((id) => [[id, id] as const, [places.get(id)?.shortName ?? id, id] as const]));
  return [...new Set(named)].map((name) => {
    const id = known.get(name);
    if (id === undefined) throw invalidValue(`groups: ${JSON.stringify(name)} is no group of the collaboration`);
    return id;
  });
}

/** When an invitation of now expires: after the days that the client has set, and no fewer than these. */
export async function expiryFromNow(tables: TenantTables, leastDays: number): Promise<string> {
  return instantOf(nowMs() + Math.max(leastDays, await invitationDays(tables)) * dayMs);
}

/** An invitation with what is named changed; one that has expired is open again when it is given an instant to come. */
export async function withTerms(
  tables: TenantTables,
  invitation: Invitation,
  terms: InvitationTerms,
): Promise<Invitation> {
  const { groups, membershipExpiresAt } = terms;
  const expiresAt = terms.expiresAt ?? invitation.expiresAt;
  return {
    ...invitation,
    role: terms.intendedRole ?? invitation.role,
    groups: groups === undefined ? invitation.groups : await groupIds(tables, invitation.collaborationId, groups),
    expiresAt,
    status: expiresAt > nowInstant() ? 'open' : invitation.status,
    membershipExpiresAt:
      membershipExpiresAt === undefined ? invitation.membershipExpiresAt : (membershipExpiresAt ?? undefined),
  };
}
