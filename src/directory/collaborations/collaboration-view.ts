import { nowInstant } from '../../clock.js';
import { isJsonObject, type ResourceDocument } from '../../schema/document.js';
import { musterGroupSchema } from '../../schema/schema-documents.js';
import {
  groupsInCollaborations,
  placesOf,
  type CollaborationPlace,
} from '../../store/organisation/collaboration-store.js';
import { countInForce, type Membership, type MemberRole } from '../../store/resources/member-standing-store.js';
import type { StoredResource } from '../../store/resources/resource-store.js';
import { servicesOf, type ConnectedService } from '../../store/organisation/service-store.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';
import { expiryOf, isAutoProvisioned } from '../groups/group-place.js';
import { unitNames } from '../clients/unit-names.js';

/** A group of a collaboration as the companion API names one. */
export interface CollaborationGroupView {
  readonly id: string;
  readonly name: string;
  readonly shortName: string;
  readonly urn: string;
  readonly autoProvisionMembers: boolean;
}

/** A collaboration as the companion API shows one. Instants are ISO 8601 UTC. */
export interface CollaborationView {
  readonly id: string;
  readonly name: string;
  readonly shortName: string;
  readonly urn: string;
  readonly description: string | null;
  readonly units: readonly string[];
  readonly labels: readonly string[];
  readonly status: 'active' | 'expired';
  readonly expiresAt: string | null;
  /** Those that count now and that the caller may see. */
  readonly memberCount: number;
  readonly groups: readonly CollaborationGroupView[];
  readonly services: readonly ConnectedService[];
  readonly createdAt: string;
  readonly lastModified: string;
}

/** A member of a collaboration as the companion API shows one. */
export interface CollaborationMemberView {
  readonly userId: string;
  readonly userName: string;
  readonly displayName: string | null;
  readonly active: boolean;
  readonly role: MemberRole;
  readonly status: 'active' | 'expired';
  readonly expiresAt: string | null;
}

/** The collaborations as they are shown, in their order. */
export async function viewCollaborations(
  tables: TenantTables,
  collaborations: readonly StoredResource[],
): Promise<readonly CollaborationView[]> {
  if (collaborations.length === 0) return [];
  const ids = collaborations.map(({ id }) => id);
  const inside = await groupsInCollaborations(tables, ids);
  const groups = [...inside.values()].flat();
  const places = await placesOf(tables, [...ids, ...groups.map(({ id }) => id)]);
  const units = await unitNames(
    tables,
    collaborations.map(({ unitSet }) => unitSet),
  );
  const counts = await countInForce(tables, ids);
  const services = await servicesOf(tables, ids);
  return collaborations.map((one) => ({
    ...headOf(one, places.get(one.id)),
    units: units.get(one.unitSet) ?? [],
    memberCount: counts.get(one.id) ?? 0,
    groups: (inside.get(one.id) ?? []).map((group) => viewGroupInside(group, places.get(group.id))),
    services: services.get(one.id) ?? [],
  }));
}

function headOf(collaboration: StoredResource, place: CollaborationPlace | undefined) {
  const { document } = collaboration;
  const expiresAt = expiryOf(document);
  const { description, labels } = ownOf(document);
  return {
    id: collaboration.id,
    name: String(document['displayName']),
    shortName: place?.shortName ?? '',
    urn: place?.urn ?? '',
    description: typeof description === 'string' ? description : null,
    labels: Array.isArray(labels) ? labels.map(String) : [],
    status: statusOf(expiresAt === undefined || expiresAt > nowInstant()),
    expiresAt: expiresAt ?? null,
    createdAt: collaboration.createdAt,
    lastModified: collaboration.lastModified,
  };
}

function ownOf(document: ResourceDocument): ResourceDocument {
  const own = document[musterGroupSchema.id];
  return isJsonObject(own) ? own : {};
}

function viewGroupInside(group: StoredResource, place: CollaborationPlace | undefined): CollaborationGroupView {
  return {
    id: group.id,
    name: String(group.document['displayName']),
    shortName: place?.shortName ?? '',
    urn: place?.urn ?? '',
    autoProvisionMembers: isAutoProvisioned(group.document),
  };
}

function statusOf(isInForce: boolean): 'active' | 'expired' {
  return isInForce ? 'active' : 'expired';
}

/** A membership as it is shown. */
export function viewMembership(membership: Membership): CollaborationMemberView {
  const { isInForce, displayName, expiresAt, ...rest } = membership;
  return {
    ...rest,
    displayName: displayName ?? null,
    status: statusOf(isInForce),
    expiresAt: expiresAt ?? null,
  };
}
