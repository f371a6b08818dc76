import { invalidValue } from '../../errors.js';
import type { ChangeDetail } from '../../store/trail/change-log.js';
import { storeDefaultRoles, type DefaultRoles } from '../../store/tenant/client-settings-store.js';
import type { Client } from '../../store/tenant/client-store.js';
import { storeInvitationDays } from '../../store/organisation/invitation-store.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';
import { setUserLimit } from '../../store/resources/user-limit-store.js';
import { fold } from '../../schema/fold.js';
import { notGrantable } from '../roles/grant-roles.js';
import { readLicences } from '../roles/licences.js';

/** What an operator sets for a client; what is undefined stays as it is. */
export interface ClientSettingsChange {
  /** How many active people it may have; null for no limit. */
  readonly maxUsers?: number | null | undefined;
  /** The roles that people of each userType begin with, in place of all that were set. */
  readonly defaultRolesByUserType?: DefaultRoles | undefined;
  /** How many days an invitation is open for, unless it says otherwise. */
  readonly invitationTtlDays?: number | undefined;
}

/**
 * Changes the settings of a client, and says what changed. Throws `invalidValue` for a role that the client cannot grant, or a
 * userType that is named twice.
 */
export async function changeSettings(
  tables: TenantTables,
  client: Client,
  { maxUsers, defaultRolesByUserType, invitationTtlDays }: ClientSettingsChange,
): Promise<ChangeDetail> {
  if (maxUsers !== undefined) await setUserLimit(tables, maxUsers ?? undefined);
  if (defaultRolesByUserType !== undefined) await setDefaultRoles(tables, defaultRolesByUserType);
  if (invitationTtlDays !== undefined) await storeInvitationDays(tables, invitationTtlDays);
  const given = { maxUsers, defaultRolesByUserType, invitationTtlDays };
  const before: Readonly<Record<string, unknown>> = { ...client, maxUsers: client.maxUsers ?? null };
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, after]) =>
      after === undefined ? [] : [[name, { before: before[name], after }] as const],
    ),
  );
}

async function setDefaultRoles(tables: TenantTables, defaults: DefaultRoles): Promise<void> {
  const types = Object.keys(defaults).map(fold);
  if (new Set(types).size < types.length) throw invalidValue('defaultRolesByUserType: a userType is named twice');
  const licences = await readLicences(tables);
  const stranger = Object.values(defaults)
    .flat()
    .find((role) => licences.find(role) === undefined);
  if (stranger !== undefined) throw notGrantable(stranger);
  await storeDefaultRoles(tables, defaults);
}
