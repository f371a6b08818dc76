import { applyChanges } from '../protocol/apply-changes.js';
import { planPatch, type PatchPlan } from '../protocol/plan-patch.js';
import type { ResourceDocument } from '../schema/document.js';
import type { ResourceType } from '../schema/resource-type.js';
import { nextTurn } from '../store/database/turns.js';
import { unknownAttributes, type RequestScope } from './request-scope.js';
import type { ResourceView } from './resource-view.js';

// More may take some milliseconds.
const fewChanges = 50;

/** A PATCH that has been understood, before anything was read. */
export interface Patch {
  readonly type: ResourceType;
  readonly plan: PatchPlan;
  /** The password that it sets, if any: its hash is made ahead of the transaction. */
  readonly password: string | undefined;
}

/** Reads the body of a PATCH. Throws what RFC 7644 §3.5.2 says of a message that cannot be meant. */
export function readPatch(type: ResourceType, body: unknown, scope: RequestScope): Patch {
  const plan = planPatch(type, body, { unknown: unknownAttributes(scope), tolerant: scope.dialect === 'tolerant' });
  return { type, plan, password: passwordIn(plan) };
}

/**
 * The document that the changes make of the one that is there. `shown` is the resource as it is shown, because a provider may
 * repeat what it may not write. Throws `noTarget`, `mutability` and `invalidValue`.
 */
export async function patchDocument(
  patch: Patch,
  document: ResourceDocument,
  shown: () => ResourceView,
): Promise<ResourceDocument> {
  const { length } = patch.plan.document;
  if (length === 0) return document;
  if (length > fewChanges) await nextTurn();
  const readOnly = patch.plan.document.some(({ kind }) => kind === 'expect') ? shown() : {};
  return applyChanges(patch.type, { document, readOnly }, patch.plan.document).document;
}

/** Whether the PATCH repeats a read-only attribute, which must then be read to be compared. */
export function repeats(patch: Patch, attribute: string): boolean {
  return patch.plan.document.some((change) => change.kind === 'expect' && change.path.attribute.name === attribute);
}

/** Whether the PATCH writes to an attribute. */
export function touches({ plan }: Patch, attribute: string): boolean {
  return plan.document.some((change) => change.path.attribute.name === attribute);
}

function passwordIn(plan: PatchPlan): string | undefined {
  const change = plan.document.findLast((each) => each.path.attribute.name === 'password');
  if (change?.kind !== 'set' || typeof change.value !== 'string' || change.value === '') return undefined;
  return change.value;
}
