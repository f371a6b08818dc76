import { mutability } from '../errors.js';
import { leafOf, wholePath, type AttributePath } from '../schema/attribute-path.js';
import {
  isEqualValue,
  isJsonObject,
  isUnassigned,
  readAttribute,
  writeAttribute,
  type ResourceDocument,
} from '../schema/document.js';
import type { ResourceType } from '../schema/resource-type.js';
import { requireFew } from '../schema/value-limit.js';
import { refuseImmutable, ValueChanger } from './change-values.js';
import type { DocumentChange } from './patch-plan.js';

/** A resource before the changes: what may be written, and what is shown of it beside (`id`, `meta`, `groups`, …). */
export interface CurrentResource {
  readonly document: ResourceDocument;
  readonly readOnly: ResourceDocument;
}

/** A document after the changes, and the canonical paths of the attributes whose value differs: none if nothing changed. */
export interface ChangedDocument {
  readonly document: ResourceDocument;
  readonly changed: readonly string[];
}

/**
 * Applies the changes in order, all or none (RFC 7644 §3.5.2); the given document is left alone.
 * Throws `mutability`, `noTarget` and `invalidValue`. Cost grows with the changes and with the values that they look at.
 */
export function applyChanges(
  _type: ResourceType,
  current: CurrentResource,
  changes: readonly DocumentChange[],
): ChangedDocument {
  const values = new ValueChanger();
  const touched = new Map<string, AttributePath>();
  let { document } = current;
  for (const change of changes) {
    if (change.kind === 'expect') {
      expectValue(current.readOnly, change.path, change.value);
      continue;
    }
    const whole = wholePath(change.path);
    touched.set(whole.text, whole);
    document = applyChange(document, change, values);
  }
  const differs = (path: AttributePath) =>
    !isEqualValue(readAttribute(current.document, path), readAttribute(document, path));
  return { document, changed: [...touched.values()].filter(differs).map((path) => path.text) };
}

function applyChange(
  document: ResourceDocument,
  change: Exclude<DocumentChange, { kind: 'expect' }>,
  values: ValueChanger,
): ResourceDocument {
  const { path } = change;
  const { attribute } = path;
  switch (change.kind) {
    case 'set':
      return setValue(document, path, change.value);
    case 'unset':
      return setValue(document, path, undefined);
    case 'addValues':
      return writeValues(document, path, (current) => values.add(attribute, current, change.values));
    case 'removeValues':
      return writeValues(document, path, (current) => values.remove(attribute, current, change.values));
    case 'setMatching':
      return writeValues(document, path, (current) => values.set(change, current));
    case 'unsetMatching':
      return writeValues(document, path, (current) => values.unset(path, current, change.selector));
  }
}

function setValue(document: ResourceDocument, path: AttributePath, value: unknown): ResourceDocument {
  const current = readAttribute(document, path);
  if (current !== undefined && !isEqualValue(current, value)) refuseImmutable(leafOf(path));
  if (Array.isArray(value)) requireFew(path.attribute.name, value);
  return writeAttribute(document, path, value);
}

function writeValues(
  document: ResourceDocument,
  path: AttributePath,
  change: (current: readonly unknown[]) => readonly unknown[],
): ResourceDocument {
  const whole = wholePath(path);
  const current = readAttribute(document, whole);
  return writeAttribute(document, whole, change(Array.isArray(current) ? current : []));
}

/** A complex value may be given in part, as providers repeat of `meta` what they know. */
function expectValue(shown: ResourceDocument, path: AttributePath, expected: unknown): void {
  const actual = readAttribute(shown, path);
  const isSame =
    isJsonObject(expected) && isJsonObject(actual)
      ? Object.keys(expected).every((name) => isEqualValue(actual[name], expected[name]))
      : isEqualValue(actual, expected) || (isUnassigned(actual) && isUnassigned(expected));
  if (!isSame) throw mutability(`${path.text} is read-only`);
}
