import { invalidCount, invalidFilter, invalidValue } from '../errors.js';
import { leafOf, resolvePath, type AttributePath } from '../schema/attribute-path.js';
import type { ResourceType } from '../schema/resource-type.js';
import { parseFilter } from './parse-filter.js';
import { readProjection, type Projection } from './projection.js';
import { resolveAcross } from './resolve-across.js';
import type { ResolvedFilter } from './resolved-filter.js';

/** The largest page, as ServiceProviderConfig says in `filter.maxResults` and `pagination.maxPageSize`. */
export const maxPageSize = 500;
/** The page of a query that does not say how many it wants. */
export const defaultPageSize = 100;

/** The query parameters of RFC 7644 §3.4.2 and RFC 9865 §2 as they came; lists are those of a search request. */
export interface QueryParameters {
  readonly filter?: string;
  readonly sortBy?: string;
  readonly sortOrder?: string;
  readonly startIndex?: string;
  readonly count?: string;
  readonly cursor?: string;
  readonly attributes?: string | readonly string[];
  readonly excludedAttributes?: string | readonly string[];
}

export type SortOrder = 'ascending' | 'descending';

/** What a query selects among the resources of one type. */
export interface Selection {
  readonly type: ResourceType;
  readonly filter: ResolvedFilter | undefined;
  /** Undefined where the type does not have the attribute by which others are ordered. */
  readonly sort: AttributePath | undefined;
  readonly projection: Projection;
}

/** Which page: by its place, counted from 1, or behind the one whose cursor is given; an empty cursor asks for the first. */
export type Paging =
  | { readonly kind: 'index'; readonly startIndex: number; readonly count: number }
  | { readonly kind: 'cursor'; readonly cursor: string; readonly count: number };

/** A query that has been understood. A type of which nothing can match is not among the selections. */
export interface ListQuery {
  readonly selections: readonly Selection[];
  readonly order: SortOrder;
  readonly paging: Paging;
}

/**
 * Reads a query over one resource type or more. An attribute that only some of them have is absent from the others
 * (RFC 7644 §3.4.2.1). Throws `invalidFilter` for a filter, `invalidValue` for a number or a sort that cannot be read,
 * `invalidCount` for a count beside a cursor (RFC 7644 §3.4.2.2 to §3.4.2.4, §3.9, RFC 9865 §2).
 */
export function readListQuery(types: readonly ResourceType[], parameters: QueryParameters): ListQuery {
  const filters = readFilter(types, parameters.filter);
  const sorts = readSort(types, parameters.sortBy);
  const selections = types.flatMap((type): Selection[] => {
    const projection = readProjection(type, parameters);
    const filter = filters.get(type) ?? true;
    if (filter === false) return [];
    return [{ type, filter: filter === true ? undefined : filter, sort: sorts.get(type), projection }];
  });
  // Without an attribute to sort by there is nothing to turn round.
  const order = sorts.size === 0 ? 'ascending' : readOrder(parameters.sortOrder);
  return { selections, order, paging: readPaging(parameters) };
}

function readFilter(
  types: readonly ResourceType[],
  text: string | undefined,
): ReadonlyMap<ResourceType, ResolvedFilter | boolean> {
  if (text === undefined) return new Map();
  if (text.trim() === '') throw invalidFilter('the filter is empty');
  return resolveAcross(types, parseFilter(text));
}

function readPaging({ cursor, startIndex, count }: QueryParameters): Paging {
  if (cursor === undefined) {
    // A value below 1 is taken as 1 (RFC 7644 §3.4.2.4).
    const first = Math.max(1, readInteger('startIndex', startIndex) ?? 1);
    return { kind: 'index', startIndex: first, count: readCount(count, invalidValue) };
  }
  if (startIndex !== undefined && startIndex !== '') {
    throw invalidValue('startIndex and cursor exclude each other: give one of them');
  }
  return { kind: 'cursor', cursor, count: readCount(count, invalidCount) };
}

// A negative count is taken as 0 (RFC 7644 §3.4.2.4, RFC 9865 §2).
function readCount(text: string | undefined, fault: typeof invalidCount): number {
  return Math.min(maxPageSize, Math.max(0, readInteger('count', text, fault) ?? defaultPageSize));
}

function readInteger(name: string, text: string | undefined, fault = invalidValue): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^[+-]?\d{1,15}$/.test(text.trim())) throw fault(`${name} must be an integer`);
  return Number(text);
}

function readSort(
  types: readonly ResourceType[],
  sortBy: string | undefined,
): ReadonlyMap<ResourceType, AttributePath> {
  const name = sortBy?.trim() ?? '';
  if (name === '') return new Map();
  const sorts = new Map(types.flatMap((type) => sortIn(type, name) ?? []));
  if (sorts.size === 0) throw invalidValue('sortBy names no attribute of the resource');
  return sorts;
}

function sortIn(type: ResourceType, name: string): [[ResourceType, AttributePath]] | undefined {
  const path = resolvePath(type, name);
  if (path === undefined || path.kind === 'extension') return undefined;
  if (leafOf(path).returned === 'never') throw invalidValue('sortBy names an attribute that cannot be read');
  return [[type, path]];
}

function readOrder(text: string | undefined): SortOrder {
  const order = (text ?? 'ascending').trim().toLowerCase();
  if (order !== 'ascending' && order !== 'descending') {
    throw invalidValue('sortOrder must be ascending or descending');
  }
  return order;
}
