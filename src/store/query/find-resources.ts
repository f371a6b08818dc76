import type { ListQuery } from '../../protocol/list-query.js';
import type { ResourceTypeName } from '../../schema/resource-type.js';
import { branchesOf, findsFew, type Branch } from './list-branches.js';
import { selectFew, selectSlice, selectTotal, selectWithTotal, type Slice } from './select-slice.js';
import { readShown, type ShownResource, type ShownRow } from '../resources/shown-resource.js';
import type { Sql } from '../sql/sql.js';
import type { TenantTables } from '../tenant/tenant-tables.js';

export type { Slice } from './select-slice.js';

/** A resource in a list. */
export interface ListedResource extends ShownResource {
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

interface ListedRow extends ShownRow {
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
  return readSlice(await prepare(tables, branchesOf(tables, query.selections, publicUrl), query.order), slice);
}

/** As `findResources` for a slice of the whole, with the total; a filter is tried on each resource once for both. */
export async function findWithTotal(
  tables: TenantTables,
  query: Query,
  slice: Omit<Slice, 'after'>,
  publicUrl: string,
): Promise<SliceWithTotal> {
  const branches = branchesOf(tables, query.selections, publicUrl);
  const among = await readFew(tables, branches, slice);
  if (among !== undefined) return among;
  const search = await prepare(tables, branches, query.order);
  if (slice.limit === 0) return { resources: [], isCut: false, totalResults: await readTotal(search) };
  const found = await readBoth(search, slice);
  if (found !== undefined) return found;
  const { resources, isCut } = await readSlice(search, { ...slice, after: undefined });
  const isWhole = slice.offset === 0 && resources.length < slice.limit && !isCut;
  return { resources, isCut, totalResults: isWhole ? resources.length : await readTotal(search) };
}

async function prepare(tables: TenantTables, branches: readonly Branch[], order: ListQuery['order']): Promise<Search> {
  return { tables, branches, order, findsFew: await findsFew(tables, branches) };
}

// More are found by looking at how many there are first.
const fewest = 20;

/**
 * All that an index finds for one branch in no other order than that of ids, when that is little: one short statement, as of a
 * provider who looks somebody up. Undefined for other queries, and where there is more.
 */
async function readFew(
  tables: TenantTables,
  [only, ...others]: readonly Branch[],
  { limit, offset }: Omit<Slice, 'after'>,
): Promise<SliceWithTotal | undefined> {
  if (only?.candidates === undefined || only.candidates.reach === 'any') return undefined;
  if (others.length > 0 || only.key !== undefined) return undefined;
  const { text, bindings } = selectFew(tables, only, only.candidates, fewest + 1);
  const rows = await tables.all<ListedRow | AbsentRow>(text, bindings);
  if (rows.length > fewest) return undefined;
  const found = new Map(rows.flatMap((row) => (row.id === null ? [] : [[row.id, row]])));
  const inOrder = [...found.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return { ...(await withinPage(tables, inOrder.slice(offset, offset + limit))), totalResults: found.size };
}

/** A candidate that is not among what was asked for. */
interface AbsentRow {
  readonly id: null;
}

async function readSlice(search: Search, slice: Slice): Promise<FoundSlice> {
  const { tables, branches, order } = search;
  if (branches.length === 0) return { resources: [], isCut: false };
  const statement = selectSlice(tables, branches, order, slice);
  const rows = await read<ListedRow>(tables, statement, search.findsFew || followsIndex(search, slice));
  return withinPage(tables, rows);
}

// A page of very large resources ends early; the next one goes on after it.
const charactersAPage = 4_194_304;

/** The first of the rows whose documents together fit a page, at least one. */
async function withinPage(tables: TenantTables, rows: readonly ListedRow[]): Promise<FoundSlice> {
  let length = 0;
  const end = rows.findIndex((row, index) => (length += row.document.length) > charactersAPage && index > 0);
  const shown = end === -1 ? rows : rows.slice(0, end);
  const resources = await readShown(tables, shown, ({ type, sort_value: sortValue }) => ({ type, sortValue }));
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
  const statement = selectWithTotal(tables, only, order, slice);
  const rows = await read<ListedRow & { total: number | string }>(tables, statement, false);
  const [first] = rows;
  if (first !== undefined) return { ...(await withinPage(tables, rows)), totalResults: Number(first.total) };
  // A slice behind the end does not tell how many stand before it.
  return { resources: [], isCut: false, totalResults: slice.offset === 0 ? 0 : await readTotal(search) };
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
