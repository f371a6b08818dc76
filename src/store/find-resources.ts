import type { ListQuery, Sort } from '../protocol/list-query.js';
import { compileFilter, type CompileContext } from './compile-filter.js';
import { compileSort } from './compile-sort.js';
import { readRow, resourceColumns, type ResourceRow, type StoredResource } from './resource-store.js';
import type { ResourceTable } from './resource-table.js';
import type { Sql } from './sql.js';
import type { TenantTables } from './tenant-tables.js';

/** One page of what a query finds, and how much it finds in all. */
export interface Page {
  readonly totalResults: number;
  readonly resources: readonly StoredResource[];
}

type Selection = Pick<ListQuery, 'filter' | 'sort' | 'startIndex' | 'count'>;

/** Finds the page of a query among what the scope reaches. Filter and order are the database's work (RFC 7644 §3.4.2). */
export async function findResources(
  tables: TenantTables,
  table: ResourceTable,
  query: Selection,
  publicUrl: string,
): Promise<Page> {
  const context = contextOf(tables, table, publicUrl);
  const condition = conditionOf(tables, table, query, context);
  const resources =
    query.count === 0 ? [] : await selectPage(tables, table, { condition, order: orderOf(query.sort, context) }, query);
  const whole = query.startIndex === 1 && resources.length < query.count;
  return { resources, totalResults: whole ? resources.length : await countAll(tables, table, condition) };
}

/** Filters and orders see of other resources, such as a user's groups, only what the scope reaches. */
function contextOf(tables: TenantTables, table: ResourceTable, publicUrl: string): CompileContext {
  const { dialect, scope } = tables;
  return { type: table.type, clientId: scope.clientId, dialect, publicUrl, inScope: (alias) => tables.inScope(alias) };
}

function conditionOf(tables: TenantTables, table: ResourceTable, query: Selection, context: CompileContext): Sql {
  const parts: Sql[] = [{ text: `r.client_id = :client and ${table.live('r')}`, bindings: [] }, tables.inScope('r')];
  if (query.filter !== undefined) {
    const filter = compileFilter(query.filter, context);
    if (filter.candidates !== undefined) {
      parts.push({ text: `r.id in (${filter.candidates.text})`, bindings: filter.candidates.bindings });
    }
    parts.push({ text: `(${filter.where.text})`, bindings: filter.where.bindings });
  }
  return { text: parts.map((part) => part.text).join(' and '), bindings: parts.flatMap((part) => part.bindings) };
}

async function selectPage(
  tables: TenantTables,
  table: ResourceTable,
  { condition, order }: { readonly condition: Sql; readonly order: Sql },
  query: Selection,
): Promise<StoredResource[]> {
  const rows = await tables.all<ResourceRow>(
    `select ${resourceColumns} from ${table.name} r where ${condition.text} order by ${order.text} limit ? offset ?`,
    [...condition.bindings, ...order.bindings, query.count, query.startIndex - 1],
  );
  return rows.map(readRow);
}

// The id breaks ties, so that a page never repeats what the one before has shown.
function orderOf(sort: Sort | undefined, context: CompileContext): Sql {
  if (sort === undefined) return { text: 'r.id', bindings: [] };
  const by = compileSort(context, sort.path, sort.order);
  return { text: `${by.text}, r.id`, bindings: by.bindings };
}

async function countAll(tables: TenantTables, table: ResourceTable, condition: Sql): Promise<number> {
  const row = await tables.first<{ total: number | string }>(
    `select count(*) as total from ${table.name} r where ${condition.text}`,
    condition.bindings,
  );
  return Number(row?.total ?? 0);
}
