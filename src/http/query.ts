import type { Request } from 'express';
import { invalidValue } from '../errors.js';
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

/** The SCIM parameters of a request's query, parsed once; names in any letter case, unknown ones ignored (RFC 7644 §3.4.2). Throws `invalidValue` for one that is given twice. */
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
  const given = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(url.slice(start))) {
    const lower = name.toLowerCase();
    const values = given.get(lower);
    if (values === undefined) given.set(lower, [value]);
    else values.push(value);
  }
  return Object.fromEntries(
    names.flatMap((name) => {
      const values = given.get(name.toLowerCase());
      return values === undefined ? [] : [[name, valueOf(name, values)]];
    }),
  );
}

/** Lists that are given in parts are put together; of anything else nobody could say which value is meant. */
function valueOf(name: (typeof names)[number], values: readonly string[]): string {
  if (name === 'attributes' || name === 'excludedAttributes') return values.join(',');
  const [value = '', ...others] = new Set(values);
  if (others.length > 0) throw invalidValue(`${name} is given more than once`);
  return value;
}
