import { indexKey } from '../../schema/search-document.js';
import type { TenantTables } from '../tenant/tenant-tables.js';
import { living } from './living.js';

/** By which attribute an import finds the people who are there. */
export type ImportKey = 'userName' | 'externalId' | 'employeeNumber';

/** A person whom an import has found. */
export interface ImportMatch {
  readonly id: string;
  readonly version: number;
  readonly active: boolean;
}

interface MatchRow {
  readonly key: string;
  readonly id: string;
  readonly version: number;
  readonly active: number;
}

const employeeNumber = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:employeenumber';

/** The live people with these keys, folded as they are compared; by key. Cost grows with `keys`. */
export async function matchPeople(
  tables: TenantTables,
  by: ImportKey,
  keys: readonly string[],
): Promise<ReadonlyMap<string, ImportMatch>> {
  const rows = await tables.all<MatchRow>(selectBy(tables, by), [keys.map(indexKey)]);
  return new Map(rows.map(({ key, id, version, active }) => [key, { id, version, active: active === 1 }]));
}

function selectBy(tables: TenantTables, by: ImportKey): string {
  const { isTextListed } = tables.dialect;
  if (by === 'employeeNumber') {
    return `select v.key, u.id, u.version, u.active from value_index v join users u on u.client_id = :client and u.id = v.resource_id and u.deleted_at is null
      where v.client_id = :client and v.resource_type = 'User' and v.attribute = '${employeeNumber}' and v.key ${isTextListed}`;
  }
  const [column, isThere] =
    by === 'userName' ? ['user_name_key', living('u.')] : ['external_id', 'u.deleted_at is null'];
  return `select u.${column} as key, u.id, u.version, u.active from users u where u.client_id = :client and ${isThere} and u.${column} ${isTextListed}`;
}

const rowsAStatement = 64;

/** Remembers whom an import has seen, none of them twice, and who of them leaves by it. */
export async function markSeen(
  tables: TenantTables,
  importId: string,
  people: readonly { readonly id: string; readonly leaves: boolean }[],
): Promise<void> {
  for (let start = 0; start < people.length; start += rowsAStatement) {
    const part = people.slice(start, start + rowsAStatement);
    await tables.run(
      `insert into import_marks (client_id, import_id, user_id, leaves) values ${part.map(() => '(:client, ?, ?, ?)').join(', ')} on conflict (client_id, import_id, user_id) do update set leaves = case when excluded.leaves = 1 then 1 else import_marks.leaves end`,
      part.flatMap(({ id, leaves }) => [importId, id, leaves ? 1 : 0]),
    );
  }
}

/** How many active people leave: those who are marked so, and with `missing` those whom the import has not seen. */
export async function countLeavers(
  tables: TenantTables,
  importId: string,
  { missing }: { readonly missing: boolean },
): Promise<number> {
  const row = await tables.scanFirst<{ leavers: number | string }>(
    `select count(*) as leavers from users u left join import_marks m on m.client_id = :client and m.import_id = ? and m.user_id = u.id
     where u.client_id = :client and u.active = 1 and u.deleted_at is null and (m.leaves = 1${missing ? ' or m.user_id is null' : ''})`,
    [importId],
  );
  return Number(row?.leavers ?? 0);
}

/** Active people whom the import has not seen, behind the id `after`, by id. */
export async function unseenPeople(
  tables: TenantTables,
  importId: string,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<readonly { readonly id: string; readonly userName: string }[]> {
  const rows = await tables.all<{ id: string; user_name: string }>(
    `select u.id, ${tables.dialect.jsonText('u.search', ['userName'])} as user_name from users u
     where u.client_id = :client and u.active = 1 and u.deleted_at is null${after === undefined ? '' : ' and u.id > ?'}
     and not exists (select 1 from import_marks m where m.client_id = :client and m.import_id = ? and m.user_id = u.id)
     order by u.id limit ?`,
    [...(after === undefined ? [] : [after]), importId, limit],
  );
  return rows.map((row) => ({ id: row.id, userName: row.user_name }));
}

/** Forgets whom an import has seen. */
export async function forgetMarks(tables: TenantTables, importId: string): Promise<void> {
  await tables.run('delete from import_marks where client_id = :client and import_id = ?', [importId]);
}

/** Forgets whom imports before this one have seen, by the order of their ids. */
export async function forgetMarksBefore(tables: TenantTables, importId: string): Promise<void> {
  await tables.run('delete from import_marks where client_id = :client and import_id < ?', [importId]);
}

/** How many people of the client are active, of those whom the scope reaches; of these ids alone where they are given. */
export async function countActive(tables: TenantTables, ids?: readonly string[]): Promise<number> {
  const scope = tables.inScope('u');
  const listed = ids === undefined ? '' : ` and u.id ${tables.dialect.isListed}`;
  const row = await tables.scanFirst<{ people: number | string }>(
    `select count(*) as people from users u where u.client_id = :client and u.active = 1 and u.deleted_at is null and ${scope.text}${listed}`,
    [...scope.bindings, ...(ids === undefined ? [] : [ids])],
  );
  return Number(row?.people ?? 0);
}
