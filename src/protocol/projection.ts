import { invalidValue } from '../errors.js';
import { resolvePath, type AttributePath } from '../schema/attribute-path.js';
import type { Attribute, AttributeMap } from '../schema/attribute.js';
import { isJsonObject } from '../schema/document.js';
import type { ResourceType } from '../schema/resource-type.js';

type Resource = Readonly<Record<string, unknown>>;

/** What is kept of a value: all of it, or of an object (or of each object of a list) the named members. */
type Kept = 'whole' | Shape;
type Shape = ReadonlyMap<string, Kept>;

/** Which attributes of a resource an answer shows (RFC 7644 §3.9); read by `project` and `wants`. */
export interface Projection {
  readonly type: ResourceType;
  readonly shape: Shape;
  readonly choice: Choice;
  /** Set for the default projection: the few members of which something is hidden. A resource without them goes out as it is. */
  readonly hidden: readonly string[] | undefined;
}

/** The query parameters, or the lists of a search request (RFC 7644 §3.4.3), as the client wrote them. */
export interface ProjectionQuery {
  readonly attributes?: string | readonly string[] | undefined;
  readonly excludedAttributes?: string | readonly string[] | undefined;
}

/** The attributes that a client named, in lower case. */
interface Choice {
  readonly mode: 'only' | 'except';
  readonly named: ReadonlySet<string>;
  /** The attributes of which a sub-attribute is named. */
  readonly parents: ReadonlySet<string>;
  /** Those returned on request that the client has just written. */
  readonly written: ReadonlySet<string>;
}

const nothing: ReadonlySet<string> = new Set();
const everything: Choice = { mode: 'except', named: nothing, parents: nothing, written: nothing };
const defaults = new WeakMap<ResourceType, Projection>();

/**
 * Reads `attributes` or `excludedAttributes`: names, sub-attributes and URNs in any letter case, white space around
 * commas allowed. A name that the type does not have is passed over, a parameter without names counts as not given.
 * Throws `invalidValue` where both are given, as they exclude each other (RFC 7644 §3.9).
 */
export function readProjection(type: ResourceType, query: ProjectionQuery): Projection {
  const only = namesIn(query.attributes);
  const except = namesIn(query.excludedAttributes);
  if (only.length > 0 && except.length > 0) {
    throw invalidValue('attributes and excludedAttributes exclude each other: give one of them');
  }
  if (only.length > 0) return projectionOf(type, choose(type, 'only', only));
  if (except.length > 0) return projectionOf(type, choose(type, 'except', except));
  return defaultProjection(type);
}

function projectionOf(type: ResourceType, choice: Choice): Projection {
  return { type, choice, shape: shapeOf(type, choice), hidden: undefined };
}

/** The projection that also shows these attributes that are returned on request, unless the client chose by name. */
export function alsoShowing({ type, choice }: Projection, written: readonly AttributePath[]): Projection {
  const texts = written.map(({ text }) => text.toLowerCase());
  return projectionOf(type, { ...choice, written: new Set(texts) });
}

/** The projection of an answer for which nothing was asked: all but what is returned never or on request only. */
export function defaultProjection(type: ResourceType): Projection {
  const known = defaults.get(type);
  if (known !== undefined) return known;
  const shape = shapeOf(type, everything);
  const members = [...type.core.attributes.values(), ...type.common.values()].map((attribute) => attribute.name);
  const names = [...members, ...type.extensions.map((extension) => extension.id)];
  const projection = { type, choice: everything, shape, hidden: names.filter((name) => shape.get(name) !== 'whole') };
  defaults.set(type, projection);
  return projection;
}

/** The part of a whole resource, with `schemas`, `id` and `meta`, that the projection shows; the resource is left alone. */
export function project(projection: Projection, resource: Resource): Resource {
  if (projection.hidden?.every((name) => resource[name] === undefined) === true) return resource;
  return keepMembers(projection.shape, resource) ?? {};
}

/**
 * Whether the projection shows anything of an attribute, a sub-attribute or an extension, named by its path in any
 * letter case; so that what nobody asked for, such as `members`, need not be read.
 */
