import { invalidValue, RequestError } from '../../errors.js';
import { isJsonObject, type ResourceDocument } from '../../schema/document.js';
import { countHolders, lockSeats, type LicensedRole } from '../../store/organisation/role-store.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';
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
  const added = known.all.find(({ name, active }) => !active && isGranted(spelled, name) && !isGranted(before, name));
  if (added !== undefined) throw notGrantable(added.name);
  await requireSeats(tables, known, { before, after: spelled });
  return withSleepingGrants(before, withGrants(spelled, grants), known);
}

/**
 * Throws 409 when a role that the person is to have, by a grant or as part of another, has no free seat. Others who want one wait
 * until the commit.
 */
export async function requireSeats(
  tables: TenantTables,
  licences: Licences,
  { before, after }: { readonly before: ResourceDocument; readonly after: ResourceDocument },
): Promise<void> {
  const [was, is] = [before, after].map((document) => new Set(licences.includedIn(valuesOf(document))));
  // In one order, so that two writers never wait for each other.
  const gained = licences.all.filter((role) => is?.has(role) === true && was?.has(role) !== true);
  for (const role of gained) await requireSeat(tables, role);
}

function valuesOf(document: ResourceDocument): readonly string[] {
  return grantsOf(document).map(({ value }) => value);
}

async function requireSeat(tables: TenantTables, role: LicensedRole): Promise<void> {
  if (role.seats === undefined) return;
  const seats = await lockSeats(tables, role.name);
  if (seats !== undefined && (await countHolders(tables, role.name)) >= seats) throw noSeat(role.name, seats);
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
