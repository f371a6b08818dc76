import type { ResourceDocument } from '../../schema/document.js';
import { fold } from '../../schema/fold.js';
import { readDefaultRoles } from '../../store/tenant/client-settings-store.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';
import { withGrants } from './granted-roles.js';
import { readLicences } from './licences.js';

/** A document without roles, with those that the client gives people of this userType and still has. */
export async function defaultRoles(tables: TenantTables, document: ResourceDocument): Promise<ResourceDocument> {
  const { userType } = document;
  if (typeof userType !== 'string') return document;
  const defaults = await readDefaultRoles(tables);
  const names = Object.entries(defaults).find(([type]) => fold(type) === fold(userType))?.[1] ?? [];
  if (names.length === 0) return document;
  const licences = await readLicences(tables);
  const roles = names.flatMap((name) => licences.find(name) ?? []).filter(({ active }) => active);
  return withGrants(
    document,
    roles.map(({ name, display }) => ({ value: name, display })),
  );
}
