import type { Attribute } from './attribute.js';
import type { ResourceSchema, ResourceType } from './resource-type.js';

/** A path that names an attribute, or a sub-attribute of a complex one (RFC 7644 §3.10). */
export interface AttributePath {
  /** The URN under which the attribute stands in a document; undefined for core and common attributes. */
  readonly extension: string | undefined;
  readonly attribute: Attribute;
  readonly subAttribute: Attribute | undefined;
  /** The canonical spelling, such as `emails.value` or `urn:…:enterprise:2.0:User:department`. */
  readonly text: string;
}

/** A path that names a whole extension by its URN. */
export interface ExtensionPath {
  readonly extension: string;
  readonly schema: ResourceSchema;
}

export type ResolvedPath =
  ({ readonly kind: 'attribute' } & AttributePath) | ({ readonly kind: 'extension' } & ExtensionPath);

/** The attribute that holds the value of the path: the sub-attribute where one is named. */
export function leafOf(path: AttributePath): Attribute {
  return path.subAttribute ?? path.attribute;
}

/** The path of the attribute itself, whichever part of it a path names. */
export function wholePath(path: AttributePath): AttributePath {
  if (path.subAttribute === undefined) return path;
  const { extension, attribute } = path;
  const text = extension === undefined ? attribute.name : `${extension}:${attribute.name}`;
  return { extension, attribute, subAttribute: undefined, text };
}

/**
 * Resolves `attr`, `attr.sub`, `urn:attr` or `urn:attr.sub`, in any letter case, against a resource type.
 * Returns undefined where the type has no such attribute (RFC 7644 §3.10). Cost grows with the text's length only.
 */
export function resolvePath(type: ResourceType, text: string): ResolvedPath | undefined {
  const lower = text.toLowerCase();
  for (const schema of type.extensions) {
    const id = schema.id.toLowerCase();
    if (lower === id) return { kind: 'extension', extension: schema.id, schema };
    if (lower.startsWith(`${id}:`)) return attributeIn(schema, lower.slice(id.length + 1), schema.id);
  }
  const core = type.core.id.toLowerCase();
  const rest = lower.startsWith(`${core}:`) ? lower.slice(core.length + 1) : lower;
  return attributeIn(type.core, rest, undefined) ?? attributeIn({ id: '', attributes: type.common }, rest, undefined);
}

function attributeIn(schema: ResourceSchema, lower: string, extension: string | undefined): ResolvedPath | undefined {
  const [name = '', sub, ...more] = lower.split('.');
  const attribute = schema.attributes.get(name);
  if (attribute === undefined || more.length > 0) return undefined;
  const prefix = extension === undefined ? '' : `${extension}:`;
  if (sub === undefined) {
    return { kind: 'attribute', extension, attribute, subAttribute: undefined, text: prefix + attribute.name };
  }
  const subAttribute = attribute.subAttributes.get(sub);
  if (subAttribute === undefined) return undefined;
  return {
    kind: 'attribute',
    extension,
    attribute,
    subAttribute,
    text: `${prefix}${attribute.name}.${subAttribute.name}`,
  };
}

/** As `resolvePath`, for a path that the program itself names. Throws when the type has no such attribute, which is a bug. */
export function requirePath(type: ResourceType, text: string): AttributePath {
  const path = resolvePath(type, text);
  if (path?.kind !== 'attribute') throw new Error(`${type.name} has no attribute ${text}`);
  return path;
}
