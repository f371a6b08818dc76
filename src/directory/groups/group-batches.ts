import { RequestError } from '../../errors.js';
import type { FoundResource } from '../../store/resources/resource-store.js';
import { groupsTable } from '../../store/resources/resource-table.js';
import { writeTables, type TenantTables } from '../../store/tenant/tenant-tables.js';
import type { DirectoryContext } from '../context.js';
import { lockForWrite } from '../find-or-refuse.js';
import { deletionBlocker } from './group-blockers.js';
import { givesAccess, kindOf } from './group-kinds.js';
import { removeGroup } from './remove-group.js';
import { requireAccess, type RequestScope } from '../request-scope.js';

/** A group that stands in the way of a deletion, and why. */
interface Blocker {
  readonly id: string;
  readonly reason: string;
}

function blocked(blockers: readonly Blocker[]): RequestError {
  const [first, ...others] = blockers.map(({ id, reason }) => `${id}: ${reason}`);
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  const detail = `${blockers.length} of the groups cannot be deleted, so none was (${first}${more})`;
  return new RequestError(409, detail, { members: { blockers } });
}

/** What is done to many groups at once, to all of them or to none. */
export class GroupBatches {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /** Deletes groups. Throws 404 for an id that is none of the client's, 403 out of scope, 409 with the `blockers`; then none is. */
  async remove(scope: RequestScope, ids: readonly string[]): Promise<void> {
    requireAccess(scope, 'provision');
    const kinds = await writeTables(this.#context.database, scope, async (tables) => {
      // In the order of ids, so that two batches do not wait for each other.
      const groups = await lockAll(tables, [...new Set(ids)].toSorted());
      const blockers: Blocker[] = [];
      for (const group of groups) {
        const reason = await deletionBlocker(tables, group);
        if (reason !== undefined) blockers.push({ id: group.id, reason });
      }
      if (blockers.length > 0) throw blocked(blockers);
      // A collaboration takes its groups with it, so those that are named go before it.
      const inside = groups.filter((group) => kindOf(group) === 'collaboration-group');
      const others = groups.filter((group) => kindOf(group) !== 'collaboration-group');
      for (const group of [...inside, ...others]) await removeGroup(tables, scope, group);
      return groups.map(kindOf);
    });
    if (kinds.some(givesAccess)) this.#context.tokenCache.clear();
  }
}

async function lockAll(tables: TenantTables, ids: readonly string[]): Promise<readonly FoundResource[]> {
  const groups: FoundResource[] = [];
  for (const id of ids) groups.push(await lockForWrite(tables, groupsTable, { id }));
  return groups;
}
