import { nowInstant } from '../../clock.js';
import { notFound, RequestError } from '../../errors.js';
import { appendChange, type ChangeEntry } from '../../store/trail/change-log.js';
import {
  deleteInvitation,
  expireInvitations,
  insertInvitation,
  invitationById,
  isInvited,
  openInvitations,
  updateInvitation,
  type Invitation,
} from '../../store/organisation/invitation-store.js';
import type { StoredResource } from '../../store/resources/resource-store.js';
import { readTables, writeTables, type TenantTables } from '../../store/tenant/tenant-tables.js';
import type { DirectoryContext } from '../context.js';
import { findCollaboration } from './find-collaboration.js';
import { isIdentifier, newIdentifier } from '../identifiers.js';
import { newInvitationCode } from './invitation-codes.js';
import { expiryFromNow, groupIds, requireAddresses, withTerms, type InvitationTerms } from './invitation-terms.js';
import { invitationStatus, viewInvitation, type InvitationView } from './invitation-view.js';
import { addInvitedPerson, dropUninvited, personWithAddress } from './invited-people.js';
import { requireAccess, type RequestScope } from '../request-scope.js';

const shortestResendDays = 14;

/** An invitation that was made, or sent again: its code is shown this once. */
export interface InvitationWithCode extends InvitationView {
  readonly code: string;
}

/** The invitations into collaborations: whoever reaches the collaboration reaches them. */
export class Invitations {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /**
   * Invites people, all of them or none. An address that nobody of the client has becomes a person who is invited only. Throws
   * `invalidValue` naming an address or a group that is none, 409 where an invitation of the address is open.
   */
  async create(
    scope: RequestScope,
    collaborationId: string,
    { invites, ...terms }: InvitationTerms & { readonly invites: readonly string[] },
  ): Promise<readonly InvitationWithCode[]> {
    requireAccess(scope, 'provision');
    const emails = requireAddresses(invites);
    return this.#write(scope, async (tables) => {
      const collaboration = await findCollaboration(tables, collaborationId, { lock: true });
      const groups = await groupIds(tables, collaboration.id, terms.groups ?? []);
      await expireInvitations(tables, collaboration.id, nowInstant());
      const expiresAt = terms.expiresAt ?? (await expiryFromNow(tables, 0));
      const made: InvitationWithCode[] = [];
      for (const email of emails) {
        made.push(await this.#invite(tables, scope, { collaboration, email, groups, terms: { ...terms, expiresAt } }));
      }
      return made;
    });
  }

  /** The open invitations of a collaboration, oldest first. Throws 404, or 403 out of scope. */
  async list(scope: RequestScope, collaborationId: string): Promise<readonly InvitationView[]> {
    requireAccess(scope, 'read');
    const tables = readTables(this.#context.database, scope);
    const collaboration = await findCollaboration(tables, collaborationId, { lock: false });
    const found = await openInvitations(tables, collaboration.id, nowInstant());
    return Promise.all(found.map((invitation) => viewInvitation(tables, invitation)));
  }

  /** The invitation with this id. Throws 404, or 403 where its collaboration is out of scope. */
  async read(scope: RequestScope, id: string): Promise<InvitationView> {
    requireAccess(scope, 'read');
    const tables = readTables(this.#context.database, scope);
    const { invitation } = await findInvitation(tables, id, { lock: false });
    return viewInvitation(tables, invitation);
  }

  /** Deletes an invitation; one who was invited only, and is invited nowhere else, goes with it. */
  async remove(scope: RequestScope, id: string): Promise<void> {
    requireAccess(scope, 'provision');
    await this.#write(scope, async (tables) => {
      const { invitation, collaboration } = await findInvitation(tables, id, { lock: true });
      await deleteInvitation(tables, invitation.id);
      await logInvitation(tables, scope, { invitation, collaboration, action: 'delete' });
      if (invitation.status !== 'accepted') await dropUninvited(tables, scope, invitation.userId);
    });
  }

  /** Sends an invitation again: a new code, and at least two weeks to accept it. Throws 409 for one that was answered. */
  async resend(scope: RequestScope, id: string): Promise<InvitationWithCode> {
    requireAccess(scope, 'provision');
    return this.#write(scope, async (tables) => {
      const { invitation, collaboration } = await findInvitation(tables, id, { lock: true });
      requireUnanswered(invitation);
      await requireOnlyOpen(tables, invitation);
      const code = newInvitationCode();
      const later = await expiryFromNow(tables, shortestResendDays);
      const expiresAt = invitation.expiresAt > later ? invitation.expiresAt : later;
      const renewed: Invitation = { ...invitation, status: 'open', codeHash: code.hash, expiresAt };
      await updateInvitation(tables, renewed);
      await logInvitation(tables, scope, { invitation: renewed, collaboration, action: 'update', before: invitation });
      return { ...(await viewInvitation(tables, renewed)), code: code.text };
    });
  }

  /** Changes what is named of an invitation. Throws 409 for one that was answered. */
  async update(scope: RequestScope, id: string, terms: InvitationTerms): Promise<InvitationView> {
    requireAccess(scope, 'provision');
    return this.#write(scope, async (tables) => {
      const { invitation, collaboration } = await findInvitation(tables, id, { lock: true });
      requireUnanswered(invitation);
      const changed = await withTerms(tables, invitation, terms);
      if (invitation.status !== 'open' && changed.status === 'open') await requireOnlyOpen(tables, invitation);
      await updateInvitation(tables, changed);
      await logInvitation(tables, scope, { invitation: changed, collaboration, action: 'update', before: invitation });
      return viewInvitation(tables, changed);
    });
  }

  async #invite(
    tables: TenantTables,
    scope: RequestScope,
    wish: {
      readonly collaboration: StoredResource;
      readonly email: string;
      readonly groups: readonly string[];
      readonly terms: InvitationTerms & { readonly expiresAt: string };
    },
  ): Promise<InvitationWithCode> {
    const { collaboration, email, groups, terms } = wish;
    if (await isInvited(tables, collaboration.id, email)) throw invitedAlready(email);
    const known = await personWithAddress(tables, email);
    const { unitSet } = collaboration;
    const added = known === undefined ? await addInvitedPerson(tables, scope, { email, unitSet }) : undefined;
    const code = newInvitationCode();
    const invitation: Invitation = {
      id: newIdentifier(),
      collaborationId: collaboration.id,
      email,
      role: terms.intendedRole ?? 'member',
      codeHash: code.hash,
      status: 'open',
      createdAt: nowInstant(),
      expiresAt: terms.expiresAt,
      membershipExpiresAt: terms.membershipExpiresAt ?? undefined,
      userId: added?.id ?? known,
      groups,
    };
    await insertInvitation(tables, invitation);
    await logInvitation(tables, scope, { invitation, collaboration, action: 'create' });
    return { ...(await viewInvitation(tables, invitation)), code: code.text };
  }

  #write<Result>(scope: RequestScope, work: (tables: TenantTables) => Promise<Result>): Promise<Result> {
    return writeTables(this.#context.database, scope, work);
  }
}

