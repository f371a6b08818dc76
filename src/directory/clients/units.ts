import { nowInstant } from '../../clock.js';
import { insufficientScope, notFound, RequestError } from '../../errors.js';
import { fold } from '../../schema/fold.js';
import { appendChange, type ChangeEntry } from '../../store/trail/change-log.js';
import { readTables, writeTables, type TenantTables } from '../../store/tenant/tenant-tables.js';
import { revokeTokensOfUnit, unitEnded } from '../../store/tenant/token-store.js';
import {
  endUnit,
  ensureUnitSet,
  insertUnit,
  listUnits,
  renameUnit,
  unitById,
  unitsByName,
  unitUsages,
  type Unit,
  type UnitUsages,
} from '../../store/tenant/unit-store.js';
import type { DirectoryContext } from '../context.js';
import { isIdentifier, newIdentifier } from '../identifiers.js';
import { readName } from '../names.js';
import { requireAccess, type RequestScope } from '../request-scope.js';

/** The parts of a client. Whoever is limited to units sees those alone, and changes none. */
export class Units {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /** Adds a unit. Throws 409 for a name that a unit of the client has. */
  async create(scope: RequestScope, name: string): Promise<Unit> {
    requireManager(scope);
    const unit = { id: newIdentifier(), name: readName('unit', name), createdAt: nowInstant(), endedAt: undefined };
    await writeTables(this.#context.database, scope, async (tables) => {
      await insertUnit(tables, unit);
      await this.#log(tables, scope, unit, { action: 'create', detail: { name: { after: unit.name } } });
    });
    return unit;
  }

  /** The units that have not ended, by name. */
  async list(scope: RequestScope): Promise<readonly Unit[]> {
    requireAccess(scope, 'read');
    const units = await listUnits(readTables(this.#context.database, scope));
    return units.filter((unit) => isReached(scope, unit));
  }

  /** The unit of this name or id that has not ended. Throws 404, or 403 out of scope. */
  async find(scope: RequestScope, nameOrId: string): Promise<Unit> {
    const unit = await this.lookUp(scope, nameOrId);
    if (unit === undefined) throw notFound('unit');
    if (!isReached(scope, unit)) throw insufficientScope('the token does not reach this resource');
    return unit;
  }

  /** The unit of the client with this name or id that has not ended, in scope or not. */
  async lookUp(scope: RequestScope, nameOrId: string): Promise<Unit | undefined> {
    const tables = readTables(this.#context.database, scope);
    const byId = isIdentifier(nameOrId) ? await unitById(tables, nameOrId) : undefined;
    const unit = byId ?? (await unitsByName(tables, [nameOrId])).get(fold(nameOrId));
    return unit?.endedAt === undefined ? unit : undefined;
  }

  /** Renames a unit; whatever refers to it goes on doing so. Throws 409 for a name that another unit of the client has. */
  async rename(scope: RequestScope, nameOrId: string, name: string): Promise<Unit> {
    requireManager(scope);
    const unit = await this.find(scope, nameOrId);
    const renamed = { ...unit, name: readName('unit', name) };
    if (renamed.name === unit.name) return unit;
    await writeTables(this.#context.database, scope, async (tables) => {
      await renameUnit(tables, unit.id, renamed.name);
      const detail = { name: { before: unit.name, after: renamed.name } };
      await this.#log(tables, scope, unit, { action: 'update', detail });
    });
    return renamed;
  }

  /** What depends on a unit: see it before the unit ends. */
  usages(scope: RequestScope, unit: Unit): Promise<UnitUsages> {
    requireAccess(scope, 'read');
    return unitUsages(readTables(this.#context.database, scope), unit.id, nowInstant());
  }

  /**
   * Ends a unit. In the same transaction a token that has no other unit is revoked; one that has keeps those and no token
   * becomes wider. People and groups stay as they are. Throws 409 with its usages while something depends on it, unless
   * confirmed.
   */
  async end(scope: RequestScope, nameOrId: string, options: { readonly confirmed: boolean }): Promise<void> {
    requireManager(scope);
    const unit = await this.find(scope, nameOrId);
    const at = nowInstant();
    await writeTables(this.#context.database, scope, async (tables) => {
      const usages = await unitUsages(tables, unit.id, at);
      if (!options.confirmed && Object.values(usages).some((count) => count > 0)) throw stillUsed(usages);
      if (!(await endUnit(tables, unit.id, at))) throw notFound('unit');
      const revoked = await revokeTokensOfUnit(tables, { unitId: unit.id, at, reason: unitEnded });
      await this.#log(tables, scope, unit, { action: 'end' });
      const unitSet = await ensureUnitSet(tables, [unit.id]);
      for (const id of revoked) {
        await appendChange(tables, scope.actor, { action: 'revoke', resourceType: 'Token', resourceId: id, unitSet });
      }
    });
    this.#context.tokenCache.clear();
  }

  async #log(
    tables: TenantTables,
    scope: RequestScope,
    unit: Unit,
    what: Pick<ChangeEntry, 'action' | 'detail'>,
  ): Promise<void> {
    const unitSet = await ensureUnitSet(tables, [unit.id]);
    const attributes = Object.keys(what.detail ?? {});
    const of = { resourceType: 'Unit', resourceId: unit.id, attributes, unitSet } as const;
    await appendChange(tables, scope.actor, { ...what, ...of });
  }
}

function isReached({ units }: RequestScope, unit: Unit): boolean {
  return units === undefined || units.includes(unit.id);
}

/** The units of a client are the business of those who administer the whole of it. */
function requireManager(scope: RequestScope): void {
  requireAccess(scope, 'admin');
  if (scope.units !== undefined) throw insufficientScope('a token for units does not change units');
}

function stillUsed(usages: UnitUsages): RequestError {
  const used = Object.entries(usages).filter(([, count]) => count > 0);
  const text = used.map(([what, count]) => `${count} ${what}`).join(', ');
  return new RequestError(409, `the unit is in use: ${text}; confirm to end it`, { members: { ...usages } });
}
