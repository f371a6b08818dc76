import { isEqualValue, type ResourceDocument } from '../../../src/schema/document.js';
import { indexEntries, toSearchDocument } from '../../../src/schema/search-document.js';
import { groupsTable, usersTable, type ResourceTable } from '../../../src/store/resources/resource-table.js';
import type { TenantTables } from '../../../src/store/tenant/tenant-tables.js';
import type { LedgerResource } from './ledger.js';

interface Row {
  readonly id: string;
  readonly version: number;
  readonly document: string;
  readonly search: string;
  readonly deleted: number;
  readonly [column: string]: unknown;
}

const rowsAStatement = 200;

/** Holds the rows of these resources, and all that is derived from them, against what the log says; says what differs. */
export async function compareRows(
  tables: TenantTables,
  resources: readonly LedgerResource[],
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const table of [usersTable, groupsTable]) {
    const ofTable = resources.filter(({ type }) => type === table.type.name);
    for (let start = 0; start < ofTable.length; start += rowsAStatement) {
      faults.push(...(await comparePart(tables, table, ofTable.slice(start, start + rowsAStatement))));
    }
  }
  return faults;
}

async function comparePart(
  tables: TenantTables,
  table: ResourceTable,
  resources: readonly LedgerResource[],
): Promise<readonly string[]> {
  const ids = resources.map(({ id }) => id);
  const rows = await readRows(tables, table, ids);
  const index = await readIndex(tables, table, ids);
  const members = table === groupsTable ? await readMembers(tables, ids) : new Map<string, readonly string[]>();
  return resources.flatMap((resource) => {
    const row = rows.get(resource.id);
    const faults = [
      ...rowFaults(table, resource, row),
      ...indexFaults(table, resource, index.get(resource.id) ?? []),
      ...memberFaults(resource, members.get(resource.id) ?? []),
    ];
    return faults.map((fault) => `TORN: ${resource.type} ${resource.id}, version ${resource.version}: ${fault}`);
  });
}

async function readRows(
  tables: TenantTables,
  table: ResourceTable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Row>> {
  const { isListed, jsonInput } = tables.dialect;
  // The one writes JSON as a blob of its own form, the other casts.
  const search = jsonInput === 'jsonb(?)' ? 'json(r.search)' : 'r.search::text';
  const deleted = table === usersTable ? 'case when r.deleted_at is null then 0 else 1 end' : '0';
  const rows = await tables.all<Row>(
    `select r.id, r.version, r.document, ${search} as search, ${deleted} as deleted, ${table.keyColumns.map((column) => `r.${column}`).join(', ')} from ${table.name} r where r.client_id = :client and r.id ${isListed}`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

async function readIndex(
  tables: TenantTables,
  { type }: ResourceTable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string[]>> {
  const rows = await tables.all<{ resource_id: string; attribute: string; key: string; is_unique: number }>(
    `select v.resource_id, v.attribute, v.key, v.is_unique from value_index v where v.client_id = :client and v.resource_type = ? and v.resource_id ${tables.dialect.isListed}`,
    [type.name, ids],
  );
  return grouped(rows.map((row) => [row.resource_id, indexLine(row.attribute, row.key, row.is_unique === 1)]));
}

async function readMembers(tables: TenantTables, ids: readonly string[]): Promise<ReadonlyMap<string, string[]>> {
  const rows = await tables.all<{ group_id: string; user_id: string }>(
    `select m.group_id, m.user_id from memberships m where m.client_id = :client and m.group_id ${tables.dialect.isListed}`,
    [ids],
  );
  return grouped(rows.map((row) => [row.group_id, row.user_id]));
}

function grouped(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const known = groups.get(name);
    if (known === undefined) groups.set(name, [value]);
    else known.push(value);
  }
  return groups;
}

function rowFaults(table: ResourceTable, resource: LedgerResource, row: Row | undefined): readonly string[] {
  const isGone = resource.isDeleted && table === groupsTable;
  if (row === undefined) return isGone ? [] : ['there is no row'];
  if (isGone) return ['the row is still there'];
  // The service wrote it.
  const document = JSON.parse(row.document) as ResourceDocument;
  const search: unknown = JSON.parse(row.search);
  const keys = table
    .keyValues(document)
    .map((value, place) => (isActivity(table, place) && resource.isDeleted ? 0 : value));
  return [
    ...(row.version === resource.version ? [] : [`the row has version ${row.version}`]),
    ...((row.deleted === 1) === resource.isDeleted ? [] : [`the row is ${row.deleted === 1 ? '' : 'not '}deleted`]),
    ...(isEqualValue(document, resource.document) ? [] : [`the document is ${row.document}`]),
    ...(isEqualValue(search, toSearchDocument(table.type, document)) ? [] : ['search is of another document']),
    ...(isEqualValue(
      keys,
      table.keyColumns.map((column) => row[column]),
    )
      ? []
      : ['keys are of another document']),
  ];
}

function isActivity({ keyColumns }: ResourceTable, place: number): boolean {
  return keyColumns[place] === 'active';
}

function indexFaults(
  { type }: ResourceTable,
  { document, isDeleted }: LedgerResource,
  found: readonly string[],
): readonly string[] {
  const entries = isDeleted ? [] : indexEntries(type, document);
  const wanted = entries.map(({ attribute, key, unique }) => indexLine(attribute, key, unique));
  return isEqualValue(wanted.toSorted(), found.toSorted()) ? [] : ['the value index is of another document'];
}

function indexLine(attribute: string, key: string, unique: boolean): string {
  return `${attribute} ${key} ${unique}`;
}

function memberFaults({ type, members }: LedgerResource, found: readonly string[]): readonly string[] {
  if (type !== 'Group' || isEqualValue([...members].toSorted(), found.toSorted())) return [];
  return [`${found.length} members, where the log says ${members.size}`];
}
