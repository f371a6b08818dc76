import { digestQuery, openCursor, sealCursor, type CursorBinding, type CursorPosition } from '../protocol/cursor.js';
import type { ListQuery, Paging } from '../protocol/list-query.js';
import {
  findResources,
  findWithTotal,
  type ListedResource,
  type Slice,
  type SliceWithTotal,
} from '../store/query/find-resources.js';
import { readMany, type TenantTables } from '../store/tenant/tenant-tables.js';
import { nextTurn } from '../store/database/turns.js';
import type { DirectoryContext } from './context.js';
import { cursorBinding } from './cursor-binding.js';
import type { Groups } from './groups/groups.js';
import { requireAccess, type RequestScope } from './request-scope.js';
import type { ResourcePage, ResourceText } from './resource-answer.js';
import type { Users } from './users/users.js';

const manyResources = 50;

/** What a page shows, and whether there is more behind it. */
interface FoundPage extends SliceWithTotal {
  readonly isLast: boolean;
}

/** The lists of resources: of one type, or of users and groups together (RFC 7644 §3.4.2, §3.4.3). */
export class ResourceLists {
  readonly #context: DirectoryContext;
  readonly #users: Users;
  readonly #groups: Groups;

  constructor(context: DirectoryContext, users: Users, groups: Groups) {
    this.#context = context;
    this.#users = users;
    this.#groups = groups;
  }

  /**
   * The page of a query, of what the scope reaches now, whoever was given its cursor (RFC 9865 §5.2). It is shorter than
   * asked for where its resources are very large. Throws `invalidCursor`, `expiredCursor` and `invalidCount`.
   */
  async list(scope: RequestScope, query: ListQuery): Promise<ResourcePage> {
    requireAccess(scope, 'read');
    return readMany(this.#context.database, scope, (tables) => this.#read(tables, scope, query));
  }

  async #read(tables: TenantTables, scope: RequestScope, query: ListQuery): Promise<ResourcePage> {
    const found =
      query.paging.kind === 'index'
        ? await this.#pageByIndex(tables, query, query.paging.startIndex)
        : await this.#pageByCursor(tables, scope, query, query.paging);
    return this.#show(tables, query, found, (position) => sealCursor(this.#binding(scope, query), position));
  }

  async #pageByIndex(tables: TenantTables, query: ListQuery, startIndex: number): Promise<FoundPage> {
    const slice = { limit: query.paging.count, offset: startIndex - 1 };
    return { ...(await findWithTotal(tables, query, slice, this.#context.publicUrl)), isLast: true };
  }

  /** The total is counted once, for the first page; later pages cost what they show. */
  async #pageByCursor(
    tables: TenantTables,
    scope: RequestScope,
    query: ListQuery,
    { cursor, count }: Extract<Paging, { kind: 'cursor' }>,
  ): Promise<FoundPage> {
    const after = cursor === '' ? undefined : openCursor(this.#binding(scope, query), cursor);
    // One more than is shown tells whether there is another page.
    const slice = { limit: count === 0 ? 0 : count + 1, offset: 0 };
    const found = await this.#sliceWithTotal(tables, query, slice, after);
    const isLast = found.resources.length <= count && !found.isCut;
    return { ...found, resources: found.resources.slice(0, count), isLast };
  }

  async #sliceWithTotal(
    tables: TenantTables,
    query: ListQuery,
    slice: Omit<Slice, 'after'>,
    after: CursorPosition | undefined,
  ): Promise<SliceWithTotal> {
    const { publicUrl } = this.#context;
    if (after === undefined) return findWithTotal(tables, query, slice, publicUrl);
    const found = await findResources(tables, query, { ...slice, after }, publicUrl);
    return { ...found, totalResults: after.totalResults };
  }

  #binding(scope: RequestScope, query: ListQuery): CursorBinding {
    return cursorBinding(this.#context, scope, { query: digestQuery(query), count: query.paging.count });
  }

  async #show(
    tables: TenantTables,
    query: ListQuery,
    found: FoundPage,
    seal: (position: CursorPosition) => string,
  ): Promise<ResourcePage> {
    const views = await this.#views(tables, query, found.resources);
    const { totalResults } = found;
    const last = found.resources[views.length - 1];
    const isLast = found.isLast && views.length === found.resources.length;
    const resources = views.filter((view) => view !== undefined);
    if (query.paging.kind === 'index' || isLast || last === undefined) return { totalResults, resources };
    return { totalResults, resources, nextCursor: seal({ id: last.id, key: last.sortValue, totalResults }) };
  }

  /** The resources as they are shown, up to the first group that would make the page too large; undefined for what is gone. */
  async #views(
    tables: TenantTables,
    { selections }: ListQuery,
    resources: readonly ListedResource[],
  ): Promise<readonly (ResourceText | undefined)[]> {
    const views = new Map<string, ResourceText | undefined>();
    for (const { type, projection } of selections) {
      const service: Users | Groups = type.name === 'User' ? this.#users : this.#groups;
      const own = resources.filter((resource) => resource.type === type.name);
      // To read many is one piece of work, to view them another, and a third to write them as JSON.
      if (own.length > manyResources) await nextTurn();
      const shown = await service.show(tables, own, projection);
      if (own.length > manyResources) await nextTurn();
      for (const [place, view] of shown.entries()) views.set(own[place]?.id ?? '', view);
    }
    const end = resources.findIndex(({ id }) => !views.has(id));
    return resources.slice(0, end === -1 ? resources.length : end).map(({ id }) => views.get(id));
  }
}
