import type { ResourceDocument } from '../../schema/document.js';
import { indexEntries, toSearchDocument } from '../../schema/search-document.js';
import { requireFewValues, shortText } from '../../schema/value-limit.js';
import { notUnique } from '../../errors.js';
import { UniqueViolation } from '../database/database-error.js';
import { usersTable, type ResourceTable } from './resource-table.js';
import type { Value } from '../sql/sql.js';
import type { TenantTables } from '../tenant/tenant-tables.js';
import { syncValueIndex } from './value-index.js';

/** A stored resource. `version` counts from 1 and grows with each change; instants are ISO 8601 UTC. */
export interface StoredResource {
  readonly id: string;
  readonly version: number;
  readonly document: ResourceDocument;
  /** Names the set of units; empty for none. */
  readonly unitSet: string;
  readonly createdAt: string;
  readonly lastModified: string;
  /** How a person's account stands, or the kind of a group: `ACTIVE` and `group` unless given. No document says it. */
  readonly standing?: string;
}

/** A resource row as the statements of this folder select it. */
export interface ResourceRow {
  readonly id: string;
  readonly version: number;
  readonly unit_set: string;
  readonly created_at: string;
  readonly last_modified: string;
  readonly document: string;
  readonly standing: string;
}

/** The columns of a row `r` of the table, as `readRow` takes them. */
export function columnsOf({ standingColumn }: ResourceTable): string {
  return `r.id, r.version, r.unit_set, r.created_at, r.last_modified, r.document, r.${standingColumn} as standing`;
}

/** Reads a row; the document is what this service wrote, so its shape is known. */
export function readRow(row: ResourceRow): StoredResource {
  return {
    id: row.id,
    version: row.version,
    document: JSON.parse(row.document) as ResourceDocument,
    unitSet: row.unit_set,
    createdAt: row.created_at,
    lastModified: row.last_modified,
    standing: row.standing,
  };
}

/** A resource found by id, and whether the caller's units reach it. */
export interface FoundResource extends StoredResource {
  readonly inScope: boolean;
}

/** The resource of the client with this id, unless it was deleted. `lock` keeps it from other writers until the commit. */
export async function findResource(
  tables: TenantTables,
  table: ResourceTable,
  id: string,
  options: { readonly lock: boolean },
): Promise<FoundResource | undefined> {
  const scope = tables.inScope('r');
  const lock = options.lock ? tables.dialect.lockRows : '';
  const row = await tables.first<ResourceRow & { in_scope: number }>(
    `select ${columnsOf(table)}, case when ${scope.text} then 1 else 0 end as in_scope from ${table.name} r where r.client_id = :client and r.id = ? and ${table.live('r')}${lock}`,
    [...scope.bindings, id],
  );
  return row === undefined ? undefined : { ...readRow(row), inScope: row.in_scope === 1 };
}

/** The versions of these resources now, by id. */
export async function versionsOf(
  tables: TenantTables,
  table: ResourceTable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await tables.all<{ id: string; version: number }>(
    `select r.id, r.version from ${table.name} r where r.client_id = :client and r.id ${tables.dialect.isListed}`,
    [ids],
  );
  return new Map(rows.map(({ id, version }) => [id, version]));
}

/**
 * Adds a resource. Throws 409 `uniqueness` when the client has another one with one of its unique values, and `invalidValue`
 * for one that is too large.
 */
export async function insertResource(
  tables: TenantTables,
  table: ResourceTable,
  resource: StoredResource,
): Promise<void> {
  requireFewValues(resource.document);
  const counters = table.counters(tables.dialect);
  const standing = resource.standing === undefined ? [] : [resource.standing];
  const own = [...table.keyColumns, ...standing.map(() => table.standingColumn)];
  const columns = [...own, ...Object.keys(counters)].join(', ');
  const places = [...own.map(() => '?'), ...Object.values(counters)].join(', ');
  await tables.post(
    `insert into ${table.name} (client_id, id, version, unit_set, created_at, last_modified, document, search, ${columns}) values (:client, ?, ?, ?, ?, ?, ?, ${tables.dialect.jsonInput}, ${places})`,
    [
      resource.id,
      resource.version,
      resource.unitSet,
      resource.createdAt,
      resource.lastModified,
      shortText(resource.document),
      searchText(table, resource.document),
      ...table.keyValues(resource.document),
      ...standing,
    ],
    refuseDuplicate,
  );
  await indexDocument(tables, table, resource, {});
}

