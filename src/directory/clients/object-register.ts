import { nowInstant } from '../../clock.js';
import { insufficientScope, notFound } from '../../errors.js';
import { objectTypeNamed } from '../../schema/permission-catalogue.js';
import { appendChange, type ValueChange } from '../../store/trail/change-log.js';
import {
  nameOf,
  putObject,
  removeObject,
  unitsOfObjects,
  type ObjectKey,
} from '../../store/organisation/permission-store.js';
import { writeTables, type TenantTables } from '../../store/tenant/tenant-tables.js';
import { ensureUnitSet } from '../../store/tenant/unit-store.js';
import type { DirectoryContext } from '../context.js';
import { notAccessible, reachesObject } from '../roles/permissions.js';
import { requireAccess, type RequestScope } from '../request-scope.js';
import type { Units } from './units.js';

/** The objects of applications: whose each of them is, the client's as a whole or one of its units'. */
export class ObjectRegister {
  readonly #context: DirectoryContext;
  readonly #units: Units;

  constructor(context: DirectoryContext, units: Units) {
    this.#context = context;
    this.#units = units;
  }

  /** Registers an object as the client's, or as one of a unit's. Throws 403 for a unit beyond the token's. */
  async register(scope: RequestScope, key: ObjectKey, unit: string | undefined): Promise<void> {
    requireAccess(scope, 'provision');
    if (objectTypeNamed(key.objectType) === undefined) throw notFound('object type');
    const unitId = unit === undefined ? onlyUnitOf(scope) : (await this.#units.find(scope, unit)).id;
    if (scope.units !== undefined && !scope.units.includes(unitId ?? '')) {
      throw insufficientScope('the token does not reach the unit named');
    }
    await writeTables(this.#context.database, scope, async (tables) => {
      const known = await unitsOfObjects(tables, [key]);
      const isKnown = known.has(nameOf(key));
      const before = known.get(nameOf(key));
      if (isKnown && !reachesObject(scope, before)) throw notAccessible(0);
      if (isKnown && before === unitId) return;
      await putObject(tables, { ...key, unitId, at: nowInstant() });
      const change = { ...(isKnown ? { before: ownerOf(before) } : {}), after: ownerOf(unitId) };
      await logObject(tables, scope, { key, unitId, change });
    });
  }

  /** Takes an object out of the register, with every permission on it. Throws 404, or 403 beyond the token's units. */
  async forget(scope: RequestScope, key: ObjectKey): Promise<void> {
    requireAccess(scope, 'provision');
    await writeTables(this.#context.database, scope, async (tables) => {
      const known = await unitsOfObjects(tables, [key]);
      if (!known.has(nameOf(key))) throw notFound('object');
      if (!reachesObject(scope, known.get(nameOf(key)))) throw notAccessible(0);
      await removeObject(tables, key);
      const unitId = known.get(nameOf(key));
      await logObject(tables, scope, { key, unitId, change: { before: ownerOf(unitId) } });
    });
  }
}

/** Whose an object is, as the log tells it. */
function ownerOf(unitId: string | undefined): object {
  return { unit: unitId ?? null };
}

/** Objects are no resources of this service, so that the log tells of them as of the client. */
async function logObject(
  tables: TenantTables,
  { actor, clientId }: RequestScope,
  {
    key,
    unitId,
    change,
  }: { readonly key: ObjectKey; readonly unitId: string | undefined; readonly change: ValueChange },
): Promise<void> {
  await appendChange(tables, actor, {
    action: 'update',
    resourceType: 'Client',
    resourceId: clientId,
    attributes: ['objects'],
    unitSet: await ensureUnitSet(tables, unitId === undefined ? [] : [unitId]),
    detail: { [`objects[${nameOf(key)}]`]: change },
  });
}

function onlyUnitOf({ units }: RequestScope): string | undefined {
  return units?.length === 1 ? units[0] : undefined;
}
