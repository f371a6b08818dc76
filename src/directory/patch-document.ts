import { applyChanges } from '../protocol/apply-changes.js';
import { planPatch, type PatchPlan } from '../protocol/plan-patch.js';
import type { ResourceDocument } from '../schema/document.js';
import type { ResourceType } from '../schema/resource-type.js';
import type { StoredResource } from '../store/resource-store.js';
import { unknownAttributes, type RequestScope } from './request-scope.js';

/** A PATCH that has been understood, before anything was read. */
export interface Patch {
  readonly type: ResourceType;
  readonly plan: PatchPlan;
  /** The password that it sets, if any: its hash is made ahead of the transaction. */
  readonly password: string | undefined;
  readonly clientId: string;
}

/** Reads the body of a PATCH. Throws what RFC 7644 §3.5.2 says of a message that cannot be meant. */
export function readPatch(type: ResourceType, body: unknown, scope: RequestScope): Patch {
  const plan = planPatch(type, body, { unknown: unknownAttributes(scope), tolerant: scope.dialect === 'tolerant' });
  return { type, plan, password: passwordIn(plan), clientId: scope.clientId };
}

/** The document that the changes make of the one that is there. Throws `noTarget`, `mutability` and `invalidValue`. */
export function patchDocument(patch: Patch, current: StoredResource, document: ResourceDocument): ResourceDocument {
  if (patch.plan.document.length === 0) return document;
  const readOnly = readOnlyOf(patch, current);
  return applyChanges(patch.type, { document, readOnly }, patch.plan.document).document;
}

function passwordIn(plan: PatchPlan): string | undefined {
  const change = plan.document.findLast((each) => each.path.attribute.name === 'password');
  if (change?.kind !== 'set' || typeof change.value !== 'string' || change.value === '') return undefined;
  return change.value;
}

/** The read-only attributes that a provider may repeat. */
function readOnlyOf({ type, clientId }: Patch, current: StoredResource): Readonly<Record<string, unknown>> {
  const own = type.extensions.find((extension) => extension.attributes.has('clientid'));
  return {
    id: current.id,
    meta: { resourceType: type.name, created: current.createdAt, lastModified: current.lastModified },
    ...(own === undefined ? {} : { [own.id]: { clientId } }),
  };
}
