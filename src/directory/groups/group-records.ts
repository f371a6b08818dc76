import { readListQuery } from '../../protocol/list-query.js';
import { readProjection } from '../../protocol/projection.js';
import { isJsonObject } from '../../schema/document.js';
import { groupType } from '../../schema/resource-type.js';
import { groupSchema, musterGroupSchema } from '../../schema/schema-documents.js';
import { patchOf } from './group-patch.js';
import type { Groups } from './groups.js';
import type { ResourceLists } from '../resource-lists.js';
import type { RequestScope } from '../request-scope.js';
import { viewOf, type ResourceAnswer } from '../resource-answer.js';
import type { ResourceView } from '../resource-view.js';

/** A group as the companion API shows one; `users` are ids. */
export interface GroupRecord {
  readonly groupId: string;
  readonly clientId: string;
  readonly name: string;
  readonly description: string | null;
  readonly membershipCount: number;
  readonly wildcards: readonly string[];
  readonly users: readonly string[];
  /** Of all but plain groups. */
  readonly kind?: string;
  /** Of a group of a collaboration. */
  readonly parent?: string;
  /** Of a collaboration, and of a group of one. */
  readonly shortName?: string;
  readonly urn?: string;
  readonly autoProvisionMembers?: boolean;
}

/** What a caller may say of a group; what is undefined stays as it is, a description of null is none. */
export interface GroupWish {
  readonly name?: string | undefined;
  readonly description?: string | null | undefined;
  readonly wildcards?: readonly string[] | undefined;
  readonly units?: readonly string[] | undefined;
  readonly autoProvisionMembers?: boolean | undefined;
  /** Given once. */
  readonly shortName?: string | undefined;
}

/** What a caller may say of a new group; one with a parent is a group of that collaboration. */
export interface NewGroupWish extends GroupWish {
  readonly name: string;
  readonly kind?: string | undefined;
  readonly parent?: string | undefined;
}

const pageSize = 500;
// What members are, besides their ids, nobody asks for here.
const shown = { excludedAttributes: 'members' };
const projection = readProjection(groupType, shown);

/** Groups as records of the companion API: the same services as SCIM, in other words. */
export class GroupRecords {
  readonly #groups: Groups;
  readonly #lists: ResourceLists;

  constructor(groups: Groups, lists: ResourceLists) {
    this.#groups = groups;
    this.#lists = lists;
  }

  /** Adds a group, without members unless it takes them by itself. Throws what `Groups.create` throws. */
  async create(scope: RequestScope, { name, ...wish }: NewGroupWish): Promise<GroupRecord> {
    const kind = wish.kind ?? (wish.parent === undefined ? undefined : 'collaboration-group');
    const body = {
      schemas: [groupSchema.id, musterGroupSchema.id],
      displayName: name,
      [musterGroupSchema.id]: Object.fromEntries(
        Object.entries({ ...wish, kind }).filter(([, value]) => value !== undefined),
      ),
    };
    return this.#record(scope, await this.#groups.create(scope, body, projection));
  }

  /** The group with this id. Throws 404, or 403 out of scope. */
  async read(scope: RequestScope, id: string): Promise<GroupRecord> {
    return this.#record(scope, await this.#groups.read(scope, id, projection));
  }

  /** Changes what is named, and leaves the members alone. Throws what `Groups.patch` throws. */
  async update(scope: RequestScope, id: string, { name, ...wish }: GroupWish): Promise<GroupRecord> {
    const body = patchOf({ displayName: name }, wish);
    if (body !== undefined) {
      await this.#groups.patch(scope, { id, body, projection, projectionGiven: false });
    }
    return this.read(scope, id);
  }

  /** Every group that the scope reaches, in pages; the order is that of the ids. */
  async *all(scope: RequestScope): AsyncGenerator<GroupRecord> {
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const query = readListQuery([groupType], { ...shown, cursor, count: String(pageSize) });
      const page = await this.#lists.list(scope, query);
      for (let rest = page.resources.map(viewOf); rest.length > 0;) {
        const records = await this.#withUsers(scope, rest);
        yield* records;
        rest = rest.slice(records.length);
      }
      cursor = page.nextCursor;
    }
  }

  /** One page of the groups that the scope reaches; `page` counts from 0. */
  async page(
    scope: RequestScope,
    { page, size }: { readonly page: number; readonly size: number },
  ): Promise<{ readonly list: readonly GroupRecord[]; readonly total: number }> {
    const query = readListQuery([groupType], {
      ...shown,
      startIndex: String(page * size + 1),
      count: String(size),
    });
    const found = await this.#lists.list(scope, query);
    return { list: await this.#withUsers(scope, found.resources.map(viewOf)), total: found.totalResults };
  }

  async #record(scope: RequestScope, { id, body }: ResourceAnswer): Promise<GroupRecord> {
    const users = await this.#groups.userIds(scope, [id]);
    return readRecord(body === undefined ? {} : viewOf(body), users.get(id) ?? []);
  }

  /** The groups with their users: the first of them alone where they have very many. */
  async #withUsers(scope: RequestScope, groups: readonly ResourceView[]): Promise<readonly GroupRecord[]> {
    const ids = groups.map((group) => String(group['id']));
    const users = await this.#groups.userIds(scope, ids);
    return groups.slice(0, users.size).map((group) => readRecord(group, users.get(String(group['id'])) ?? []));
  }
}

function readRecord(view: ResourceView, users: readonly string[]): GroupRecord {
  const extension = isJsonObject(view[musterGroupSchema.id]) ? view[musterGroupSchema.id] : {};
  const own = isJsonObject(extension) ? extension : {};
  return {
    groupId: String(view['id']),
    clientId: String(own['clientId']),
    name: String(view['displayName']),
    description: typeof own['description'] === 'string' ? own['description'] : null,
    membershipCount: users.length,
    wildcards: Array.isArray(own['wildcards']) ? own['wildcards'].map(String) : [],
    users,
    ...placeIn(own),
  };
}

/** What a collaboration, or a group of one, has besides what every group has. */
function placeIn({ kind, parent, shortName, urn, autoProvisionMembers }: ResourceView): Partial<GroupRecord> {
  if (typeof urn !== 'string') return kind === 'group' ? {} : { kind: String(kind) };
  const own = { kind: String(kind), shortName: String(shortName), urn };
  if (typeof parent !== 'string') return own;
  return { ...own, parent, autoProvisionMembers: autoProvisionMembers === true };
}
