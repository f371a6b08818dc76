import { nowInstant } from '../../clock.js';
import { insufficientScope, RequestError } from '../../errors.js';
import type { ResourceDocument } from '../../schema/document.js';
import { enterpriseUserSchema, musterGroupSchema, musterUserSchema } from '../../schema/schema-documents.js';
import { hasOtherAdmin, isGroupName, lockAdminGroup, type AdminGroup } from '../../store/tenant/admin-store.js';
import { appendChange, type Actor } from '../../store/trail/change-log.js';
import { addUsers, removeMembers } from '../../store/resources/membership-store.js';
import { findResource, insertResource, touchResource, updateResource } from '../../store/resources/resource-store.js';
import { groupsTable, usersTable } from '../../store/resources/resource-table.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';
import { changedAttributes, differenceOf } from '../audit/changed-attributes.js';
import { clientAdminRole, grant, isActiveAdmin, isGranted, revoke } from '../roles/granted-roles.js';
import type { MemberDifference } from '../groups/group-members.js';
import { newIdentifier } from '../identifiers.js';
import type { RequestScope } from '../request-scope.js';

const groupName = 'client-admins';
/** The grant of an administrator. */
export const adminGrant = { name: clientAdminRole, display: 'Client administrator' };

/** Makes the group of a client's administrators, which lives as long as the client, and returns its id. */
export async function createAdminGroup(tables: TenantTables, actor: Actor): Promise<string> {
  const id = newIdentifier();
  const at = nowInstant();
  const displayName = (await isGroupName(tables, groupName)) ? `${groupName} ${id}` : groupName;
  const document = { displayName, [musterGroupSchema.id]: { description: 'The administrators of this client' } };
  const times = { createdAt: at, lastModified: at };
  await insertResource(tables, groupsTable, {
    id,
    version: 1,
    document,
    unitSet: '',
    ...times,
    standing: 'client-admins',
  });
  await appendChange(tables, actor, {
    action: 'create',
    resourceType: 'Group',
    resourceId: id,
    version: 1,
    ...differenceOf({}, document),
  });
  return id;
}

/**
 * By what an application finds a person, or lets one in: whoever changes them of an administrator can become that administrator,
 * also of one who is switched off, and comes back.
 */
const identities: ReadonlySet<string> = new Set([
  'userName',
  'externalId',
  'emails',
  'x509Certificates',
  `${enterpriseUserSchema.id}:employeeNumber`,
  `${musterUserSchema.id}:openId`,
]);

const isIdentity = (attribute: string) => identities.has(attribute);

/** What a write makes of a person. */
export interface PersonChange {
  readonly id: string;
  readonly before: ResourceDocument;
  readonly after: ResourceDocument;
  readonly setsPassword?: boolean;
}

/**
 * Judges what a write makes of an administrator, before it is written. Throws 409 when the last active one would be gone, 403
 * when a unit token makes or unmakes one, switches one on or off, or changes by what one is found or let in.
 */
export async function judgeAdminChange(
  tables: TenantTables,
  scope: RequestScope,
  { id, before, after, setsPassword }: PersonChange,
): Promise<void> {
  const isMoved = isGranted(before, clientAdminRole) !== isGranted(after, clientAdminRole);
  const isSwitched = isActiveAdmin(before) !== isActiveAdmin(after);
  const isTakenOver =
    isGranted(before, clientAdminRole) && (setsPassword === true || changedAttributes(before, after).some(isIdentity));
  if (scope.units !== undefined && (isMoved || isSwitched || isTakenOver)) {
    throw insufficientScope('a token for units cannot change who administers the client');
  }
  if (isActiveAdmin(before) && !isActiveAdmin(after)) await requireOtherAdmin(tables, scope, [id]);
}

/** Throws 409 when no active administrator would be left without these people; an operator may force it. */
export async function requireOtherAdmin(
  tables: TenantTables,
  scope: RequestScope,
  leaving: readonly string[],
): Promise<void> {
  await lockAdminGroup(tables);
  if (scope.force !== true && !(await hasOtherAdmin(tables, leaving))) throw new LastAdministrator();
}

/** 409: the client would be left without an active administrator. */
export class LastAdministrator extends RequestError {
  constructor() {
    super(409, 'this is the last active administrator of the client');
  }
}

/** Makes the membership of the group say what the roles of a user now say. */
export async function mirrorToGroup(
  tables: TenantTables,
  actor: Actor,
  { id, before, after }: PersonChange,
): Promise<void> {
  const isAdmin = isGranted(after, clientAdminRole);
  if (isAdmin === isGranted(before, clientAdminRole)) return;
  const group = await lockAdminGroup(tables);
  if (group === undefined) return;
  const added = isAdmin ? await addUsers(tables, group.id, [id]) : [];
  const removed = isAdmin ? [] : await removeMembers(tables, group.id, [id]);
  await logMembers(tables, actor, group, { added, removed });
}

async function logMembers(
  tables: TenantTables,
  actor: Actor,
  group: AdminGroup,
  members: MemberDifference,
): Promise<void> {
  if (members.added.length + members.removed.length === 0) return;
  const { id } = group;
  const version = group.version + 1;
  await touchResource(tables, groupsTable, { id, version, lastModified: nowInstant() });
  await appendChange(tables, actor, {
    action: 'update',
    resourceType: 'Group',
    resourceId: id,
    version,
    members,
  });
}

/** Makes the roles of people say what the membership of the group now says. */
export async function mirrorToUsers(
  tables: TenantTables,
  actor: Actor,
  { added, removed }: MemberDifference,
): Promise<void> {
  for (const id of added) await changeRoles(tables, actor, id, (document) => grant(document, adminGrant));
  for (const id of removed) await changeRoles(tables, actor, id, (document) => revoke(document, clientAdminRole));
}

async function changeRoles(
  tables: TenantTables,
  actor: Actor,
  id: string,
  next: (document: ResourceDocument) => ResourceDocument,
): Promise<void> {
  const user = await findResource(tables, usersTable, id, { lock: true });
  if (user === undefined) return;
  const document = next(user.document);
  const { attributes, detail } = differenceOf(user.document, document);
  if (attributes.length === 0) return;
  const version = user.version + 1;
  await updateResource(tables, usersTable, { ...user, document, version, lastModified: nowInstant() }, user);
  await appendChange(tables, actor, {
    action: 'update',
    resourceType: 'User',
    resourceId: id,
    version,
    attributes,
    unitSet: user.unitSet,
    detail,
  });
}
