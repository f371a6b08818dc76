import { isEqualValue, isJsonObject, type ResourceDocument } from '../../schema/document.js';
import { fold } from '../../schema/fold.js';
import type { Licences } from './licences.js';

/** The role of the client's administrators; the same as membership of its group `client-admins`. */
export const clientAdminRole = 'ClientAdmin';
/** The role of those who manage the units that they belong to. */
export const unitManagerRole = 'UnitManager';

/** A value of `roles` in a user's document, which holds every grant, the sleeping ones included. */
export interface Grant extends ResourceDocument {
  readonly value: string;
}

function isGrant(value: unknown): value is Grant {
  return isJsonObject(value) && typeof value['value'] === 'string';
}

/** Every grant of a document. */
export function grantsOf(document: ResourceDocument): readonly Grant[] {
  const { roles } = document;
  return Array.isArray(roles) ? roles.filter(isGrant) : [];
}

/** Whether a document says anything of roles. */
export function hasRoles(document: ResourceDocument): boolean {
  return Array.isArray(document['roles']);
}

/** A document with these grants in place of its own. */
export function withGrants(document: ResourceDocument, grants: readonly unknown[]): ResourceDocument {
  const { roles: _dropped, ...rest } = document;
  return grants.length === 0 ? rest : { ...rest, roles: grants };
}

/** A document with the grants that are shown: those of roles that the client has. The others sleep. */
export function withShownGrants(document: ResourceDocument, licences: Licences): ResourceDocument {
  if (!hasRoles(document)) return document;
  return withGrants(
    document,
    grantsOf(document).filter(({ value }) => licences.find(value) !== undefined),
  );
}

/** The document that is kept when the shown grants of `before` have become those of `after`: sleeping ones stay. */
export function withSleepingGrants(
  before: ResourceDocument,
  after: ResourceDocument,
  licences: Licences,
): ResourceDocument {
  if (!hasRoles(before)) return after;
  const shown = withShownGrants(before, licences)['roles'] ?? [];
  // As it was, order included, so that a write that changes nothing is seen to be one.
  if (isEqualValue(shown, after['roles'] ?? [])) return withGrants(after, grantsOf(before));
  const sleeping = grantsOf(before).filter(({ value }) => licences.find(value) === undefined);
  return withGrants(after, [...grantsOf(after), ...sleeping]);
}

/** Whether a role was granted, sleeping or not. */
export function isGranted(document: ResourceDocument, role: string): boolean {
  return grantsOf(document).some(({ value }) => fold(value) === fold(role));
}

/** Whether the person is an administrator of the client who can act. */
export function isActiveAdmin(document: ResourceDocument): boolean {
  return document['active'] !== false && isGranted(document, clientAdminRole);
}

/** A document with one grant more. */
export function grant(document: ResourceDocument, role: { name: string; display: string }): ResourceDocument {
  if (isGranted(document, role.name)) return document;
  return withGrants(document, [...grantsOf(document), { value: role.name, display: role.display }]);
}

/** A document without the grants of a role. */
export function revoke(document: ResourceDocument, role: string): ResourceDocument {
  return withGrants(
    document,
    grantsOf(document).filter(({ value }) => fold(value) !== fold(role)),
  );
}
