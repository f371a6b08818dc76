import { requirePath, type AttributePath } from '../schema/attribute-path.js';
import type { Attribute, AttributeMap } from '../schema/attribute.js';
import { readAttribute, type ResourceDocument } from '../schema/document.js';
import type { ResourceType } from '../schema/resource-type.js';
import type { PatchPlan } from './patch-plan.js';
import { alsoShowing, type Projection } from './projection.js';

/**
 * The projection of the answer to a POST or PUT of a document: what is returned on request is shown if the client wrote it
 * (RFC 7643 §7 `returned`).
 */
export function showingWritten(projection: Projection, document: ResourceDocument): Projection {
  return showing(projection, (path) => readAttribute(document, path) !== undefined);
}

/** As `showingWritten`, for the answer to a PATCH: what an operation names has been written. */
export function showingChanged(projection: Projection, { document, members }: PatchPlan): Projection {
  const isNamed = (path: AttributePath) =>
    document.some((change) => covers(change.path, path)) || (members.length > 0 && path.attribute.name === 'members');
  return showing(projection, isNamed);
}

function covers(written: AttributePath, path: AttributePath): boolean {
  if (written.extension !== path.extension || written.attribute !== path.attribute) return false;
  return (
    written.subAttribute === undefined || path.subAttribute === undefined || written.subAttribute === path.subAttribute
  );
}

function showing(projection: Projection, isWritten: (path: AttributePath) => boolean): Projection {
  const written = pathsOnRequest(projection.type).filter(isWritten);
  return written.length === 0 ? projection : alsoShowing(projection, written);
}

const pathsByType = new WeakMap<ResourceType, readonly AttributePath[]>();

function pathsOnRequest(type: ResourceType): readonly AttributePath[] {
  const known = pathsByType.get(type);
  if (known !== undefined) return known;
  const texts = [
    ...textsIn(type.common, ''),
    ...textsIn(type.core.attributes, ''),
    ...type.extensions.flatMap(({ id, attributes }) => textsIn(attributes, `${id}:`)),
  ];
  const paths = texts.map((text) => requirePath(type, text));
  pathsByType.set(type, paths);
  return paths;
}

function textsIn(attributes: AttributeMap, prefix: string): string[] {
  return [...attributes.values()].flatMap((attribute) => [
    ...(isOnRequest(attribute) ? [prefix + attribute.name] : []),
    ...[...attribute.subAttributes.values()].filter(isOnRequest).map((sub) => `${prefix}${attribute.name}.${sub.name}`),
  ]);
}

function isOnRequest({ returned }: Attribute): boolean {
  return returned === 'request';
}
