import { insufficientScope, invalidValue, mutability, RequestError } from '../../errors.js';
import { isJsonObject, type ResourceDocument } from '../../schema/document.js';
import { musterGroupSchema } from '../../schema/schema-documents.js';
import { placesOf, type CollaborationPlace } from '../../store/organisation/collaboration-store.js';
import type { StoredResource } from '../../store/resources/resource-store.js';
import { groupsTable } from '../../store/resources/resource-table.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';
import { ensureUnitSet, unitsOfSets } from '../../store/tenant/unit-store.js';
import { unitsForNew, unitsNamed } from '../clients/assign-units.js';
import type { GroupParts } from '../document-parts.js';
import { findOrRefuse } from '../find-or-refuse.js';
import { kindOf, type GroupKind } from './group-kinds.js';
import type { RequestScope } from '../request-scope.js';
import { placeFor } from '../short-names.js';

/** Where a new group lies: its units, and its place if it is a collaboration or lies in one. */
export interface NewGroupPlace {
  readonly unitSet: string;
  readonly place: CollaborationPlace | undefined;
}

/** Whether groups of this kind have a place: a short name, a URN, and a parent where they lie in a collaboration. */
export function hasPlace(kind: GroupKind): boolean {
  return kind === 'collaboration' || kind === 'collaboration-group';
}

/**
 * Finds the place of a new group. A group of a collaboration takes its units. Throws `invalidValue` for what groups of its kind
 * do not have, and for a parent that is no collaboration of the client; 403 for units, or a parent, beyond the token's.
 */
export async function placeNewGroup(tables: TenantTables, kind: GroupKind, parts: GroupParts): Promise<NewGroupPlace> {
  requireAttributesOf(kind, parts.document);
  if (parts.parent !== undefined && kind !== 'collaboration-group') throw notOf(kind, 'parent');
  if (parts.shortName !== undefined && !hasPlace(kind)) throw notOf(kind, 'shortName');
  const names = { displayName: String(parts.document['displayName']), shortName: parts.shortName };
  if (kind === 'collaboration-group') {
    const parent = await parentOf(tables, parts);
    const place = await placeFor(tables, { ...names, parent });
    return { unitSet: parent.unitSet, place };
  }
  const unitSet = await ensureUnitSet(tables, await unitsForNew(tables, parts.units));
  const place = kind === 'collaboration' ? await placeFor(tables, { ...names, parent: undefined }) : undefined;
  return { unitSet, place };
}

async function parentOf(tables: TenantTables, { parent, units }: GroupParts) {
  if (parent === undefined) throw invalidValue('parent: a group of this kind needs the id of its collaboration');
  const found = await findParent(tables, parent);
  const place = (await placesOf(tables, [found.id])).get(found.id);
  if (place === undefined || kindOf(found) !== 'collaboration') throw noCollaboration(parent);
  if (units !== undefined) {
    const given = await unitsNamed(tables, units);
    const own = (await unitsOfSets(tables, [found.unitSet])).get(found.unitSet) ?? [];
    const same = own.length === given.length && own.every(({ id }) => given.includes(id));
    if (!same) throw invalidValue('units: a group of a collaboration has the units of the collaboration');
  }
  return { id: found.id, urn: place.urn, unitSet: found.unitSet };
}

async function findParent(tables: TenantTables, id: string): Promise<StoredResource> {
  try {
    return await findOrRefuse(tables, groupsTable, id, { lock: true });
  } catch (error) {
    if (error instanceof RequestError && error.status === 404) throw noCollaboration(id);
    throw error;
  }
}

function noCollaboration(id: string): RequestError {
  return invalidValue(`parent: ${JSON.stringify(id)} is not a collaboration of this client`);
}

function notOf(kind: GroupKind, attribute: string): RequestError {
  return invalidValue(`${attribute}: groups of kind ${kind} have none`);
}

const kindOfAttribute: Readonly<Record<string, GroupKind>> = {
  expiresAt: 'collaboration',
  labels: 'collaboration',
  autoProvisionMembers: 'collaboration-group',
};

/** Throws `invalidValue` where a document says what groups of its kind do not have. */
export function requireAttributesOf(kind: GroupKind, document: ResourceDocument): void {
  const own = extensionOf(document);
  const foreign = Object.keys(kindOfAttribute).find(
    (name) => own[name] !== undefined && kindOfAttribute[name] !== kind,
  );
  if (foreign !== undefined) throw notOf(kind, foreign);
}

/** Throws `mutability` when a body names another parent or short name than the group has. */
export function requireSamePlace(
  place: CollaborationPlace | undefined,
  { parent, shortName }: Pick<GroupParts, 'parent' | 'shortName'>,
): void {
  if (parent !== undefined && parent !== place?.parent) throw mutability('parent cannot be changed');
  if (shortName !== undefined && shortName.toLowerCase() !== place?.shortName) {
    throw mutability('shortName cannot be changed');
  }
}

/** Throws 403 when a token for units moves a collaboration; a group of one moves with it alone. */
export function requireMovable(scope: Pick<RequestScope, 'units'>, kind: GroupKind): void {
  if (kind === 'collaboration' && scope.units !== undefined) throw fixedUnits();
  if (kind === 'collaboration-group')
    throw mutability('units: a group of a collaboration has those of the collaboration');
}

/** 403: a collaboration is moved by those alone whom the whole client is open to. */
export function fixedUnits(): RequestError {
  return insufficientScope('a token for units cannot change the units of a collaboration');
}

/** When a collaboration ends, by its document; undefined where it does not. */
export function expiryOf(document: ResourceDocument): string | undefined {
  const { expiresAt } = extensionOf(document);
  return typeof expiresAt === 'string' ? expiresAt : undefined;
}

/** Whether a group of a collaboration takes whoever joins the collaboration. */
export function isAutoProvisioned(document: ResourceDocument): boolean {
  return extensionOf(document)['autoProvisionMembers'] === true;
}

function extensionOf(document: ResourceDocument): ResourceDocument {
  const extension = document[musterGroupSchema.id];
  return isJsonObject(extension) ? extension : {};
}
