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

type Name = (typeof names)[number];

const namesInLowerCase: ReadonlyMap<string, Name> = new Map(names.map((name) => [name.toLowerCase(), name]));

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
  const query: Partial<Record<Name, string>> = {};
  for (const [key, value] of new URLSearchParams(url.slice(start))) {
    const name = namesInLowerCase.get(key.toLowerCase());
    if (name !== undefined) query[name] = together(name, query[name], value);
  }
  return query;
}

/** Lists that are given in parts are put together; of anything else nobody could say which value is meant. */
function together(name: Name, before: string | undefined, value: string): string {
  if (before === undefined || before === value) return value;
  if (name === 'attributes' || name === 'excludedAttributes') return `${before},${value}`;
  throw invalidValue(`${name} is given more than once`);
}
