import { fold } from '../../schema/fold.js';
import { entitlementType, oktaEntitlementType, oktaRoleType, roleType } from '../../schema/resource-type.js';
import type { CatalogueType } from '../../schema/resource-type.js';
import type { LicensedEntitlement } from '../../store/organisation/entitlement-store.js';
import type { LicensedRole } from '../../store/organisation/role-store.js';

/** A resource of the catalogue as it is shown. */
export type CatalogueView = Readonly<Record<string, unknown>> & { readonly id: string };

interface Named {
  readonly name: string;
  readonly contains: readonly string[];
}

/** What stands around a role or an entitlement. */
interface Surroundings<Item> {
  /** All that the client has of it. */
  readonly all: readonly Item[];
  /** The URL under which it is found, with a slash at the end. */
  readonly folder: string;
}

/** A role (draft-ietf-scim-roles-entitlements). `used` says how many people have each, by folded name. */
export function viewRole(
  role: LicensedRole,
  { all, folder, used }: Surroundings<LicensedRole> & { readonly used: ReadonlyMap<string, number> | undefined },
): CatalogueView {
  return {
    schemas: [roleType.core.id],
    id: role.id,
    value: role.name,
    display: role.display,
    type: role.kind,
    supported: role.active,
    limitedAssignmentsPermitted: role.seats !== undefined,
    ...(role.seats === undefined ? {} : { totalAssignmentsPermitted: role.seats }),
    ...(used === undefined ? {} : { totalAssignmentsUsed: used.get(fold(role.name)) ?? 0 }),
    ...containment(role, all),
    meta: metaOf(roleType, role, folder + role.id),
  };
}

/** An entitlement (draft-ietf-scim-roles-entitlements). */
export function viewEntitlement(
  entitlement: LicensedEntitlement,
  { all, folder }: Surroundings<LicensedEntitlement>,
): CatalogueView {
  return {
    schemas: [entitlementType.core.id],
    id: entitlement.id,
    value: entitlement.name,
    display: entitlement.display,
    type: entitlement.type,
    supported: entitlement.active,
    limitedAssignmentsPermitted: false,
    ...containment(entitlement, all),
    meta: metaOf(entitlementType, entitlement, folder + entitlement.id),
  };
}

/** A role as Okta reads it: what it assigns to people is the id. */
export function viewOktaRole(role: LicensedRole, folder: string): CatalogueView {
  return { ...oktaHead(oktaRoleType, role), meta: metaOf(oktaRoleType, role, oktaLocation(role, folder)) };
}

/** An entitlement as Okta reads it: what it assigns to people is the id. */
export function viewOktaEntitlement(entitlement: LicensedEntitlement, folder: string): CatalogueView {
  return {
    ...oktaHead(oktaEntitlementType, entitlement),
    type: entitlement.type,
    meta: metaOf(oktaEntitlementType, entitlement, oktaLocation(entitlement, folder)),
  };
}

interface Described {
  readonly name: string;
  readonly display: string;
  readonly description: string | undefined;
}

function oktaHead(type: CatalogueType, { name, display, description }: Described): CatalogueView {
  const more = description === undefined ? {} : { description };
  return { schemas: [type.core.id], id: name, displayName: display, ...more };
}

function oktaLocation({ name }: Described, folder: string): string {
  return folder + encodeURIComponent(name);
}

/** What it contains, and what contains it, of those that the client has. */
function containment(item: Named, all: readonly Named[]): object {
  const names = new Map(all.map(({ name }) => [fold(name), name]));
  const contains = item.contains.flatMap((name) => names.get(fold(name)) ?? []);
  const holders = all.filter((each) => each.contains.some((name) => fold(name) === fold(item.name)));
  return {
    ...(contains.length === 0 ? {} : { contains }),
    ...(holders.length === 0 ? {} : { containedBy: holders.map(({ name }) => name) }),
  };
}

function metaOf(
  type: CatalogueType,
  { createdAt, lastModified }: { readonly createdAt: string; readonly lastModified: string },
  location: string,
): object {
  return { resourceType: type.name, created: createdAt, lastModified, location };
}
