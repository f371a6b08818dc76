import type { Selection } from '../../protocol/list-query.js';
import { wants } from '../../protocol/projection.js';
import { refuseCostlyScan } from '../../protocol/scan-cost.js';
import { compileFilter, type CandidateSet, type CompileContext } from './compile-filter.js';
import { compileSortKey, noSortKey, type SortKey } from './compile-sort.js';
import { always, raw, sql } from '../sql/compose-sql.js';
import { groupsTable, usersTable, type ResourceTable } from '../resources/resource-table.js';
import type { Sql } from '../sql/sql.js';
import type { TenantTables } from '../tenant/tenant-tables.js';

/** One resource type of a query as SQL; `key` is undefined where nothing was asked of the order. */
export interface Branch {
  readonly table: ResourceTable;
  /** Whether the groups of users are shown. */
  readonly showsGroups: boolean;
  /** What the scope reaches of what has not been deleted. */
  readonly reached: Sql;
  /** Which of that the filter lets through. */
  readonly where: Sql;
  /** Both, and the candidates. */
  readonly condition: Sql;
  readonly isFiltered: boolean;
  /** What an index says of the filter. */
  readonly candidates: CandidateSet | undefined;
  readonly key: SortKey | undefined;
}

/** The branches of a query. Throws `invalidFilter` for a filter that would cost too much. */
export function branchesOf(
  tables: TenantTables,
  selections: readonly Selection[],
  publicUrl: string,
): readonly Branch[] {
  const parts = selections.map((selection) => branchOf(tables, selection, publicUrl));
  const kind = parts.find(({ key }) => key !== undefined)?.key?.kind;
  if (kind === undefined) return parts;
  return parts.map((part) => ({ ...part, key: part.key?.kind === kind ? part.key : noSortKey(kind) }));
}

function branchOf(tables: TenantTables, { type, filter, sort, projection }: Selection, publicUrl: string): Branch {
  const table = type.name === 'User' ? usersTable : groupsTable;
  const context = contextOf(tables, table, publicUrl);
  const key = sort === undefined ? undefined : compileSortKey(context, sort);
  const reached = sql`r.client_id = :client and ${raw(table.live('r'))} and ${tables.inScope('r')}`;
  const own = { table, showsGroups: wants(projection, 'groups'), reached, key };
  if (filter === undefined)
    return { ...own, where: always, condition: reached, isFiltered: false, candidates: undefined };
  const { candidates, where } = compileFilter(filter, context);
  if (candidates === undefined || candidates.reach === 'any') refuseCostlyScan(filter);
  const among = candidates === undefined ? raw('') : sql` and r.id in (${candidates.ids})`;
  return { ...own, where, condition: sql`${reached}${among} and (${where})`, isFiltered: true, candidates };
}

/** Filters and orders see of other resources, such as a user's groups, only what the scope reaches. */
function contextOf(tables: TenantTables, table: ResourceTable, publicUrl: string): CompileContext {
  const { dialect, scope } = tables;
  return { type: table.type, clientId: scope.clientId, dialect, publicUrl, inScope: (alias) => tables.inScope(alias) };
}

const few = 200;

/** Whether an index finds so little for each branch that nobody needs to be kept from waiting for it. */
export async function findsFew(tables: TenantTables, branches: readonly Branch[]): Promise<boolean> {
  for (const { candidates } of branches) {
    if (candidates === undefined || candidates.reach === 'any') return false;
    if (candidates.reach === 'shared' && (await countUpTo(tables, candidates, few)) === few) return false;
  }
  return true;
}

async function countUpTo(tables: TenantTables, { ids }: CandidateSet, most: number): Promise<number> {
  const row = await tables.first<{ found: number | string }>(
    `select count(*) as found from (select 1 from (${ids.text}) c limit ?) f`,
    [...ids.bindings, most],
  );
  return Number(row?.found ?? 0);
}
