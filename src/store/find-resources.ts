import type { ListQuery } from '../protocol/list-query.js';
import type { ResourceTypeName } from '../schema/resource-type.js';
import { branchesOf, findsFew, type Branch } from './list-branches.js';
import { readRow, type ResourceRow, type StoredResource } from './resource-store.js';
import { selectSlice, selectTotal, selectWithTotal, type Slice } from './select-slice.js';
import type { Sql } from './sql.js';
import type { TenantTables } from './tenant-tables.js';

export type { Slice } from './select-slice.js';

/** A resource in a list. */
export interface ListedResource extends StoredResource {
  readonly type: ResourceTypeName;
  /** The value by which the list is ordered; null where the resource has none, or the list has no such order. */
  readonly sortValue: string | number | null;
}

/** A slice of what a query finds. */
export interface FoundSlice {
  readonly resources: readonly ListedResource[];
  /** Whether it ends before its limit, because its resources are very large. */
  readonly isCut: boolean;
}

/** A slice, and how many resources the whole query finds. */
export interface SliceWithTotal extends FoundSlice {
  readonly totalResults: number;
}

type Query = Pick<ListQuery, 'selections' | 'order'>;

interface ListedRow extends ResourceRow {
  readonly type: ResourceTypeName;
  readonly sort_value: string | number | null;
}

/** A query on its way: what it reads, and whether that is so little that the event loop can wait for it. */
interface Search {
  readonly tables: TenantTables;
  readonly branches: readonly Branch[];
  readonly order: ListQuery['order'];
  readonly findsFew: boolean;
}

/**
 * Finds the slice of a query among what the scope reaches, users and groups merged in one order. Filter and order are the
 * database's work (RFC 7644 §3.4.2); what stands before `after` is not read where an index gives the order.
 * Throws `invalidFilter` for a filter that would cost too much.
 */
export async function findResources(
  tables: TenantTables,
  query: Query,
  slice: Slice,
  publicUrl: string,
): Promise<FoundSlice> {
  if (query.selections.length === 0 || slice.limit === 0) return { resources: [], isCut: false };
  return readSlice(await prepare(tables, query, publicUrl), slice);
}

/** As `findResources` for a slice of the whole, with the total; a filter is tried on each resource once for both. */
export async function findWithTotal(
  tables: TenantTables,
  query: Query,
  slice: Omit<Slice, 'after'>,
  publicUrl: string,
): Promise<SliceWithTotal> {
  const search = await prepare(tables, query, publicUrl);
  if (slice.limit === 0) return { resources: [], isCut: false, totalResults: await readTotal(search) };
  const found = await readBoth(search, slice);
  if (found !== undefined) return found;
  const { resources, isCut } = await readSlice(search, { ...slice, after: undefined });
  const isWhole = slice.offset === 0 && resources.length < slice.limit && !isCut;
  return { resources, isCut, totalResults: isWhole ? resources.length : await readTotal(search) };
}

async function prepare(tables: TenantTables, { selections, order }: Query, publicUrl: string): Promise<Search> {
  const branches = branchesOf(tables, selections, publicUrl);
  return { tables, branches, order, findsFew: await findsFew(tables, branches) };
}

async function readSlice(search: Search, slice: Slice): Promise<FoundSlice> {
  const { tables, branches, order } = search;
  if (branches.length === 0) return { resources: [], isCut: false };
  const statement = selectSlice(tables.dialect, branches, order, slice);
  const rows = await read<ListedRow>(tables, statement, search.findsFew || followsIndex(search, slice));
  return withinPage(rows);
}

// A page of very large resources ends early; the next one goes on after it.
const charactersAPage = 4_194_304;

/** The first of the rows whose documents together fit a page, at least one. */
function withinPage(rows: readonly ListedRow[]): FoundSlice {
  let length = 0;
  const end = rows.findIndex((row, index) => (length += row.document.length) > charactersAPage && index > 0);
  const resources = (end === -1 ? rows : rows.slice(0, end)).map(readListed);
  return { resources, isCut: end !== -1 };
}

async function readTotal({ tables, branches, findsFew }: Search): Promise<number> {
  let total = 0;
  for (const branch of branches) {
    const statement = selectTotal(tables, branch);
    const [row] = await read<{ total: number | string }>(tables, statement, findsFew || !branch.isFiltered);
    total += Number(row?.total ?? 0);
  }
  return total;
}

/** Undefined where one look would not serve both. */
async function readBoth(search: Search, slice: Omit<Slice, 'after'>): Promise<SliceWithTotal | undefined> {
  const { tables, branches, order } = search;
  const [only, ...others] = branches;
  if (only === undefined || others.length > 0 || !only.isFiltered || search.findsFew) return undefined;
  const statement = selectWithTotal(tables.dialect, only, order, slice);
  const rows = await read<ListedRow & { total: number | string }>(tables, statement, false);
  const [first] = rows;
  if (first !== undefined) return { ...withinPage(rows), totalResults: Number(first.total) };
  // A slice behind the end does not tell how many stand before it.
  return { resources: [], isCut: false, totalResults: slice.offset === 0 ? 0 : await readTotal(search) };
}

function readListed(row: ListedRow): ListedResource {
  return { ...readRow(row), type: row.type, sortValue: row.sort_value };
}

function read<Row>(tables: TenantTables, { text, bindings }: Sql, isQuick: boolean): Promise<Row[]> {
  return isQuick ? tables.all<Row>(text, bindings) : tables.scan<Row>(text, bindings);
}

const shortWay = 1_000;

/** Whether a slice of everything is read along an index, and not far from where it begins. */
function followsIndex({ tables, branches }: Search, { offset }: Slice): boolean {
  const isWhole = tables.scope.units === undefined && branches.every(({ isFiltered }) => !isFiltered);
  return isWhole && offset <= shortWay && branches.every(({ key }) => key === undefined || key.unique !== undefined);
}
