import { readConfig } from '../../src/config.js';
import { setAccountStatus, type AccountStatus } from '../../src/store/resources/account-store.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { writeTables } from '../../src/store/tenant/tenant-tables.js';
import { filtered, musterGroupUrn, musterUserUrn, patchBody, type Caller, type ScimBody } from './scim.js';
import type { TestTenant } from './tenants.js';

/** The body of a PATCH that grants a role. */
export function granting(...roles: readonly string[]): object {
  return patchBody({ op: 'add', path: 'roles', value: roles.map((value) => ({ value })) });
}

/** The body of a PATCH that takes a role away. */
export function revoking(role: string): object {
  return patchBody({ op: 'remove', path: `roles[value eq "${role}"]` });
}

/** A value as a list; empty when it is none. */
export function listOf(value: unknown): readonly unknown[] {
  // Any list is a list of unknown values.
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** A member of an object; undefined where there is none. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

/** The roles that a user shows, in their order. */
export function rolesOf(user: ScimBody): readonly unknown[] {
  return listOf(user['roles']).map((role) => memberOf(role, 'value'));
}

/** The roles in force that a user shows. */
export function effectiveRolesOf(user: ScimBody): unknown {
  return memberOf(user[musterUserUrn], 'effectiveRoles');
}

/** The group of a client's administrators. */
export async function adminGroupOf(call: Caller): Promise<ScimBody> {
  const page = await call.read(filtered('/Groups', `${musterGroupUrn}:kind eq "client-admins"`));
  const [group] = page.Resources;
  if (group === undefined || page.totalResults !== 1) throw new Error('there is no one group of administrators');
  return group;
}

/** Licenses roles as an operator does, each with its seats. */
export async function license({ operator, client }: TestTenant, roles: readonly unknown[]): Promise<void> {
  const answer = await operator.api('PUT', `/clients/${client}/roles`, { roles });
  if (answer.status !== 200) throw new Error(answer.text);
}

/** Makes an account stand as only an invitation or wrong passwords make it stand. */
export async function setStatus(url: string, clientId: string, id: string, status: AccountStatus): Promise<void> {
  const database = await openDatabase(readConfig({ DATABASE_URL: url }).database);
  try {
    await writeTables(database, { clientId, units: undefined }, (tables) => setAccountStatus(tables, id, status));
  } finally {
    await database.close();
  }
}