async function findInvitation(
  tables: TenantTables,
  id: string,
  options: { readonly lock: boolean },
): Promise<{ readonly invitation: Invitation; readonly collaboration: StoredResource }> {
  const invitation = isIdentifier(id) ? await invitationById(tables, id, options) : undefined;
  if (invitation === undefined) throw notFound('resource');
  return { invitation, collaboration: await findCollaboration(tables, invitation.collaborationId, { lock: false }) };
}

/** Throws 409 for an invitation that was accepted or declined. */
function requireUnanswered({ status }: Invitation): void {
  if (status === 'accepted' || status === 'declined') throw new RequestError(409, `the invitation was ${status}`);
}

/** Throws 409 where the address was invited again meanwhile. */
async function requireOnlyOpen(tables: TenantTables, { collaborationId, email, status }: Invitation): Promise<void> {
  if (status !== 'open' && (await isInvited(tables, collaborationId, email))) throw invitedAlready(email);
}

function invitedAlready(email: string): RequestError {
  return new RequestError(409, `${JSON.stringify(email)} has an open invitation already`);
}

/** Logs what became of an invitation; its code is no part of it. */
export async function logInvitation(
  tables: TenantTables,
  scope: RequestScope,
  change: {
    readonly invitation: Invitation;
    readonly collaboration: StoredResource;
    readonly action: ChangeEntry['action'];
    readonly before?: Invitation;
  },
): Promise<void> {
  const { invitation, collaboration, action, before } = change;
  const told = ({ role, expiresAt, groups, ...rest }: Invitation) => ({
    status: invitationStatus({ ...rest, expiresAt }),
    intendedRole: role,
    expiresAt,
    groups,
  });
  await appendChange(tables, scope.actor, {
    action,
    resourceType: 'Invitation',
    resourceId: invitation.id,
    unitSet: collaboration.unitSet,
    detail: {
      invitation: {
        ...(before === undefined ? {} : { before: told(before) }),
        ...(action === 'delete' ? {} : { after: told(invitation) }),
      },
    },
  });
}
