import { invalidValue, RequestError } from '../errors.js';
import { isJsonObject, type ResourceDocument } from '../schema/document.js';
import { countGrantsOf, lockSeats, type LicensedRole } from '../store/role-store.js';
import type { TenantTables } from '../store/tenant-tables.js';
import { grantsOf, hasRoles, isGranted, withGrants, withSleepingGrants } from './granted-roles.js';
import { noLicences, readLicences, type Licences } from './licences.js';

/**
 * Judges the roles of a write and gives the document that is kept: values spelled as in the catalogue, sleeping grants where they
 * were. Throws `invalidValue` naming a role that the client does not have or that is switched off, 409 for one without a free seat.
 */
export async function settleGrants(
  tables: TenantTables,
  { before, after, licences }: { before: ResourceDocument; after: ResourceDocument; licences: Licences },
): Promise<ResourceDocument> {
  if (!hasRoles(before) && !hasRoles(after)) return after;
  const known = licences === noLicences ? await readLicences(tables) : licences;
  const spelled = withCatalogueNames(after, known);
  const grants = grantsOf(spelled);
  // In one order, so that two writers never wait for each other.
  const roles = known.all.filter(({ name }) => isGranted(spelled, name) && !isGranted(before, name));
  for (const role of roles) {
    if (!role.active) throw notGrantable(role.name);
    await requireSeat(tables, role);
  }
  return withSleepingGrants(before, withGrants(spelled, grants), known);
}

/** Throws 409 when nobody more may be granted the role. Others who grant it wait until the commit. */
export async function requireSeat(tables: TenantTables, role: Pick<LicensedRole, 'name' | 'seats'>): Promise<void> {
  if (role.seats === undefined) return;
  const seats = await lockSeats(tables, role.name);
  if (seats !== undefined && (await countGrantsOf(tables, role.name)) >= seats) throw noSeat(role.name, seats);
}

/** 409: every seat of the role is taken. */
function noSeat(role: string, seats: number): RequestError {
  return new RequestError(409, `roles: all ${seats} seats of the role ${JSON.stringify(role)} are taken`);
}

/** 400: the client cannot grant this role. */
export function notGrantable(role: string): RequestError {
  return invalidValue(`roles: ${JSON.stringify(role)} is not a role that this client can grant`);
}

function withCatalogueNames(document: ResourceDocument, licences: Licences): ResourceDocument {
  const { roles } = document;
  if (!Array.isArray(roles)) return document;
  const spelled = roles.map((each: unknown) => {
    const value = isJsonObject(each) ? each['value'] : undefined;
    if (!isJsonObject(each) || typeof value !== 'string') throw invalidValue('roles: each role needs a value');
    const role = licences.find(value);
    if (role === undefined) throw notGrantable(value);
    return role.name === value ? each : { ...each, value: role.name };
  });
  return withGrants(document, spelled);
}
