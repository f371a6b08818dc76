import { nowInstant } from '../../clock.js';
import { fold } from '../../schema/fold.js';
import { roleCatalogue, type CatalogueEntitlement, type CatalogueRole } from '../../schema/role-catalogue.js';
import { hasAdminGroup } from '../../store/tenant/admin-store.js';
import type { Actor } from '../../store/trail/change-log.js';
import { listClientIds } from '../../store/tenant/client-store.js';
import type { Database } from '../../store/database/connection.js';
import { addToRole, insertEntitlement, listEntitlementNames } from '../../store/organisation/entitlement-store.js';
import { readPlatform, writePlatform, type PlatformTables } from '../../store/tenant/platform-tables.js';
import { lacksInclusions, settleInclusions } from '../../store/organisation/role-inclusions.js';
import { listRoles, saveRole } from '../../store/organisation/role-store.js';
import { findSetting, keepSetting } from '../../store/tenant/settings-store.js';
import { writeTables } from '../../store/tenant/tenant-tables.js';
import { createAdminGroup } from './client-admins.js';
import { clientAdminRole, unitManagerRole } from '../roles/granted-roles.js';
import { newIdentifier } from '../identifiers.js';

const builtIn: readonly CatalogueRole[] = [
  {
    name: clientAdminRole,
    kind: 'admin',
    display: 'Client administrator',
    description: 'Administers the whole client; the same as membership of its group client-admins',
  },
  {
    name: unitManagerRole,
    kind: 'admin',
    display: 'Unit manager',
    description: 'Manages the units that the person belongs to',
  },
];

const service: Actor = { kind: 'service', id: 'start', requestId: 'start' };

/** What a start brings into a migrated database: roles and entitlements that are missing, and the groups of administrators. */
export async function prepareDirectory(database: Database): Promise<void> {
  const platform = readPlatform(database);
  if (await isCatalogueIncomplete(platform)) await writePlatform(database, completeCatalogue);
  if (await lacksInclusions(platform)) await writePlatform(database, settleInclusions);
  if ((await findSetting(platform, adminGroups)) === undefined) await makeAdminGroups(database);
}

/** The setting that tells that every client has its group of administrators; a new client is made with one. */
const adminGroups = 'admin-groups';

async function makeAdminGroups(database: Database): Promise<void> {
  for (const clientId of await listClientIds(readPlatform(database))) {
    await writeTables(database, { clientId, units: undefined }, async (tables) => {
      if (!(await hasAdminGroup(tables))) await createAdminGroup(tables, service);
    });
  }
  await writePlatform(database, (platform) => keepSetting(platform, adminGroups, 'made'));
}

async function isCatalogueIncomplete(platform: PlatformTables): Promise<boolean> {
  const { roles, entitlements } = await missing(platform);
  return roles.length + entitlements.length > 0;
}

/** Adds what is missing; what an operator has changed stays. */
async function completeCatalogue(platform: PlatformTables): Promise<void> {
  const at = nowInstant();
  const { roles, entitlements } = await missing(platform);
  for (const { name, type, display, description, contains = [] } of entitlements) {
    const times = { createdAt: at, lastModified: at };
    await insertEntitlement(platform, { id: newIdentifier(), name, type, display, description, contains, ...times });
  }
  for (const { name, kind, display, description, contains = [], entitlements: own = [] } of roles) {
    const id = newIdentifier();
    const state = { builtIn: builtIn.some((role) => role.name === name), active: true };
    await saveRole(platform, {
      id,
      name,
      kind,
      display,
      description,
      contains,
      ...state,
      createdAt: at,
      lastModified: at,
    });
    for (const entitlement of own) await addToRole(platform, name, entitlement);
  }
  if (roles.length > 0) await settleInclusions(platform);
}

async function missing(
  platform: PlatformTables,
): Promise<{ readonly roles: readonly CatalogueRole[]; readonly entitlements: readonly CatalogueEntitlement[] }> {
  const roles = new Set((await listRoles(platform)).map(({ name }) => fold(name)));
  const entitlements = new Set((await listEntitlementNames(platform)).map(fold));
  return {
    roles: [...builtIn, ...roleCatalogue.roles].filter(({ name }) => !roles.has(fold(name))),
    entitlements: roleCatalogue.entitlements.filter(({ name }) => !entitlements.has(fold(name))),
  };
}
