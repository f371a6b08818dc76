import { createHash } from 'node:crypto';
import { RequestError } from '../../errors.js';
import { fold } from '../../schema/fold.js';
import { UniqueViolation } from '../database/database-error.js';
import type { TenantTables } from './tenant-tables.js';

/** A part of a client. `endedAt` is set once it has ended; its name is free again then. */
export interface Unit {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly endedAt: string | undefined;
}

interface UnitRow {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
  readonly ended_at: string | null;
}

const columns = 'u.id, u.name, u.created_at, u.ended_at';

function readUnit(row: UnitRow): Unit {
  return { id: row.id, name: row.name, createdAt: row.created_at, endedAt: row.ended_at ?? undefined };
}

/** Adds a unit. Throws 409 when a unit of the client has the name, whatever its letter case. */
export async function insertUnit(tables: TenantTables, unit: Unit): Promise<void> {
  await refusingDuplicates(() =>
    tables.run('insert into units (client_id, id, name, name_key, created_at) values (:client, ?, ?, ?, ?)', [
      unit.id,
      unit.name,
      fold(unit.name),
      unit.createdAt,
    ]),
  );
}

async function refusingDuplicates(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (error instanceof UniqueViolation) throw new RequestError(409, 'a unit has this name already', { cause: error });
    throw error;
  }
}

/** The units of the client that have not ended, by name. */
export async function listUnits(tables: TenantTables): Promise<Unit[]> {
  const rows = await tables.all<UnitRow>(
    `select ${columns} from units u where u.client_id = :client and u.ended_at is null order by u.name_key`,
  );
  return rows.map(readUnit);
}

/** The units with these names that have not ended, by folded name; with `keep` none of them ends before the transaction does. */
export async function unitsByName(
  tables: TenantTables,
  names: readonly string[],
  { keep = false }: { readonly keep?: boolean } = {},
): Promise<ReadonlyMap<string, Unit>> {
  if (names.length === 0) return new Map();
  const rows = await tables.all<UnitRow & { name_key: string }>(
    `select ${columns}, u.name_key from units u where u.client_id = :client and u.ended_at is null and u.name_key ${tables.dialect.isTextListed}${keep ? tables.dialect.shareRows('u') : ''}`,
    [[...new Set(names.map(fold))]],
  );
  return new Map(rows.map((row) => [row.name_key, readUnit(row)]));
}

/** The unit with this id, ended or not. */
export async function unitById(tables: TenantTables, id: string): Promise<Unit | undefined> {
  const row = await tables.first<UnitRow>(`select ${columns} from units u where u.client_id = :client and u.id = ?`, [
    id,
  ]);
  return row === undefined ? undefined : readUnit(row);
}

/** Ends a unit; false when it had ended before. */
export async function endUnit(tables: TenantTables, id: string, at: string): Promise<boolean> {
  const ended = await tables.run(
    'update units set ended_at = ? where client_id = :client and id = ? and ended_at is null',
    [at, id],
  );
  return ended > 0;
}

/** Renames a unit. Throws 409 when another unit of the client has the name. */
export async function renameUnit(tables: TenantTables, id: string, name: string): Promise<void> {
  await refusingDuplicates(() =>
    tables.run('update units set name = ?, name_key = ? where client_id = :client and id = ?', [name, fold(name), id]),
  );
}

/** How much depends on a unit. */
export interface UnitUsages {
  readonly collaborations: number;
  readonly groups: number;
  readonly users: number;
  /** Open invitations to its collaborations. */
  readonly invitations: number;
  readonly tokens: number;
}

/** Counts what depends on a unit: what carries it, and tokens that are still valid. */
export async function unitUsages(tables: TenantTables, id: string, at: string): Promise<UnitUsages> {
  const within = 'r.unit_set in (select s.unit_set from unit_sets s where s.client_id = :client and s.unit_id = ?)';
  const total = (type: string) =>
    `select coalesce(sum(r.total), 0) from resource_counts r where r.client_id = :client and r.resource_type = '${type}' and ${within}`;
  const row = await tables.first<Readonly<Record<keyof UnitUsages, number | string>>>(
    `select
       (${total('User')}) as users,
       (${total('Group')}) as groups,
       (select count(*) from groups r where r.client_id = :client and r.kind = 'collaboration' and ${within}) as collaborations,
       (select count(*) from invitations i join groups r on r.client_id = :client and r.id = i.collaboration_id where i.client_id = :client and i.status = 'open' and i.expires_at > ? and ${within}) as invitations,
       (select count(*) from token_units x join tokens t on t.client_id = :client and t.id = x.token_id and t.revoked_at is null and t.expires_at > ? where x.client_id = :client and x.unit_id = ?) as tokens`,
    [id, id, id, at, id, at, id],
  );
  return {
    collaborations: Number(row?.collaborations ?? 0),
    // A collaboration is a group.
    groups: Number(row?.groups ?? 0) - Number(row?.collaborations ?? 0),
    users: Number(row?.users ?? 0),
    invitations: Number(row?.invitations ?? 0),
    tokens: Number(row?.tokens ?? 0),
  };
}

/** The name of a set of units: the same for the same units in any order, empty for none. */
function unitSetName(unitIds: readonly string[]): string {
  if (unitIds.length === 0) return '';
  return createHash('sha256').update(unitIds.toSorted().join()).digest('base64url').slice(0, 22);
}

/** Makes sure that the set of units is known and returns its name. */
export async function ensureUnitSet(tables: TenantTables, unitIds: readonly string[]): Promise<string> {
  const name = unitSetName(unitIds);
  for (const unitId of unitIds) {
    await tables.run(
      'insert into unit_sets (client_id, unit_set, unit_id) values (:client, ?, ?) on conflict (client_id, unit_set, unit_id) do nothing',
      [name, unitId],
    );
  }
  return name;
}

/** The units of each of these sets, by name of the set; ended ones included. */
export async function unitsOfSets(
  tables: TenantTables,
  unitSets: readonly string[],
): Promise<ReadonlyMap<string, readonly Unit[]>> {
  const wanted = [...new Set(unitSets)].filter((name) => name !== '');
  if (wanted.length === 0) return new Map();
  const rows = await tables.all<UnitRow & { unit_set: string }>(
    `select s.unit_set, ${columns} from unit_sets s join units u on u.client_id = :client and u.id = s.unit_id where s.client_id = :client and s.unit_set in (${wanted.map(() => '?').join(', ')}) order by u.name_key`,
    wanted,
  );
  const sets = new Map<string, Unit[]>();
  for (const row of rows) sets.set(row.unit_set, [...(sets.get(row.unit_set) ?? []), readUnit(row)]);
  return sets;
}
