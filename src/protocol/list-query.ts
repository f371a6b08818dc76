import { invalidFilter, invalidValue } from '../errors.js';
import { leafOf, resolvePath, type AttributePath } from '../schema/attribute-path.js';
import type { ResourceType } from '../schema/resource-type.js';
import { parseFilter } from './parse-filter.js';
import { readProjection, type Projection } from './projection.js';
import { resolveFilter, type ResolvedFilter } from './resolve-filter.js';

/** The largest page, as ServiceProviderConfig says in `filter.maxResults`. */
export const maxPageSize = 500;
const defaultPageSize = 100;

/** The query parameters of RFC 7644 §3.4.2 as they came. */
export interface QueryParameters {
  readonly filter?: string;
  readonly sortBy?: string;
  readonly sortOrder?: string;
  readonly startIndex?: string;
  readonly count?: string;
  readonly attributes?: string;
  readonly excludedAttributes?: string;
}

export interface Sort {
  readonly path: AttributePath;
  readonly order: 'ascending' | 'descending';
}

/** A query that has been understood. `startIndex` counts from 1; `count` is at most `maxPageSize`. */
export interface ListQuery {
  readonly filter: ResolvedFilter | undefined;
  readonly sort: Sort | undefined;
  readonly startIndex: number;
  readonly count: number;
  readonly projection: Projection;
}

/**
 * Reads a query. Throws `invalidFilter` for a filter, `invalidValue` for a number or a sort that cannot be read
 * (RFC 7644 §3.4.2.2 to §3.4.2.4, §3.9).
 */
export function readListQuery(type: ResourceType, parameters: QueryParameters): ListQuery {
  return {
    filter: readFilter(type, parameters.filter),
    sort: readSort(type, parameters),
    // A value below 1 is taken as 1, a negative count as 0 (RFC 7644 §3.4.2.4).
    startIndex: Math.max(1, readInteger('startIndex', parameters.startIndex) ?? 1),
    count: Math.min(maxPageSize, Math.max(0, readInteger('count', parameters.count) ?? defaultPageSize)),
    projection: readProjection(type, parameters),
  };
}

function readFilter(type: ResourceType, text: string | undefined): ResolvedFilter | undefined {
  if (text === undefined) return undefined;
  if (text.trim() === '') throw invalidFilter('the filter is empty');
  return resolveFilter(type, parseFilter(text));
}

function readInteger(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^[+-]?\d{1,15}$/.test(text.trim())) throw invalidValue(`${name} must be an integer`);
  return Number(text);
}

function readSort(type: ResourceType, { sortBy, sortOrder }: QueryParameters): Sort | undefined {
  if (sortBy === undefined || sortBy === '') return undefined;
  const path = resolvePath(type, sortBy.trim());
  if (path === undefined || path.kind === 'extension') throw invalidValue('sortBy names no attribute of the resource');
  if (leafOf(path).returned === 'never') throw invalidValue('sortBy names an attribute that cannot be read');
  return { path, order: readOrder(sortOrder) };
}

function readOrder(text: string | undefined): Sort['order'] {
  const order = (text ?? 'ascending').trim().toLowerCase();
  if (order !== 'ascending' && order !== 'descending') {
    throw invalidValue('sortOrder must be ascending or descending');
  }
  return order;
}
