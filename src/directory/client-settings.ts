import { invalidValue } from '../errors.js';
import { appendChange, type Actor, type ChangeDetail } from '../store/change-log.js';
import { storeDefaultRoles, type DefaultRoles } from '../store/client-settings-store.js';
import type { Client } from '../store/client-store.js';
import { storeInvitationDays } from '../store/invitation-store.js';
import { writeTables, type TenantTables } from '../store/tenant-tables.js';
import { setUserLimit } from '../store/user-limit-store.js';
import { fold } from '../schema/fold.js';
import type { DirectoryContext } from './context.js';
import { notGrantable } from './grant-roles.js';
import { readLicences } from './licences.js';

/** What an operator sets for a client; what is undefined stays as it is. */
export interface ClientSettingsChange {
  /** How many active people it may have; null for no limit. */
  readonly maxUsers: number | null | undefined;
  /** The roles that people of each userType begin with, in place of all that were set. */
  readonly defaultRolesByUserType: DefaultRoles | undefined;
  /** How many days an invitation is open for, unless it says otherwise. */
  readonly invitationTtlDays: number | undefined;
}

/** The settings of clients, for operators. */
export class ClientSettings {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /** Changes the settings of a client. Throws `invalidValue` for a role that it cannot grant, or a userType that is named twice. */
  async change(actor: Actor, client: Client, change: ClientSettingsChange): Promise<void> {
    const { maxUsers, defaultRolesByUserType, invitationTtlDays } = change;
    const detail: ChangeDetail = {
      ...(maxUsers === undefined ? {} : { maxUsers: { before: client.maxUsers ?? null, after: maxUsers } }),
      ...(defaultRolesByUserType === undefined
        ? {}
        : { defaultRolesByUserType: { before: client.defaultRolesByUserType, after: defaultRolesByUserType } }),
      ...(invitationTtlDays === undefined
        ? {}
        : { invitationTtlDays: { before: client.invitationTtlDays, after: invitationTtlDays } }),
    };
    const attributes = Object.keys(detail);
    if (attributes.length === 0) return;
    await writeTables(this.#context.database, { clientId: client.id, units: undefined }, async (tables) => {
      if (maxUsers !== undefined) await setUserLimit(tables, maxUsers ?? undefined);
      if (defaultRolesByUserType !== undefined) await setDefaultRoles(tables, defaultRolesByUserType);
      if (invitationTtlDays !== undefined) await storeInvitationDays(tables, invitationTtlDays);
      const entry = { action: 'update', resourceType: 'Client', resourceId: client.id, attributes, detail } as const;
      await appendChange(tables, actor, entry);
    });
  }
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
