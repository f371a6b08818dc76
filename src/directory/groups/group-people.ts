import { notFound, RequestError } from '../../errors.js';
import { nowInstant } from '../../clock.js';
import type { MemberChange } from '../../protocol/plan-patch.js';
import {
  membersAmong,
  membershipOf,
  membershipsIn,
  settleEnds,
  updateMembership,
  type MemberRole,
} from '../../store/resources/member-standing-store.js';
import { touchResource, type FoundResource } from '../../store/resources/resource-store.js';
import { groupsTable } from '../../store/resources/resource-table.js';
import { readTables, writeTables, type TenantTables } from '../../store/tenant/tenant-tables.js';
import { viewMembership, type CollaborationMemberView } from '../collaborations/collaboration-view.js';
import type { DirectoryContext } from '../context.js';
import { findCollaboration } from '../collaborations/find-collaboration.js';
import { lockForWrite } from '../find-or-refuse.js';
import { findPerson, type PersonNamed } from '../users/find-person.js';
import { followCollaboration, logGroup } from './follow-collaboration.js';
import { followMembers, givesAccess, kindOf } from './group-kinds.js';
import { applyMemberChanges, beginMemberChanges } from './group-members.js';
import { expiryOf } from './group-place.js';
import { requireAccess, type RequestScope } from '../request-scope.js';

// Each is named, so that no list that was cut off takes anybody out.
const oneByOne = { share: 1, confirmed: true } as const;

/** What a caller may say of a membership; undefined leaves it as it is, null takes its end away. */
export interface MembershipWish {
  readonly role?: MemberRole | undefined;
  readonly expiresAt?: string | null | undefined;
}

/** People of groups one by one, by the rules of SCIM, for callers that want to be told of what was so before. */
export class GroupPeople {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /**
   * Adds a person to a group. Throws 404 for a group or a person that the client has not, 403 out of scope, 409 for a member
   * and for somebody who is not in the collaboration of the group.
   */
  async add(scope: RequestScope, groupId: string, person: PersonNamed): Promise<void> {
    requireAccess(scope, 'provision');
    await this.#inGroup(scope, groupId, (tables, group) => addPerson(tables, scope, group, person));
  }

  /** Takes a person out of a group, of a collaboration out of its groups too. Throws 404 for one who is no member. */
  async remove(scope: RequestScope, groupId: string, userId: string): Promise<void> {
    requireAccess(scope, 'provision');
    await this.#inGroup(scope, groupId, (tables, group) => removePerson(tables, scope, group, userId));
  }

  /** The members of a collaboration whom the scope reaches, expired ones too. Throws 404, or 403 out of scope. */
  async *list(scope: RequestScope, collaborationId: string): AsyncGenerator<CollaborationMemberView> {
    requireAccess(scope, 'read');
    const tables = readTables(this.#context.database, scope);
    const collaboration = await findCollaboration(tables, collaborationId, { lock: false });
    for await (const membership of membershipsIn(tables, collaboration.id)) yield viewMembership(membership);
  }

  /** Adds a person to a collaboration. Throws as `add`. */
  async join(
    scope: RequestScope,
    collaborationId: string,
    { person, ...wish }: MembershipWish & { readonly person: PersonNamed },
  ): Promise<CollaborationMemberView> {
    requireAccess(scope, 'provision');
    return this.#write(scope, async (tables) => {
      const collaboration = await findCollaboration(tables, collaborationId, { lock: true });
      const userId = await addPerson(tables, scope, collaboration, person);
      return changeMembership(tables, scope, { collaboration, userId, wish });
    });
  }

  /** Changes the role of a member, or when the membership ends. Throws 404 for somebody who never was one. */
  async change(
    scope: RequestScope,
    collaborationId: string,
    { person, ...wish }: MembershipWish & { readonly person: PersonNamed },
  ): Promise<CollaborationMemberView> {
    requireAccess(scope, 'provision');
    return this.#write(scope, async (tables) => {
      const collaboration = await findCollaboration(tables, collaborationId, { lock: true });
      const { id: userId } = await findPerson(tables, person);
      return changeMembership(tables, scope, { collaboration, userId, wish });
    });
  }

  /** Takes a person out of a collaboration and out of its groups. Throws 404 for one who is no member. */
  async leave(scope: RequestScope, collaborationId: string, userId: string): Promise<void> {
    requireAccess(scope, 'provision');
    await this.#write(scope, async (tables) => {
      await removePerson(tables, scope, await findCollaboration(tables, collaborationId, { lock: true }), userId);
    });
  }

  /** Changes the people of a group that is locked; tokens may reach something else afterwards. */
  async #inGroup(
    scope: RequestScope,
    id: string,
    work: (tables: TenantTables, group: FoundResource) => Promise<unknown>,
  ): Promise<void> {
    const kind = await this.#write(scope, async (tables) => {
      const group = await lockForWrite(tables, groupsTable, { id });
      await work(tables, group);
      return kindOf(group);
    });
    if (givesAccess(kind)) this.#context.tokenCache.clear();
  }

  #write<Result>(scope: RequestScope, work: (tables: TenantTables) => Promise<Result>): Promise<Result> {
    return writeTables(this.#context.database, scope, work);
  }
}

