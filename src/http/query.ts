import type { Request } from 'express';
import type { QueryParameters } from '../protocol/list-query.js';
import { RequestSlot } from './request-slot.js';

const names = [
  'filter',
  'sortBy',
  'sortOrder',
  'startIndex',
  'count',
  'cursor',
  'attributes',
  'excludedAttributes',
] as const;

const parsed = new RequestSlot<QueryParameters>('query');

/** The SCIM parameters of a request's query, parsed once; names in any letter case, unknown ones ignored (RFC 7644 §3.4.2). */
export function queryOf(request: Request): QueryParameters {
  const known = parsed.get(request);
  if (known !== undefined) return known;
  const query = parseQuery(request.originalUrl);
  parsed.set(request, query);
  return query;
}

function parseQuery(url: string): QueryParameters {
  const start = url.indexOf('?');
  if (start === -1) return {};
  const parameters = new Map(
    [...new URLSearchParams(url.slice(start))].map(([name, value]) => [name.toLowerCase(), value]),
  );
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = parameters.get(name.toLowerCase());
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
