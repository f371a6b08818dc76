import type { StoredResource } from '../store/resource-store.js';
import { RequestError } from '../errors.js';
import { kindOf, requireDeletable } from './group-kinds.js';

/** Why a group cannot be deleted; undefined when it can. */
export function deletionBlocker(group: StoredResource): string | undefined {
  try {
    requireDeletable(kindOf(group));
    return undefined;
  } catch (error) {
    if (error instanceof RequestError && error.status === 409) return error.message;
    throw error;
  }
}
