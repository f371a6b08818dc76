import type { Attribute, AttributeMap } from './attribute.js';
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

/** A schema as paths name it. */
interface Named {
  /** The URN in lower case. */
  readonly urn: string;
  readonly schema: ResourceSchema;
}

const namedByType = new WeakMap<ResourceType, { readonly core: Named; readonly extensions: readonly Named[] }>();

function namedIn(type: ResourceType) {
  const known = namedByType.get(type);
  if (known !== undefined) return known;
  const named = (schema: ResourceSchema): Named => ({ urn: schema.id.toLowerCase(), schema });
  const made = { core: named(type.core), extensions: type.extensions.map(named) };
  namedByType.set(type, made);
  return made;
}

/**
 * Resolves `attr`, `attr.sub`, `urn:attr` or `urn:attr.sub`, in any letter case, against a resource type.
 * Returns undefined where the type has no such attribute (RFC 7644 §3.10). Cost grows with the text's length only.
 */
export function resolvePath(type: ResourceType, text: string): ResolvedPath | undefined {
  const lower = text.toLowerCase();
  const { core, extensions } = namedIn(type);
  const inCore = (name: string) => attributeIn(type.core.attributes, name) ?? attributeIn(type.common, name);
  if (!lower.includes(':')) return inCore(lower);
  for (const { urn, schema } of extensions) {
    if (lower === urn) return { kind: 'extension', extension: schema.id, schema };
    if (lower.startsWith(`${urn}:`)) return attributeIn(schema.attributes, lower.slice(urn.length + 1), schema.id);
  }
  return lower.startsWith(`${core.urn}:`) ? inCore(lower.slice(core.urn.length + 1)) : undefined;
}

function attributeIn(attributes: AttributeMap, lower: string, extension?: string): ResolvedPath | undefined {
  const dot = lower.indexOf('.');
  const attribute = attributes.get(dot === -1 ? lower : lower.slice(0, dot));
  if (attribute === undefined) return undefined;
  const text = extension === undefined ? attribute.name : `${extension}:${attribute.name}`;
  if (dot === -1) return { kind: 'attribute', extension, attribute, subAttribute: undefined, text };
  const subAttribute = attribute.subAttributes.get(lower.slice(dot + 1));
  if (subAttribute === undefined) return undefined;
  return { kind: 'attribute', extension, attribute, subAttribute, text: `${text}.${subAttribute.name}` };
}

/** As `resolvePath`, for a path that the program itself names. Throws when the type has no such attribute, which is a bug. */
export function requirePath(type: ResourceType, text: string): AttributePath {
  const path = resolvePath(type, text);
  if (path?.kind !== 'attribute') throw new Error(`${type.name} has no attribute ${text}`);
  return path;
}