export function wants(projection: Projection, path: string): boolean {
  const resolved = resolvePath(projection.type, path);
  if (resolved === undefined) return false;
  if (resolved.kind === 'extension') return projection.shape.has(resolved.extension);
  const holder = resolved.extension === undefined ? projection.shape : projection.shape.get(resolved.extension);
  const kept = holder === 'whole' ? holder : holder?.get(resolved.attribute.name);
  if (kept === 'whole' || resolved.subAttribute === undefined) return kept !== undefined;
  return kept?.has(resolved.subAttribute.name) ?? false;
}

function namesIn(list: string | readonly string[] | undefined): string[] {
  const names = typeof list === 'string' ? list.split(',') : (list ?? []);
  return names.map((name) => name.trim()).filter((name) => name !== '');
}

function choose(type: ResourceType, mode: Choice['mode'], names: readonly string[]): Choice {
  const named = new Set<string>();
  const parents = new Set<string>();
  for (const name of names) {
    const path = resolvePath(type, name);
    if (path?.kind === 'extension') named.add(path.extension.toLowerCase());
    if (path?.kind === 'attribute') {
      const text = path.text.toLowerCase();
      named.add(text);
      if (path.subAttribute !== undefined) parents.add(text.slice(0, text.lastIndexOf('.')));
    }
    // The core schema has no place of its own in a resource, so its URN stands for its attributes.
    if (name.toLowerCase() === type.core.id.toLowerCase())
      for (const each of type.core.attributes.keys()) named.add(each);
  }
  return { mode, named, parents, written: nothing };
}

function shapeOf(type: ResourceType, choice: Choice): Shape {
  const shape = new Map([
    ...collect(type.common, '', choice, false),
    ...collect(type.core.attributes, '', choice, false),
  ]);
  for (const { id, attributes } of type.extensions) {
    const lower = id.toLowerCase();
    const members = collect(attributes, `${lower}:`, choice, choice.named.has(lower));
    if (members.size > 0) shape.set(id, wholeIfComplete(members, attributes));
  }
  return shape;
}

/** What is shown of each attribute, by its name; `isHolderNamed` where the client named what holds them. */
function collect(from: AttributeMap, prefix: string, choice: Choice, isHolderNamed: boolean): Map<string, Kept> {
  const shape = new Map<string, Kept>();
  for (const [lower, attribute] of from) {
    const kept = keptOf(attribute, prefix + lower, choice, isHolderNamed);
    if (kept !== undefined) shape.set(attribute.name, kept);
  }
  return shape;
}

function keptOf(attribute: Attribute, text: string, choice: Choice, isHolderNamed: boolean): Kept | undefined {
  const isWhole = isShown(attribute, text, choice, isHolderNamed);
  if (!isWhole && !(choice.mode === 'only' && choice.parents.has(text) && attribute.returned !== 'never'))
    return undefined;
  if (attribute.subAttributes.size === 0) return 'whole';
  const members = collect(attribute.subAttributes, `${text}.`, choice, isWhole && choice.mode === 'only');
  return members.size === 0 ? undefined : wholeIfComplete(members, attribute.subAttributes);
}

/** Whether an attribute is shown by itself, and not only for a sub-attribute that was named (RFC 7643 §7 `returned`). */
function isShown({ returned }: Attribute, text: string, choice: Choice, isHolderNamed: boolean): boolean {
  if (returned === 'always') return true;
  if (returned === 'never') return false;
  const isNamed = choice.named.has(text);
  if (choice.mode === 'except') {
    return (returned !== 'request' || choice.written.has(text)) && !isNamed && !isHolderNamed;
  }
  return isNamed || (isHolderNamed && returned !== 'request');
}

function wholeIfComplete(members: Shape, of: AttributeMap): Kept {
  const isComplete = members.size === of.size && [...members.values()].every((kept) => kept === 'whole');
  return isComplete ? 'whole' : members;
}

function keep(kept: Kept, value: unknown): unknown {
  if (kept === 'whole') return value;
  if (isJsonObject(value)) return keepMembers(kept, value);
  if (!Array.isArray(value)) return undefined;
  const elements = value.map((each: unknown) => keep(kept, each)).filter((each) => each !== undefined);
  return elements.length === 0 ? undefined : elements;
}

function keepMembers(shape: Shape, object: Resource): Resource | undefined {
  let result: Record<string, unknown> | undefined;
  for (const name of Object.keys(object)) {
    const kept = shape.get(name);
    const value = kept === undefined ? undefined : keep(kept, object[name]);
    if (value !== undefined) (result ??= {})[name] = value;
  }
  return result;
}
