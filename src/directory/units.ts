import { nowInstant } from '../clock.js';
import { notFound, RequestError } from '../errors.js';
import { fold } from '../schema/fold.js';
import { appendChange } from '../store/change-log.js';
import { readTables, writeTables } from '../store/tenant-tables.js';
import { revokeTokensOfUnit } from '../store/token-store.js';
import {
  endUnit,
  insertUnit,
  listUnits,
  unitById,
  unitsByName,
  unitUsages,
  type Unit,
  type UnitUsages,
} from '../store/unit-store.js';
import type { DirectoryContext } from './context.js';
import { isIdentifier, newIdentifier } from './identifiers.js';
import { readName } from './names.js';
import { requireAccess, type RequestScope } from './request-scope.js';

/** The parts of a client. */
export class Units {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /** Adds a unit. Throws 409 for a name that a unit of the client has. */
  async create(scope: RequestScope, name: string): Promise<Unit> {
    requireAccess(scope, 'admin');
    const unit = { id: newIdentifier(), name: readName('unit', name), createdAt: nowInstant(), endedAt: undefined };
    await writeTables(this.#context.database, scope, async (tables) => {
      await insertUnit(tables, unit);
      await appendChange(tables, scope.actor, { action: 'create', resourceType: 'Unit', resourceId: unit.id });
    });
    return unit;
  }

  /** The units that have not ended, by name. */
  list(scope: RequestScope): Promise<readonly Unit[]> {
    requireAccess(scope, 'read');
    return listUnits(readTables(this.#context.database, scope));
  }

  /** The unit of this name or id that has not ended. Throws 404. */
  async find(scope: RequestScope, nameOrId: string): Promise<Unit> {
    const tables = readTables(this.#context.database, scope);
    const byId = isIdentifier(nameOrId) ? await unitById(tables, nameOrId) : undefined;
    const unit = byId ?? (await unitsByName(tables, [nameOrId])).get(fold(nameOrId));
    if (unit === undefined || unit.endedAt !== undefined) throw notFound('unit');
    return unit;
  }

  /** What depends on a unit: see it before the unit ends. */
  usages(scope: RequestScope, unit: Unit): Promise<UnitUsages> {
    return unitUsages(readTables(this.#context.database, scope), unit.id, nowInstant());
  }

  /**
   * Ends a unit. In the same transaction a token that has no other unit is revoked; one that has keeps those and no token
   * becomes wider. People and groups stay as they are. Throws 409 while something depends on it, unless confirmed.
   */
  async end(scope: RequestScope, nameOrId: string, options: { readonly confirmed: boolean }): Promise<void> {
    requireAccess(scope, 'admin');
    const unit = await this.find(scope, nameOrId);
    const at = nowInstant();
    await writeTables(this.#context.database, scope, async (tables) => {
      const usages = await unitUsages(tables, unit.id, at);
      const used = usages.users + usages.groups + usages.tokens > 0;
      if (used && !options.confirmed) throw stillUsed(usages);
      if (!(await endUnit(tables, unit.id, at))) throw notFound('unit');
      const revoked = await revokeTokensOfUnit(tables, { unitId: unit.id, at, reason: 'unit-ended' });
      await appendChange(tables, scope.actor, { action: 'end', resourceType: 'Unit', resourceId: unit.id });
      for (const id of revoked) {
        await appendChange(tables, scope.actor, { action: 'revoke', resourceType: 'Token', resourceId: id });
      }
    });
    this.#context.tokenCache.clear();
  }
}

function stillUsed({ users, groups, tokens }: UnitUsages): RequestError {
  return new RequestError(
    409,
    `the unit is in use: ${users} users, ${groups} groups, ${tokens} tokens; confirm to end it`,
  );
}
