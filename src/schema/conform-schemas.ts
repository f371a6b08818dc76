import { invalidSyntax } from '../errors.js';
import type { ConformOptions } from './conform-value.js';
import type { ResourceType } from './resource-type.js';

/** Reads `schemas` of a body and gives the canonical URNs of those that the resource type has. */
export type ReadSchemas = (body: Readonly<Record<string, unknown>>, options: ConformOptions) => ReadonlySet<string>;

// No resource has so many.
const mostSchemas = 100;

const coreSchemas = 'urn:ietf:params:scim:schemas:core:2.0:';

/**
 * Compiles the reading of `schemas` (RFC 7643 §3), whose URNs may come in any letter case.
 * Strict: it must be there, name the core schema and nothing unknown. Tolerant: it may be missing and may name anything
 * but another resource's core schema alone. Throws `invalidSyntax`.
 */
export function compileSchemas(type: ResourceType): ReadSchemas {
  const known = new Map([type.core, ...type.extensions].map(({ id }) => [id.toLowerCase(), id]));
  return (body, options) => {
    const isStrict = options.unknown === 'refuse';
    const urns = readUrns(valueOf(body), isStrict);
    const named = new Set<string>();
    let hasForeignCore = false;
    for (const urn of urns) {
      const lower = urn.toLowerCase();
      const id = known.get(lower);
      if (id !== undefined) named.add(id);
      else if (isStrict) throw invalidSyntax(`schemas names a schema that ${type.name} does not have`);
      else hasForeignCore ||= lower.startsWith(coreSchemas);
    }
    if (!named.has(type.core.id) && (isStrict || hasForeignCore))
      throw invalidSyntax(`schemas must name ${type.core.id}`);
    return named;
  };
}

function valueOf(body: Readonly<Record<string, unknown>>): unknown {
  if (Object.hasOwn(body, 'schemas')) return body['schemas'];
  const key = Object.keys(body).find((each) => each.toLowerCase() === 'schemas');
  return key === undefined ? undefined : body[key];
}

function readUrns(value: unknown, isStrict: boolean): readonly string[] {
  if (value === undefined || value === null) return [];
  const list: unknown = typeof value === 'string' && !isStrict ? [value] : value;
  if (!Array.isArray(list) || !list.every((each) => typeof each === 'string')) {
    throw invalidSyntax('schemas must be a list of schema URNs');
  }
  if (list.length > mostSchemas) throw invalidSyntax(`schemas names more than ${mostSchemas} schemas`);
  return list;
}
