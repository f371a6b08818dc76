import { insufficientScope, invalidValue } from '../../errors.js';
import { fold } from '../../schema/fold.js';
import { unitsByName } from '../../store/tenant/unit-store.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';

/**
 * The ids of the units that a request names for a new resource. A unit token gives what it makes its own units when the
 * request names none. Throws 403 for a unit outside the token's, 400 for a name that is no unit of the client.
 */
export async function unitsForNew(
  tables: TenantTables,
  named: readonly string[] | undefined,
): Promise<readonly string[]> {
  if (named === undefined) return tables.scope.units ?? [];
  return unitsNamed(tables, named);
}

/**
 * The ids of the units that a request names for a resource that is there. A unit token cannot leave a resource without
 * a unit, nor give it one outside its own: 403.
 */
export async function unitsNamed(tables: TenantTables, named: readonly string[]): Promise<readonly string[]> {
  const { units: own } = tables.scope;
  const found = await unitsByName(tables, named, { keep: true });
  if (own !== undefined) {
    const within = named.every((name) => own.includes(found.get(fold(name))?.id ?? ''));
    if (named.length === 0 || !within) throw insufficientScope('the token does not reach the units named');
  }
  const unknown = named.find((name) => !found.has(fold(name)));
  if (unknown !== undefined) throw invalidValue(`units: ${JSON.stringify(unknown)} is not a unit of this client`);
  return [...found.values()].map((unit) => unit.id);
}
