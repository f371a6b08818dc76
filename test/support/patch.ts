import { applyChanges, type ChangedDocument } from '../../src/protocol/apply-changes.js';
import { planPatch, type PatchOptions } from '../../src/protocol/plan-patch.js';
import type { ResourceDocument } from '../../src/schema/document.js';
import type { ResourceType } from '../../src/schema/resource-type.js';

export const tolerant: PatchOptions = { unknown: 'ignore', tolerant: true };
export const strict: PatchOptions = { unknown: 'refuse', tolerant: false };

/** A PatchOp message of these operations (RFC 7644 §3.5.2). */
export function patchOp(...operations: readonly unknown[]): Record<string, unknown> {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
}

/** Plans a PATCH of these operations and applies it to a document, which is frozen so that a change of it would throw. */
export function patched(
  type: ResourceType,
  document: ResourceDocument,
  operations: readonly unknown[],
  options: PatchOptions = strict,
  readOnly: ResourceDocument = {},
): ChangedDocument {
  const plan = planPatch(type, patchOp(...operations), options);
  return applyChanges(type, { document: deepFreeze(document), readOnly }, plan.document);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.values(Object.freeze(value)).forEach(deepFreeze);
  }
  return value;
}
