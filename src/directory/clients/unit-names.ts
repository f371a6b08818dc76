import type { TenantTables } from '../../store/tenant/tenant-tables.js';
import { unitsOfSets } from '../../store/tenant/unit-store.js';

/** The names of the units of each of these sets, ended ones left out, by name of the set. */
export async function unitNames(
  tables: TenantTables,
  unitSets: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const sets = await unitsOfSets(tables, unitSets);
  return new Map(
    [...sets].map(([name, units]) => [
      name,
      units.filter((unit) => unit.endedAt === undefined).map((unit) => unit.name),
    ]),
  );
}

/** The names of the units of one set, ended ones left out. */
export async function unitNamesOf(tables: TenantTables, unitSet: string): Promise<readonly string[]> {
  return (await unitNames(tables, [unitSet])).get(unitSet) ?? [];
}
