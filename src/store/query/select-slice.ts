import type { SortOrder } from '../../protocol/list-query.js';
import type { CandidateSet } from './compile-filter.js';
import { behind, orderBy, type SortKey } from './compile-sort.js';
import { bind, joinSql, raw, sql } from '../sql/compose-sql.js';
import type { Dialect } from '../database/dialect.js';
import type { Branch } from './list-branches.js';
import { shownColumns } from '../resources/shown-resource.js';
import type { Sql } from '../sql/sql.js';
import type { TenantTables } from '../tenant/tenant-tables.js';

/** Which of what a query finds: `limit` resources after `offset`, all of them behind `after`. */
export interface Slice {
  readonly limit: number;
  readonly offset: number;
  readonly after: { readonly key: string | number | null; readonly id: string } | undefined;
}

/** The rows of a slice in order, those of several branches merged. */
export function selectSlice(tables: TenantTables, branches: readonly Branch[], order: SortOrder, slice: Slice): Sql {
  const [only, ...others] = branches;
  if (only === undefined || others.length > 0) return mergeBranches(tables, branches, order, slice);
  if (slice.offset > 0) return selectBehind(tables, only, order, slice);
  return sql`${selectBranch(tables, only, order, slice.after)} limit ${bind(slice.limit)}`;
}

/** The rows behind others, of which PostgreSQL would make all that is shown, too: so the ids come first. */
function selectBehind(tables: TenantTables, branch: Branch, order: SortOrder, { limit, offset, after }: Slice): Sql {
  const found = sql`${selectOrdered(sql`r.id`, branch, order, after)} limit ${bind(limit)} offset ${bind(offset)}`;
  return showChosen(tables, branch, order, { chosen: found, more: raw('') });
}

/** What is shown of resources that were chosen as `id` and `sort_value`, in their order. */
function showChosen(
  tables: TenantTables,
  branch: Branch,
  order: SortOrder,
  { chosen, more }: { readonly chosen: Sql; readonly more: Sql },
): Sql {
  const { table, key } = branch;
  const again = key === undefined ? raw('p.id') : orderBy(derivedKey(tables.dialect, key, 'p'), 'p.id', order);
  return sql`select ${columns(tables, branch)}, p.sort_value${more} from (${chosen}) p cross join ${raw(table.name)} r where r.client_id = :client and r.id = p.id order by ${again}`;
}

/**
 * The rows of a slice in order, each with the number of all that the branch finds in the column `total`: one look at each
 * resource serves both.
 */
export function selectWithTotal(
  tables: TenantTables,
  branch: Branch,
  order: SortOrder,
  slice: Omit<Slice, 'after'>,
): Sql {
  const { table, condition, key } = branch;
  const { dialect } = tables;
  const found = sql`select r.id as id, ${valueOf(key)} as sort_value from ${raw(table.name)} r where ${condition}`;
  const by = key === undefined ? raw('f.id') : orderBy(derivedKey(dialect, key, 'f'), 'f.id', order);
  const chosen = sql`select f.id, f.sort_value, (select count(*) from found) as total from found f order by ${by} limit ${bind(slice.limit)} offset ${bind(slice.offset)}`;
  const shown = showChosen(tables, branch, order, { chosen, more: raw(', p.total') });
  return sql`with found as materialized (${found}) ${shown}`;
}

/** The number of all that a branch finds, as `total`; of everything in scope it is kept (migration 15). */
export function selectTotal(tables: TenantTables, { table, condition, isFiltered }: Branch): Sql {
  if (isFiltered) return sql`select count(*) as total from ${raw(table.name)} r where ${condition}`;
  return sql`select coalesce(sum(c.total), 0) as total from resource_counts c where c.client_id = :client and c.resource_type = ${bind(table.type.name)} and ${tables.inScope('c')}`;
}

/**
 * A row for each of the first `most` candidates of a branch, in no order; its columns are null where the candidate is not among
 * what the branch finds. Cost follows `most`, whatever the filter says besides.
 */
export function selectFew(tables: TenantTables, branch: Branch, candidates: CandidateSet, most: number): Sql {
  const { table, reached, where } = branch;
  const shown = sql`select ${columns(tables, branch)}, null as sort_value from`;
  const rows = raw(`${table.name} r`);
  if (candidates.row !== undefined)
    return sql`${shown} ${rows} where ${reached} and ${candidates.row} and (${where}) limit ${bind(most)}`;
  const first = sql`(select x.id from (${candidates.ids}) x limit ${bind(most)}) c`;
  return sql`${shown} ${first} left join ${rows} on r.client_id = :client and r.id = c.id and ${reached} and (${where})`;
}

function columns(tables: TenantTables, { table, showsGroups }: Branch): Sql {
  return sql`${shownColumns(tables, table, { groups: showsGroups })}, ${raw(`'${table.type.name}'`)} as type`;
}

function valueOf(key: SortKey | undefined): Sql {
  return key === undefined ? raw('null') : key.value;
}

function selectBranch(tables: TenantTables, branch: Branch, order: SortOrder, after: Slice['after']): Sql {
  return selectOrdered(columns(tables, branch), branch, order, after);
}

function selectOrdered(shown: Sql, { table, condition, key }: Branch, order: SortOrder, after: Slice['after']): Sql {
  const found = sql`select ${shown}, ${valueOf(key)} as sort_value from ${raw(table.name)} r where ${condition}`;
  const indexed = key?.unique === undefined ? raw('') : sql` and ${key.unique}`;
  const rest = after === undefined ? raw('') : sql` and ${restOf(key, order, after)}`;
  return sql`${found}${indexed}${rest} order by ${key === undefined ? raw('r.id') : orderBy(key, 'r.id', order)}`;
}

function restOf(key: SortKey | undefined, order: SortOrder, after: NonNullable<Slice['after']>): Sql {
  return key === undefined ? sql`r.id > ${bind(after.id)}` : behind(key, 'r.id', order, after);
}

/** Each branch gives no more than the slice can take of it. */
function mergeBranches(tables: TenantTables, branches: readonly Branch[], order: SortOrder, slice: Slice): Sql {
  const most = bind(slice.offset + slice.limit);
  const selects = branches.map(
    (branch) => sql`select * from (${selectBranch(tables, branch, order, slice.after)} limit ${most}) b`,
  );
  const [first] = branches;
  const merged = sql`select * from (${joinSql(selects, ' union all ')}) m order by`;
  const by =
    first?.key === undefined ? raw('m.id') : orderBy(derivedKey(tables.dialect, first.key, 'm'), 'm.id', order);
  return sql`${merged} ${by} limit ${bind(slice.limit)} offset ${bind(slice.offset)}`;
}

/** The key as a column `sort_value` of rows that were selected. */
function derivedKey(dialect: Dialect, { kind }: SortKey, alias: string): SortKey {
  // What it was made of may have been collated otherwise, or not at all.
  const value = raw(kind === 'text' ? dialect.binaryText(`${alias}.sort_value`) : `${alias}.sort_value`);
  return { value, kind, nullable: true };
}
