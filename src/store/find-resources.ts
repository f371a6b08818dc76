import type { ListQuery, Selection } from '../protocol/list-query.js';
import type { ResourceTypeName } from '../schema/resource-type.js';
import { compileFilter, type CompileContext } from './compile-filter.js';
import { behind, compileSortKey, noSortKey, orderBy, type SortKey } from './compile-sort.js';
import { bind, joinSql, raw, sql } from './compose-sql.js';
import { columnsOf, readRow, type ResourceRow, type StoredResource } from './resource-store.js';
import { groupsTable, usersTable, type ResourceTable } from './resource-table.js';
import type { Sql } from './sql.js';
import type { TenantTables } from './tenant-tables.js';

/** A resource in a list. */
export interface ListedResource extends StoredResource {
  readonly type: ResourceTypeName;
  /** The value by which the list is ordered; null where the resource has none, or the list has no such order. */
  readonly sortValue: string | number | null;
}

/** Which of what a query finds: `limit` resources after `offset`, all of them behind `after`. */
export interface Slice {
  readonly limit: number;
  readonly offset: number;
  readonly after: { readonly key: string | number | null; readonly id: string } | undefined;
}

type Query = Pick<ListQuery, 'selections' | 'order'>;

interface ListedRow extends ResourceRow {
  readonly type: ResourceTypeName;
  readonly sort_value: string | number | null;
}

/** One resource type of a query as SQL; `key` is undefined where nothing was asked of the order. */
interface Branch {
  readonly table: ResourceTable;
  readonly condition: Sql;
  readonly isFiltered: boolean;
  readonly key: SortKey | undefined;
}

/**
 * Finds the slice of a query among what the scope reaches, users and groups merged in one order. Filter and order are the
 * database's work (RFC 7644 §3.4.2); what stands before `after` is not read where an index gives the order.
 */
export async function findResources(
  tables: TenantTables,
  { selections, order }: Query,
  slice: Slice,
  publicUrl: string,
): Promise<readonly ListedResource[]> {
  if (selections.length === 0 || slice.limit === 0) return [];
  const branches = branchesOf(tables, selections, publicUrl);
  const [only, ...others] = branches;
  const statement =
    only !== undefined && others.length === 0
      ? sql`${selectBranch(only, order, slice.after)} limit ${bind(slice.limit)} offset ${bind(slice.offset)}`
      : mergeBranches(tables, branches, order, slice);
  const rows = await tables.all<ListedRow>(statement.text, statement.bindings);
  return rows.map((row) => ({ ...readRow(row), type: row.type, sortValue: row.sort_value }));
}

/** How many resources a query finds. */
export async function countResources(tables: TenantTables, { selections }: Query, publicUrl: string): Promise<number> {
  let total = 0;
  for (const { table, condition, isFiltered } of branchesOf(tables, selections, publicUrl)) {
    const all = table.name === 'users' && !isFiltered ? tables.dialect.allLiving : '';
    const row = await tables.first<{ total: number | string }>(
      `select count(*) as total from ${table.name} r where ${condition.text}${all}`,
      condition.bindings,
    );
    total += Number(row?.total ?? 0);
  }
  return total;
}

function branchesOf(tables: TenantTables, selections: readonly Selection[], publicUrl: string): readonly Branch[] {
  const parts = selections.map((selection) => {
    const table = selection.type.name === 'User' ? usersTable : groupsTable;
    const context = contextOf(tables, table, publicUrl);
    const key = selection.sort === undefined ? undefined : compileSortKey(context, selection.sort);
    const isFiltered = selection.filter !== undefined;
    return { table, condition: conditionOf(tables, selection, { table, context }), isFiltered, key };
  });
  const kind = parts.find(({ key }) => key !== undefined)?.key?.kind;
  if (kind === undefined) return parts;
  return parts.map((part) => ({ ...part, key: part.key?.kind === kind ? part.key : noSortKey(kind) }));
}

/** Filters and orders see of other resources, such as a user's groups, only what the scope reaches. */
function contextOf(tables: TenantTables, table: ResourceTable, publicUrl: string): CompileContext {
  const { dialect, scope } = tables;
  return { type: table.type, clientId: scope.clientId, dialect, publicUrl, inScope: (alias) => tables.inScope(alias) };
}

function conditionOf(
  tables: TenantTables,
  { filter }: Selection,
  { table, context }: { readonly table: ResourceTable; readonly context: CompileContext },
): Sql {
  const reached = sql`r.client_id = :client and ${raw(table.live('r'))} and ${tables.inScope('r')}`;
  if (filter === undefined) return reached;
  const { candidates, where } = compileFilter(filter, context);
  const among = candidates === undefined ? raw('') : sql` and r.id in (${candidates})`;
  return sql`${reached}${among} and (${where})`;
}

function selectBranch({ table, condition, key }: Branch, order: ListQuery['order'], after: Slice['after']): Sql {
  const value = key === undefined ? raw('null') : key.value;
  const columns = sql`select ${raw(columnsOf(table))}, '${raw(table.type.name)}' as type, ${value} as sort_value`;
  const found = sql`${columns} from ${raw(table.name)} r where ${condition}`;
  const indexed = key?.unique === undefined ? raw('') : sql` and ${key.unique}`;
  const rest = after === undefined ? raw('') : sql` and ${restOf(key, order, after)}`;
  return sql`${found}${indexed}${rest} order by ${key === undefined ? raw('r.id') : orderBy(key, 'r.id', order)}`;
}

function restOf(key: SortKey | undefined, order: ListQuery['order'], after: NonNullable<Slice['after']>): Sql {
  return key === undefined ? sql`r.id > ${bind(after.id)}` : behind(key, 'r.id', order, after);
}

/** Each branch gives no more than the slice can take of it. */
function mergeBranches(
  tables: TenantTables,
  branches: readonly Branch[],
  order: ListQuery['order'],
  slice: Slice,
): Sql {
  const most = bind(slice.offset + slice.limit);
  const selects = branches.map(
    (branch) => sql`select * from (${selectBranch(branch, order, slice.after)} limit ${most}) b`,
  );
  const [first] = branches;
  const merged = sql`select * from (${joinSql(selects, ' union all ')}) m order by`;
  const by = first?.key === undefined ? raw('m.id') : orderBy(mergedKey(tables, first.key), 'm.id', order);
  return sql`${merged} ${by} limit ${bind(slice.limit)} offset ${bind(slice.offset)}`;
}

function mergedKey({ dialect }: TenantTables, { kind }: SortKey): SortKey {
  // The branches may differ in how they are collated, and then the merged column is not at all.
  const value = raw(kind === 'text' ? dialect.binaryText('m.sort_value') : 'm.sort_value');
  return { value, kind, nullable: true };
}