async function addPerson(
  tables: TenantTables,
  scope: RequestScope,
  group: FoundResource,
  named: PersonNamed,
): Promise<string> {
  const { id } = await findPerson(tables, named);
  if ((await membersAmong(tables, group.id, [id])).has(id))
    throw new RequestError(409, 'the person is a member already');
  await changeMembers(tables, scope, group, { kind: 'addMembers', ids: [id] });
  return id;
}

async function removePerson(
  tables: TenantTables,
  scope: RequestScope,
  group: FoundResource,
  userId: string,
): Promise<void> {
  const { id } = await findPerson(tables, { userId });
  const membership = await membershipOf(tables, group.id, id);
  if (membership === undefined) throw notFound('resource');
  await changeMembers(tables, scope, group, { kind: 'removeMembers', ids: [id] });
}

/** Changes the members of a group that the caller has locked, with all that follows, and logs it. */
export async function changeMembers(
  tables: TenantTables,
  scope: RequestScope,
  group: FoundResource,
  change: MemberChange,
): Promise<void> {
  const changes = [change];
  const begun = await beginMemberChanges(tables, group.id, changes);
  const given = await applyMemberChanges(tables, group.id, { changes, begun, policy: oneByOne });
  await followMembers(tables, scope, { id: group.id, kind: kindOf(group), members: given });
  const changed = { ...group, version: group.version + 1, lastModified: nowInstant() };
  await touchResource(tables, groupsTable, changed);
  const members = await followCollaboration(tables, scope, { group: changed, before: group, members: given });
  await logGroup(tables, scope, changed, { members });
}

interface MembershipChange {
  readonly collaboration: FoundResource;
  readonly userId: string;
  readonly wish: MembershipWish;
}

/** Changes a membership of a collaboration that the caller has locked, and gives it as it is then. */
export async function changeMembership(
  tables: TenantTables,
  scope: RequestScope,
  { collaboration, userId, wish }: MembershipChange,
): Promise<CollaborationMemberView> {
  const key = { groupId: collaboration.id, userId };
  const current = await membershipOf(tables, collaboration.id, userId);
  if (current === undefined) throw notFound('resource');
  const role = wish.role ?? current.role;
  const expiresAt = wish.expiresAt === undefined ? (current.expiresAt ?? null) : wish.expiresAt;
  if (role === current.role && expiresAt === (current.expiresAt ?? null)) return viewMembership(current);
  await updateMembership(tables, key, { role, expiresAt });
  await settleEnds(tables, {
    collaborationId: collaboration.id,
    expiresAt: expiryOf(collaboration.document),
    userIds: [userId],
  });
  const latest = (await lockForWrite(tables, groupsTable, { id: collaboration.id })).version;
  const changed = { ...collaboration, version: latest + 1, lastModified: nowInstant() };
  await touchResource(tables, groupsTable, changed);
  await logGroup(tables, scope, changed, {
    attributes: ['members'],
    detail: {
      [`members[${userId}]`]: {
        before: { role: current.role, expiresAt: current.expiresAt },
        after: { role, expiresAt },
      },
    },
  });
  return viewMembership((await membershipOf(tables, collaboration.id, userId)) ?? current);
}
