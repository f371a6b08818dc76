import { notUnique } from '../../errors.js';
import { UniqueViolation } from '../database/database-error.js';
import { columnsOf, readRow, type ResourceRow, type StoredResource } from '../resources/resource-store.js';
import { groupsTable } from '../resources/resource-table.js';
import type { TenantTables } from '../tenant/tenant-tables.js';

/** What a collaboration, or a group of one, has besides what every group has; it is given once and stays. */
export interface CollaborationPlace {
  /** The id of its collaboration; undefined for a collaboration itself. */
  readonly parent: string | undefined;
  readonly shortName: string;
  /** The short names from the client's to its own, such as `acme:co:grp`. */
  readonly urn: string;
}

/** The places of those among these groups that have one, by id. */
export async function placesOf(
  tables: TenantTables,
  ids: readonly string[],
): Promise<ReadonlyMap<string, CollaborationPlace>> {
  if (ids.length === 0) return new Map();
  const rows = await tables.all<{ id: string; short_name: string; urn: string; parent: string | null }>(
    `select g.id, g.short_name, g.urn, c.collaboration_id as parent from groups g
     left join collaboration_groups c on c.client_id = :client and c.id = g.id
     where g.client_id = :client and g.urn is not null and g.id ${tables.dialect.isListed}`,
    [ids],
  );
  return new Map(
    rows.map((row) => [row.id, { parent: row.parent ?? undefined, shortName: row.short_name, urn: row.urn }]),
  );
}

/** Gives a new group its place. Throws 409 `uniqueness` for a short name that is taken. */
export async function insertPlace(tables: TenantTables, id: string, place: CollaborationPlace): Promise<void> {
  try {
    await tables.run('update groups set short_name = ?, urn = ? where client_id = :client and id = ?', [
      place.shortName,
      place.urn,
      id,
    ]);
  } catch (error) {
    if (error instanceof UniqueViolation) throw notUnique('shortName', error);
    throw error;
  }
  if (place.parent === undefined) return;
  await tables.run('insert into collaboration_groups (client_id, id, collaboration_id) values (:client, ?, ?)', [
    id,
    place.parent,
  ]);
}

/** The client's name and short name. Until the commit nobody else names a collaboration of the client. */
export async function lockClientNames(
  tables: TenantTables,
): Promise<{ readonly name: string; readonly shortName: string | undefined }> {
  const row = await tables.first<{ name: string; short_name: string | null }>(
    `select c.name, c.short_name from clients c where c.id = :client${tables.dialect.lockRows}`,
  );
  return { name: row?.name ?? '', shortName: row?.short_name ?? undefined };
}

/** Keeps the short name of the client, which is given once. */
export async function storeClientShortName(tables: TenantTables, shortName: string): Promise<void> {
  await tables.run('update clients set short_name = ? where id = :client', [shortName]);
}

/** The URNs that begin with this text, of which every character may stand in a URN. */
export async function urnsBeginning(tables: TenantTables, beginning: string): Promise<ReadonlySet<string>> {
  const rows = await tables.all<{ urn: string }>(
    'select g.urn from groups g where g.client_id = :client and g.urn >= ? and g.urn < ?',
    [beginning, `${beginning}~`],
  );
  return new Set(rows.map((row) => row.urn));
}

/** The groups that lie in a collaboration, by name, kept from other writers until the commit where `lock` says so. */
export async function groupsInCollaboration(
  tables: TenantTables,
  collaborationId: string,
  options: { readonly lock: boolean },
): Promise<readonly StoredResource[]> {
  const lock = options.lock ? tables.dialect.lockRows : '';
  const rows = await tables.all<ResourceRow>(
    `select ${columnsOf(groupsTable)} from groups r where r.client_id = :client
     and r.id in (select c.id from collaboration_groups c where c.client_id = :client and c.collaboration_id = ?)
     order by r.display_name_key, r.id${lock}`,
    [collaborationId],
  );
  return rows.map(readRow);
}

/** The groups that lie in each of these collaborations, by name. */
export async function groupsInCollaborations(
  tables: TenantTables,
  collaborationIds: readonly string[],
): Promise<ReadonlyMap<string, readonly StoredResource[]>> {
  const rows = await tables.all<ResourceRow & { collaboration_id: string }>(
    `select ${columnsOf(groupsTable)}, c.collaboration_id from collaboration_groups c join groups r on r.client_id = :client and r.id = c.id
     where c.client_id = :client and c.collaboration_id ${tables.dialect.isListed} order by r.display_name_key, r.id`,
    [collaborationIds],
  );
  const found = new Map<string, StoredResource[]>();
  for (const row of rows) {
    found.set(row.collaboration_id, [...(found.get(row.collaboration_id) ?? []), readRow(row)]);
  }
  return found;
}

/** Which collaborations are asked for; names are folded, and each must be met. */
export interface CollaborationQuery {
  readonly units: readonly string[];
  readonly labels: readonly string[];
  readonly services: readonly string[];
  /** The URN of the schema under which groups have labels. */
  readonly labelsUnder: string;
}

/** The collaborations that the scope reaches, by name. */
export async function findCollaborations(
  tables: TenantTables,
  query: CollaborationQuery,
): Promise<readonly StoredResource[]> {
  const { dialect } = tables;
  const scope = tables.inScope('r');
  const inUnit =
    'exists (select 1 from unit_sets s join units u on u.client_id = :client and u.id = s.unit_id where s.client_id = :client and s.unit_set = r.unit_set and u.ended_at is null and u.name_key = ?)';
  const hasLabel = `exists (select 1 from ${dialect.elements('r.search', [query.labelsUnder, 'labels'], 'e')} where ${dialect.jsonText('e.value', [])} = ?)`;
  const hasService =
    'exists (select 1 from connected_services x join services v on v.client_id = :client and v.id = x.service_id where x.client_id = :client and x.collaboration_id = r.id and v.name_key = ?)';
  const conditions = [
    ...query.units.map(() => inUnit),
    ...query.labels.map(() => hasLabel),
    ...query.services.map(() => hasService),
  ].map((condition) => ` and ${condition}`);
  const rows = await tables.all<ResourceRow>(
    `select ${columnsOf(groupsTable)} from groups r where r.client_id = :client and r.kind = 'collaboration' and ${scope.text}${conditions.join('')} order by r.display_name_key, r.id`,
    [...scope.bindings, ...query.units, ...query.labels, ...query.services],
  );
  return rows.map(readRow);
}
