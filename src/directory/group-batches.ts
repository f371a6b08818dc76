import { RequestError } from '../errors.js';
import type { FoundResource } from '../store/resource-store.js';
import { groupsTable } from '../store/resource-table.js';
import { writeTables, type TenantTables } from '../store/tenant-tables.js';
import type { DirectoryContext } from './context.js';
import { lockForWrite } from './find-or-refuse.js';
import { deletionBlocker } from './group-blockers.js';
import { kindOf } from './group-kinds.js';
import { removeGroup } from './remove-group.js';
import { requireAccess, type RequestScope } from './request-scope.js';

/** Groups that stand in the way of a deletion, and why. */
export class BlockedDeletion extends RequestError {
  readonly blockers: readonly { readonly id: string; readonly reason: string }[];

  constructor(blockers: BlockedDeletion['blockers']) {
    super(409, `${blockers.length} of the groups cannot be deleted, so none was`);
    this.blockers = blockers;
  }
}

/** What is done to many groups at once, to all of them or to none. */
export class GroupBatches {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /** Deletes groups. Throws 404 for an id that is none of the client's, 403 out of scope, `BlockedDeletion`; then none is. */
  async remove(scope: RequestScope, ids: readonly string[]): Promise<void> {
    requireAccess(scope, 'provision');
    await writeTables(this.#context.database, scope, async (tables) => {
      // In the order of ids, so that two batches do not wait for each other.
      const groups = await lockAll(tables, [...new Set(ids)].toSorted());
      const blockers: { id: string; reason: string }[] = [];
      for (const group of groups) {
        const reason = await deletionBlocker(tables, group);
        if (reason !== undefined) blockers.push({ id: group.id, reason });
      }
      if (blockers.length > 0) throw new BlockedDeletion(blockers);
      // A collaboration takes its groups with it, so those that are named go before it.
      const inside = groups.filter((group) => kindOf(group) === 'collaboration-group');
      const others = groups.filter((group) => kindOf(group) !== 'collaboration-group');
      for (const group of [...inside, ...others]) await removeGroup(tables, scope, group);
    });
  }
}

async function lockAll(tables: TenantTables, ids: readonly string[]): Promise<readonly FoundResource[]> {
  const groups: FoundResource[] = [];
  for (const id of ids) groups.push(await lockForWrite(tables, groupsTable, id, undefined));
  return groups;
}
