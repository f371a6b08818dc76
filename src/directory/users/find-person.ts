import { invalidValue, notFound } from '../../errors.js';
import { userNamed } from '../../store/resources/person-store.js';
import type { FoundResource } from '../../store/resources/resource-store.js';
import { usersTable } from '../../store/resources/resource-table.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';
import { findOrRefuse } from '../find-or-refuse.js';

/** A person as a request names one: by id, or by userName in any letter case. */
export interface PersonNamed {
  readonly userId?: string | undefined;
  readonly userName?: string | undefined;
}

/** The person whom a request names. Throws 404, 403 out of scope, `invalidValue` where it names nobody or two. */
export async function findPerson(tables: TenantTables, { userId, userName }: PersonNamed): Promise<FoundResource> {
  if ((userId === undefined) === (userName === undefined)) throw invalidValue('give one of userId and userName');
  const id = userId ?? (await userNamed(tables, userName ?? ''));
  if (id === undefined) throw notFound('resource');
  return findOrRefuse(tables, usersTable, id, { lock: false });
}
