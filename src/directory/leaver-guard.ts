import { RequestError } from '../errors.js';
import { countActive } from '../store/resources/import-store.js';
import type { TenantTables } from '../store/tenant/tenant-tables.js';
import { isIdentifier } from './identifiers.js';

/** What a request must send along to let many people leave at once. */
export const leaverConfirmation = { header: 'X-Muster-Confirm', value: 'mass-leavers' } as const;

// A small client may lose this many at once without being asked.
const always = 10;

/** When a request may let people leave without being asked again. */
export interface LeaverPolicy {
  /** The share of a client's active people, from 0 to 1. */
  readonly share: number;
  /** Whether the request said that it means it. */
  readonly confirmed: boolean;
}

/**
 * As `requireFewLeavers`, for people who are to be switched off or deleted: those who are not active, or beyond the scope, do not
 * count, so that a request may be repeated.
 */
export async function requireFewOf(tables: TenantTables, ids: readonly string[], policy: LeaverPolicy): Promise<void> {
  if (policy.confirmed || ids.length <= always) return;
  await requireFewLeavers(tables, await countActive(tables, ids.filter(isIdentifier)), policy);
}

/**
 * Throws 409 when one request would take out more people than the policy lets pass, of those whom the scope reaches: a file that was cut off looks like a staff
 * that has left. Nothing has been written then.
 */
export async function requireFewLeavers(
  tables: TenantTables,
  leavers: number,
  { share, confirmed }: LeaverPolicy,
): Promise<void> {
  if (confirmed || leavers <= always) return;
  const active = await countActive(tables);
  if (leavers <= active * share) return;
  throw new RequestError(
    409,
    `this would take out ${leavers} of ${active} active people, more than ${Math.round(share * 100)} %; ` +
      `if it is meant, repeat it with ${leaverConfirmation.header}: ${leaverConfirmation.value}, or --confirm at the command line`,
  );
}
