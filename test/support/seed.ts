import type { Database } from '../../src/store/database/connection.js';
import { groupsTable, usersTable, type ResourceTable } from '../../src/store/resources/resource-table.js';
import type { Binding } from '../../src/store/sql/sql.js';
import { writeTables, type TenantTables } from '../../src/store/tenant/tenant-tables.js';
import type { ResourceDocument } from '../../src/schema/document.js';
import { indexEntries, toSearchDocument } from '../../src/schema/search-document.js';
import { hiredAt, personDocument, personId, staffGroupId, staffGroupName } from './staff.js';

const rowsAStatement = 200;
const statementsUnderWay = 8;
const usersATransaction = 50_000;

/** How large a client becomes. */
export interface TenantSize {
  readonly users: number;
  /** A group with as many members for each number; its id is `staffGroupId` of the place in this list. */
  readonly groups: readonly number[];
  /** Who the people are; whole documents of the staff unless given. */
  readonly person?: (index: number) => ResourceDocument;
}

/**
 * Fills a client that has been created with people and groups, the same ones each time, as rows of whole statements:
 * what HTTP would do in minutes takes seconds. The change log does not tell of it.
 */
export async function seedTenant(database: Database, clientId: string, size: TenantSize): Promise<void> {
  const { users, groups, person = personDocument } = size;
  const write = <Result>(work: (tables: TenantTables) => Promise<Result>) =>
    writeTables(database, { clientId, units: undefined }, work);
  for (let start = 0; start < users; start += usersATransaction) {
    const indices = range(start, Math.min(users, start + usersATransaction));
    const people = indices.map((index) => ({ id: personId(index), at: hiredAt(index), document: person(index) }));
    // Ahead of the transaction, which a database does not leave idle for ever.
    const rows = rowsOf(usersTable, people);
    await write((tables) => insertResources(tables, usersTable, rows));
  }
  for (const [index, members] of groups.entries()) {
    await write((tables) => seedGroup(tables, index, Math.min(members, users)));
  }
}

async function seedGroup(tables: TenantTables, index: number, members: number): Promise<void> {
  const id = staffGroupId(index);
  const group = { id, at: hiredAt(index), document: { displayName: staffGroupName(index) } };
  await insertResources(tables, groupsTable, rowsOf(groupsTable, [group]));
  await insertRows(
    tables,
    { into: 'memberships (client_id, group_id, user_id)', places: ['?', '?'] },
    range(0, members).map((person) => [id, personId(person)]),
  );
}

interface SeededResource {
  readonly id: string;
  readonly at: string;
  readonly document: ResourceDocument;
}

/** The rows of resources, and those of the value index. */
interface SeededRows {
  readonly resources: readonly (readonly Binding[])[];
  readonly values: readonly (readonly Binding[])[];
}

function rowsOf(table: ResourceTable, resources: readonly SeededResource[]): SeededRows {
  return {
    resources: resources.map(({ id, at, document }) => {
      const search = JSON.stringify(toSearchDocument(table.type, document));
      return [id, 1, '', at, at, JSON.stringify(document), search, ...table.keyValues(document)];
    }),
    values: indexRows(table, resources),
  };
}

async function insertResources(tables: TenantTables, table: ResourceTable, rows: SeededRows): Promise<void> {
  const columns = ['id', 'version', 'unit_set', 'created_at', 'last_modified', 'document', 'search'];
  const places = [...columns.slice(1).map(() => '?'), tables.dialect.jsonInput, ...table.keyColumns.map(() => '?')];
  await insertRows(
    tables,
    { into: `${table.name} (client_id, ${[...columns, ...table.keyColumns].join(', ')})`, places },
    rows.resources,
  );
  await insertRows(
    tables,
    {
      into: 'value_index (client_id, resource_type, attribute, key, resource_id, is_unique)',
      places: ['?', '?', '?', '?', '?'],
    },
    rows.values,
  );
}

/** In the order of the index, so that rows that are written together lie together. */
function indexRows(table: ResourceTable, resources: readonly SeededResource[]): readonly (readonly Binding[])[] {
  const entries = resources.flatMap(({ id, document }) =>
    indexEntries(table.type, document).map((entry) => ({
      ...entry,
      id,
      order: `${entry.attribute} ${entry.key} ${id}`,
    })),
  );
  entries.sort((a, b) => (a.order < b.order ? -1 : 1));
  return entries.map(({ id, attribute, key, unique }) => [table.type.name, attribute, key, id, unique ? 1 : 0]);
}

async function insertRows(
  tables: TenantTables,
  { into, places }: { readonly into: string; readonly places: readonly string[] },
  rows: readonly (readonly Binding[])[],
): Promise<void> {
  const row = `(:client, ${places.join(', ')})`;
  const statements: Promise<number>[] = [];
  for (let start = 0; start < rows.length; start += rowsAStatement) {
    const part = rows.slice(start, start + rowsAStatement);
    statements.push(tables.run(`insert into ${into} values ${part.map(() => row).join(', ')}`, part.flat()));
    // Some on their way at a time, so that neither side waits for the other.
    if (statements.length === statementsUnderWay) await Promise.all(statements.splice(0));
  }
  await Promise.all(statements);
}

function range(start: number, end: number): readonly number[] {
  return Array.from({ length: end - start }, (_, offset) => start + offset);
}
