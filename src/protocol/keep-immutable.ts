import { mutability } from '../errors.js';
import type { AttributePath } from '../schema/attribute-path.js';
import type { Attribute } from '../schema/attribute.js';
import { isEqualValue, readAttribute, writeAttribute, type ResourceDocument } from '../schema/document.js';
import type { ResourceType } from '../schema/resource-type.js';

const pathsByType = new WeakMap<ResourceType, readonly AttributePath[]>();

/**
 * The document of a PUT, with the immutable attributes that have a value already: one that the body does not name stays, one
 * that it names must be the same (RFC 7644 §3.5.1). The values of a list are replaced as a whole. Throws `mutability`.
 */
export function keepImmutable(type: ResourceType, current: ResourceDocument, next: ResourceDocument): ResourceDocument {
  let document = next;
  for (const path of immutablePaths(type)) {
    const before = readAttribute(current, path);
    if (before === undefined) continue;
    const given = readAttribute(next, path);
    if (given === undefined) document = writeAttribute(document, path, before);
    else if (!isEqualValue(before, given)) throw mutability(`${path.text} cannot be changed once it is set`);
  }
  return document;
}

function immutablePaths(type: ResourceType): readonly AttributePath[] {
  const known = pathsByType.get(type);
  if (known !== undefined) return known;
  const schemas = [
    { attributes: type.core.attributes, extension: undefined },
    ...type.extensions.map(({ attributes, id }) => ({ attributes, extension: id })),
  ];
  const paths = schemas.flatMap(({ attributes, extension }) =>
    [...attributes.values()].flatMap((attribute) => pathsIn(attribute, extension)),
  );
  pathsByType.set(type, paths);
  return paths;
}

function pathsIn(attribute: Attribute, extension: string | undefined): AttributePath[] {
  const text = extension === undefined ? attribute.name : `${extension}:${attribute.name}`;
  if (attribute.mutability === 'immutable') return [{ extension, attribute, subAttribute: undefined, text }];
  if (attribute.multiValued) return [];
  return [...attribute.subAttributes.values()]
    .filter((sub) => sub.mutability === 'immutable')
    .map((subAttribute) => ({ extension, attribute, subAttribute, text: `${text}.${subAttribute.name}` }));
}
