import { invalidCursor, invalidSyntax, invalidValue } from '../errors.js';
import { isJsonObject } from '../schema/document.js';
import type { QueryParameters } from './list-query.js';

/** The URN of the search message (RFC 7644 §3.4.3). */
export const searchRequestSchema = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

type Members = ReadonlyMap<string, unknown>;

/**
 * Reads the body of a query by POST (RFC 7644 §3.4.3, RFC 9865 §3) into the parameters of one by GET. A tolerant reading may
 * miss `schemas`; members that are unknown are passed over. Throws `invalidSyntax` for another message, `invalidValue` for a
 * member of another type.
 */
export function readSearchRequest(body: unknown, tolerant: boolean): QueryParameters {
  if (!isJsonObject(body)) throw invalidSyntax('the body must be a SearchRequest message');
  // Attribute names, those of messages included, have no letter case (RFC 7643 §2.1), and null means absent (§2.5).
  const present = Object.entries(body).filter(([, value]) => value !== null);
  const members: Members = new Map(present.map(([name, value]) => [name.toLowerCase(), value]));
  checkSchemas(members.get('schemas'), tolerant);
  return {
    ...textOf(members, 'filter'),
    ...textOf(members, 'sortBy'),
    ...textOf(members, 'sortOrder'),
    ...integerOf(members, 'startIndex'),
    ...integerOf(members, 'count'),
    ...textOf(members, 'cursor', invalidCursor),
    ...namesOf(members, 'attributes'),
    ...namesOf(members, 'excludedAttributes'),
  };
}

function checkSchemas(schemas: unknown, tolerant: boolean): void {
  if (tolerant && schemas === undefined) return;
  const isSearch = (urn: unknown) => typeof urn === 'string' && urn.toLowerCase() === searchRequestSchema.toLowerCase();
  if (!Array.isArray(schemas) || !schemas.some(isSearch))
    throw invalidSyntax(`schemas must name ${searchRequestSchema}`);
}

function textOf(members: Members, name: keyof QueryParameters, fault = invalidValue): QueryParameters {
  const value = members.get(name.toLowerCase());
  if (value === undefined) return {};
  if (typeof value !== 'string') throw fault(`${name} must be a string`);
  return { [name]: value };
}

/** As text, for the reader of the query, who says what is no integer. */
function integerOf(members: Members, name: 'startIndex' | 'count'): QueryParameters {
  const value = members.get(name.toLowerCase());
  return value === undefined ? {} : { [name]: typeof value === 'number' ? String(value) : JSON.stringify(value) };
}

function namesOf(members: Members, name: 'attributes' | 'excludedAttributes'): QueryParameters {
  const value = members.get(name.toLowerCase());
  if (value === undefined) return {};
  const isName = (each: unknown): each is string => typeof each === 'string';
  if (!Array.isArray(value) || !value.every(isName)) throw invalidValue(`${name} must be a list of attribute names`);
  return { [name]: value };
}
