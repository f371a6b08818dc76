import { isJsonObject, schemasOf, type ResourceDocument } from '../schema/document.js';
import { musterGroupSchema, musterUserSchema } from '../schema/schema-documents.js';
import { groupType, userType, type ResourceType } from '../schema/resource-type.js';
import { entityTag } from '../protocol/etag.js';
import type { CollaborationPlace } from '../store/organisation/collaboration-store.js';
import type { GroupOfUser, Member } from '../store/resources/read-members.js';
import type { StoredResource } from '../store/resources/resource-store.js';
import { grantsOf, withShownGrants } from './roles/granted-roles.js';
import type { Licences } from './roles/licences.js';

/** A resource as it is shown, before the projection that was asked for (RFC 7643 §3). */
export type ResourceView = Readonly<Record<string, unknown>>;

/** What a view needs besides the stored resource. */
export interface ViewContext {
  readonly clientId: string;
  /** The base URL of SCIM, without a trailing slash. */
  readonly scimUrl: string;
  /** Names of the resource's units. */
  readonly units: readonly string[];
}

/** What the view of a group needs besides: its place, if it is a collaboration or lies in one. */
export interface GroupViewContext extends ViewContext {
  readonly place?: CollaborationPlace | undefined;
}

/** What the view of a user needs besides. */
export interface UserViewContext extends ViewContext {
  readonly licences: Licences;
}

/** Where a resource is found: its permanent URL (RFC 7643 §3.1). */
export function locationOf(type: ResourceType, id: string, scimUrl: string): string {
  return `${scimUrl}${type.endpoint}/${id}`;
}

/** A user as it is shown. `groups` is undefined when they were not asked for. */
export function viewUser(
  user: StoredResource,
  groups: readonly GroupOfUser[] | undefined,
  context: UserViewContext,
): ResourceView {
  const document = withShownGrants(user.document, context.licences);
  const extension = {
    clientId: context.clientId,
    ...unitsOf(context),
    ...ownAttributes(document, musterUserSchema.id),
    effectiveRoles: effectiveRoles(document, context.licences),
    accountStatus: user.standing ?? 'ACTIVE',
  };
  const view = viewResource(userType, { ...user, document }, { [musterUserSchema.id]: extension }, context);
  if (groups === undefined || groups.length === 0) return view;
  return { ...view, groups: groups.map((group) => viewGroupOfUser(group, context.scimUrl)) };
}

/** A group as it is shown, without its members. */
export function viewGroup(group: StoredResource, context: GroupViewContext): ResourceView {
  const { parent, shortName, urn } = context.place ?? {};
  const extension = {
    clientId: context.clientId,
    ...unitsOf(context),
    ...ownAttributes(group.document, musterGroupSchema.id),
    kind: group.standing ?? 'group',
    ...(parent === undefined ? {} : { parent }),
    ...(urn === undefined ? {} : { shortName, urn }),
  };
  return viewResource(groupType, group, { [musterGroupSchema.id]: extension }, context);
}

function viewResource(
  type: ResourceType,
  resource: StoredResource,
  extension: ResourceDocument,
  context: ViewContext,
): ResourceView {
  const document = { ...resource.document, ...extension };
  return {
    schemas: schemasOf(type, document),
    id: resource.id,
    ...document,
    meta: {
      resourceType: type.name,
      created: resource.createdAt,
      lastModified: resource.lastModified,
      location: locationOf(type, resource.id, context.scimUrl),
      version: entityTag(resource.version),
    },
  };
}

function ownAttributes(document: ResourceDocument, urn: string): ResourceDocument {
  const value = document[urn];
  return isJsonObject(value) ? value : {};
}

function unitsOf(context: ViewContext): { readonly units?: readonly string[] } {
  return context.units.length === 0 ? {} : { units: context.units };
}

/** The roles in force: those granted to a person who is active, and those that they contain, of those that the client has and
 * that are not switched off. */
function effectiveRoles(document: ResourceDocument, licences: Licences): readonly string[] {
  if (document['active'] === false) return [];
  const granted = grantsOf(document).map(({ value }) => value);
  const inForce = licences.includedIn(granted.filter((value) => licences.isInForce(value)));
  return inForce.filter(({ active }) => active).map(({ name }) => name);
}

/** A group of a user as it is shown (RFC 7643 §4.1.2). */
export function viewGroupOfUser(group: GroupOfUser, scimUrl: string): ResourceView {
  return {
    value: group.value,
    $ref: locationOf(groupType, group.value, scimUrl),
    display: group.display,
    type: group.direct ? 'direct' : 'indirect',
  };
}

/** A member of a group as it is shown (RFC 7643 §4.2). */
export function viewMember(member: Member, scimUrl: string): ResourceView {
  const type = member.type === 'User' ? userType : groupType;
  const display = member.display === undefined ? {} : { display: member.display };
  return { value: member.value, $ref: locationOf(type, member.value, scimUrl), ...display, type: member.type };
}