/**
 * Writes the new state of a resource that the caller has locked; `previous` is the one that is there.
 * Throws 409 `uniqueness` when the client has another one with one of its unique values, `invalidValue` for one that is too large.
 */
export async function updateResource(
  tables: TenantTables,
  table: ResourceTable,
  resource: StoredResource,
  previous: Pick<StoredResource, 'document' | 'unitSet'>,
): Promise<void> {
  const before = columnsFor(table, previous);
  const changed = [...columnsFor(table, resource)].filter(([column, value]) => before.get(column) !== value);
  await writeResource(tables, table, resource, { columns: new Map(changed), indexed: previous.document });
}

/** As `updateResource`, for a user who was deleted and comes back: its values had been taken out of the value index. */
export async function reviveUser(tables: TenantTables, user: StoredResource): Promise<void> {
  const columns = new Map([...columnsFor(usersTable, user), ['deleted_at', null] as const]);
  await writeResource(tables, usersTable, user, { columns, indexed: {} });
}

/** What `columnsFor` names is in indexes: what has not changed is not written, so that those are left alone. */
async function writeResource(
  tables: TenantTables,
  table: ResourceTable,
  resource: StoredResource,
  { columns, indexed }: { readonly columns: ReadonlyMap<string, Value>; readonly indexed: ResourceDocument },
): Promise<void> {
  requireFewValues(resource.document);
  const own = [...columns.keys()].map((column) => `, ${column} = ?`).join('');
  await tables.post(
    `update ${table.name} set version = ?, last_modified = ?, document = ?, search = ${tables.dialect.jsonInput}${own} where client_id = :client and id = ?`,
    [
      resource.version,
      resource.lastModified,
      shortText(resource.document),
      searchText(table, resource.document),
      ...columns.values(),
      resource.id,
    ],
    refuseDuplicate,
  );
  await indexDocument(tables, table, resource, indexed);
}

/** The columns that repeat what a resource says, and its set of units. */
function columnsFor(
  table: ResourceTable,
  { document, unitSet }: Pick<StoredResource, 'document' | 'unitSet'>,
): ReadonlyMap<string, Value> {
  const values = table.keyValues(document);
  const keys = table.keyColumns.map((column, place) => [column, values[place] ?? null] as const);
  return new Map([['unit_set', unitSet], ...keys]);
}

/** Counts the version of a resource up when its rows elsewhere have changed, such as its members. */
export async function touchResource(
  tables: TenantTables,
  table: ResourceTable,
  resource: Pick<StoredResource, 'id' | 'version' | 'lastModified'>,
): Promise<void> {
  await tables.post(`update ${table.name} set version = ?, last_modified = ? where client_id = :client and id = ?`, [
    resource.version,
    resource.lastModified,
    resource.id,
  ]);
}

function indexDocument(
  tables: TenantTables,
  table: ResourceTable,
  resource: StoredResource,
  previous: ResourceDocument,
): Promise<void> {
  const before = indexEntries(table.type, previous, resource.document);
  const after = indexEntries(table.type, resource.document, previous);
  return syncValueIndex(tables, { type: table.type, id: resource.id }, { before, after });
}

function searchText(table: ResourceTable, document: ResourceDocument): string {
  return JSON.stringify(toSearchDocument(table.type, document));
}

const attributeByIndex: Readonly<Record<string, string>> = {
  users_by_user_name: 'userName',
  groups_by_display_name: 'displayName',
};

function refuseDuplicate(error: unknown): unknown {
  return error instanceof UniqueViolation ? notUnique(attributeByIndex[error.index] ?? 'value', error) : error;
}
