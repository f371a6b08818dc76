import type { Sql } from '../sql/sql.js';
import { columnsOf, readRow, type ResourceRow, type StoredResource } from './resource-store.js';
import { usersTable } from './resource-table.js';
import type { TenantTables } from '../tenant/tenant-tables.js';

/** A person who has registered, with the number that the client knows the person by. */
export interface RegisteredUser extends StoredResource {
  readonly staffUsi: number;
}

/** A page of the people who have registered, and how many there are in all. */
export interface RegisteredUsers {
  readonly total: number;
  readonly users: readonly RegisteredUser[];
}

/**
 * The people of the scope who have registered, by last and first name; those to whom this role was granted alone when it is given,
 * folded. Cost grows with the people who are found.
 */
export async function registeredUsers(
  tables: TenantTables,
  { roleKey, limit, offset }: { roleKey: string | undefined; limit: number; offset: number },
): Promise<RegisteredUsers> {
  const condition = registered(tables, roleKey);
  const { dialect } = tables;
  const name = (part: string) => `${dialect.binaryText(dialect.jsonText('r.search', ['name', part]))} asc nulls last`;
  const count = await tables.scanFirst<{ total: number | string }>(
    `select count(*) as total from users r where ${condition.text}`,
    condition.bindings,
  );
  const rows = await tables.scan<ResourceRow & { staff_usi: number | string }>(
    `select ${columnsOf(usersTable)}, r.staff_usi from users r where ${condition.text} order by ${name('familyName')}, ${name('givenName')}, r.id limit ? offset ?`,
    [...condition.bindings, limit, offset],
  );
  return {
    total: Number(count?.total ?? 0),
    users: rows.map((row) => ({ ...readRow(row), staffUsi: Number(row.staff_usi) })),
  };
}

function registered(tables: TenantTables, roleKey: string | undefined): Sql {
  const scope = tables.inScope('r');
  const people = `r.client_id = :client and r.deleted_at is null and r.account_status <> 'PENDING' and ${scope.text}`;
  if (roleKey === undefined) return { text: people, bindings: scope.bindings };
  const holders = `select v.resource_id from value_index v where v.client_id = :client and v.resource_type = 'User' and v.attribute = 'roles.value' and v.key = ?`;
  return { text: `${people} and r.id in (${holders})`, bindings: [...scope.bindings, roleKey] };
}
