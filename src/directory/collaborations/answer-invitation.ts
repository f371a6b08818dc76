import { nowInstant } from '../../clock.js';
import { insufficientScope, notFound, RequestError } from '../../errors.js';
import { lockInvitationByCode, updateInvitation, type Invitation } from '../../store/organisation/invitation-store.js';
import { membersAmong } from '../../store/resources/member-standing-store.js';
import { writePlatform } from '../../store/tenant/platform-tables.js';
import { findResource, type FoundResource } from '../../store/resources/resource-store.js';
import { groupsTable, usersTable } from '../../store/resources/resource-table.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';
import type { DirectoryContext } from '../context.js';
import { findCollaboration } from './find-collaboration.js';
import { findPerson, type PersonNamed } from '../users/find-person.js';
import { changeMembers, changeMembership } from '../groups/group-people.js';
import { hashInvitationCode } from './invitation-codes.js';
import { invitationStatus, viewInvitation, type InvitationView } from './invitation-view.js';
import { logInvitation } from './invitations.js';
import { activateInvited, addInvitedPerson, dropUninvited, personWithAddress } from './invited-people.js';
import { requireAccess, requireOwnWrites, type RequestScope } from '../request-scope.js';

/** A code, and who accepts: the person of a personal token, or whom the request names, or whom the address names. */
export interface InvitationAnswer extends PersonNamed {
  readonly code: string;
}

interface Answered {
  readonly invitation: Invitation;
  readonly collaboration: FoundResource;
  /** The client as a whole: groups of the collaboration are joined as the code says. */
  readonly whole: TenantTables;
  /** Whose invitations may be answered: everybody's by the person of a personal token, for the code is that person's. */
  readonly reached: TenantTables;
}

/**
 * Answers to invitations. The code says which one is meant; the token is one that may provision the client, or the invited
 * person's own.
 */
export class InvitationAnswers {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /**
   * Accepts: the person is a member with the role and the groups of the invitation, and no longer invited only. Throws 404 for an
   * unknown code, 403 where the collaboration or the person is beyond the token's units, 409 for an answer too late or a second one.
   */
  async accept(scope: RequestScope, answer: InvitationAnswer): Promise<InvitationView> {
    requireAnswering(scope);
    const view = await this.#answer(scope, answer, async (answered, tables) => {
      const { invitation, collaboration, whole, reached } = answered;
      const person = await this.#personOf(tables, scope, answered, answer);
      if (person.document['active'] === false) throw new RequestError(409, 'the person is not active');
      await activateInvited(whole, scope, person);
      await join(whole, scope, { invitation, collaboration, person });
      const accepted: Invitation = { ...invitation, status: 'accepted', userId: person.id };
      await updateInvitation(whole, accepted);
      if (invitation.userId !== person.id) await dropUninvited(reached, scope, invitation.userId);
      return accepted;
    });
    this.#context.tokenCache.clear();
    return view;
  }

  /** Declines; one who was invited only, and is invited nowhere else, is deleted. Throws as `accept`. */
  async decline(scope: RequestScope, code: string): Promise<InvitationView> {
    requireAnswering(scope);
    return this.#answer(scope, { code }, async ({ invitation, whole, reached }) => {
      const declined: Invitation = { ...invitation, status: 'declined' };
      await updateInvitation(whole, declined);
      await dropUninvited(reached, scope, invitation.userId);
      return declined;
    });
  }

  #answer(
    scope: RequestScope,
    { code }: InvitationAnswer,
    work: (answered: Answered, tables: TenantTables) => Promise<Invitation>,
  ): Promise<InvitationView> {
    const { database } = this.#context;
    return writePlatform(
      database,
      async (platform) => {
        const whole = platform.tenant({ clientId: scope.clientId, units: undefined });
        const tables = platform.tenant(scope);
        const before = await lockInvitationByCode(tables, hashInvitationCode(code));
        if (before === undefined) throw notFound('resource');
        // The code opens the collaboration to the person of a personal token.
        const reached = scope.userId === undefined ? tables : whole;
        const collaboration = await findCollaboration(reached, before.collaborationId, { lock: true });
        requireOpen(before);
        const invitation = await work({ invitation: before, collaboration, whole, reached }, tables);
        await logInvitation(tables, scope, { invitation, collaboration, action: 'update', before });
        return viewInvitation(tables, invitation);
      },
      scope,
    );
  }

  async #personOf(
    tables: TenantTables,
    scope: RequestScope,
    { invitation, collaboration, whole, reached }: Answered,
    named: PersonNamed,
  ): Promise<FoundResource> {
    if (named.userId !== undefined || named.userName !== undefined) {
      requireAccess(scope, 'provision');
      return findPerson(tables, named);
    }
    const id = scope.userId ?? invitation.userId ?? (await personWithAddress(whole, invitation.email));
    const known = id === undefined ? undefined : await findResource(reached, usersTable, id, { lock: true });
    if (known?.inScope === false) throw insufficientScope('the token does not reach the invited person');
    if (known !== undefined) return known;
    const { email } = invitation;
    return { ...(await addInvitedPerson(whole, scope, { email, unitSet: collaboration.unitSet })), inScope: true };
  }
}

function requireAnswering(scope: RequestScope): void {
  if (scope.userId === undefined) requireAccess(scope, 'provision');
  else requireOwnWrites(scope);
}

/** Throws 409 for an invitation that was answered, or whose time has passed. */
function requireOpen(invitation: Invitation): void {
  const status = invitationStatus(invitation);
  if (status === 'open') return;
  throw new RequestError(409, status === 'expired' ? 'the invitation has expired' : `the invitation was ${status}`);
}

interface Joining {
  readonly invitation: Invitation;
  readonly collaboration: FoundResource;
  readonly person: FoundResource;
}

async function join(
  whole: TenantTables,
  scope: RequestScope,
  { invitation, collaboration, person }: Joining,
): Promise<void> {
  await addTo(whole, scope, collaboration, person.id);
  const expiresAt = invitation.membershipExpiresAt ?? null;
  const wish = { role: invitation.role, expiresAt };
  await changeMembership(whole, scope, { collaboration, userId: person.id, wish });
  // What ends before it begins is a membership that has expired, and nobody's group.
  if (expiresAt !== null && expiresAt <= nowInstant()) return;
  for (const id of invitation.groups) {
    const group = await findResource(whole, groupsTable, id, { lock: true });
    if (group !== undefined) await addTo(whole, scope, group, person.id);
  }
}

async function addTo(tables: TenantTables, scope: RequestScope, group: FoundResource, userId: string): Promise<void> {
  if ((await membersAmong(tables, group.id, [userId])).has(userId)) return;
  await changeMembers(tables, scope, group, { kind: 'addMembers', ids: [userId] });
}
