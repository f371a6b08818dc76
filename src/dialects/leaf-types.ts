import type { AttributeMap, AttributeType } from '../schema/attribute.js';
import { resourceTypes } from '../schema/resource-type.js';

const types = new Map<string, Set<AttributeType>>();
const none: ReadonlySet<AttributeType> = new Set();

function collect(attributes: AttributeMap): void {
  for (const [name, attribute] of attributes) {
    types.set(name, (types.get(name) ?? new Set()).add(attribute.type));
    collect(attribute.subAttributes);
  }
}

for (const type of resourceTypes) {
  for (const schema of [type.core, { attributes: type.common }, ...type.extensions]) collect(schema.attributes);
}

/**
 * The types of the attributes that a name in a filter can mean, whatever the resource type and the brackets it stands in:
 * a filter is rewritten before it is resolved.
 */
export function leafTypes(path: string): ReadonlySet<AttributeType> {
  const lower = path.toLowerCase();
  return types.get(lower.slice(Math.max(lower.lastIndexOf('.'), lower.lastIndexOf(':')) + 1)) ?? none;
}
