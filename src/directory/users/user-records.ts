import { readListQuery } from '../../protocol/list-query.js';
import { readProjection } from '../../protocol/projection.js';
import { isJsonObject } from '../../schema/document.js';
import { userType } from '../../schema/resource-type.js';
import { isIdentifier } from '../identifiers.js';
import { insufficientScope } from '../../errors.js';
import type { RequestScope } from '../request-scope.js';
import type { ResourceLists } from '../resource-lists.js';
import { viewOf } from '../resource-answer.js';
import type { ResourceView } from '../resource-view.js';
import type { Users } from './users.js';

/** A person as applications that know no SCIM see one. */
export interface UserRecord {
  readonly id: string;
  readonly userName: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly email: string | null;
  readonly active: boolean;
  readonly groups: readonly string[];
}

/** What people may say of themselves; what is undefined stays as it is. */
export interface OwnWish {
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly displayName?: string | undefined;
}

const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const whole = readProjection(userType, {});
const pageSize = 500;

/** People as records of the companion API: the same services as SCIM, in other words. */
export class UserRecords {
  readonly #users: Users;
  readonly #lists: ResourceLists;

  constructor(users: Users, lists: ResourceLists) {
    this.#users = users;
    this.#lists = lists;
  }

  /** The people of these groups that the scope reaches, each once; everybody where no group is named. */
  async *ofGroups(scope: RequestScope, groupIds: readonly string[]): AsyncGenerator<UserRecord> {
    const known = groupIds.filter(isIdentifier).map((id) => `groups.value eq "${id}"`);
    if (groupIds.length > 0 && known.length === 0) return;
    const filter = known.length === 0 ? {} : { filter: known.join(' or ') };
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page = await this.#lists.list(
        scope,
        readListQuery([userType], { ...filter, cursor, count: String(pageSize) }),
      );
      yield* page.resources.map((person) => readRecord(viewOf(person)));
      cursor = page.nextCursor;
    }
  }

  /** The person of a personal token. Throws 403 for any other. */
  async self(scope: RequestScope): Promise<UserRecord> {
    const { body } = await this.#users.read(scope, ownId(scope), whole);
    return readRecord(body === undefined ? {} : viewOf(body));
  }

  /** Changes what people may change of themselves. */
  async changeSelf(scope: RequestScope, wish: OwnWish): Promise<UserRecord> {
    const name = { givenName: wish.firstName, familyName: wish.lastName };
    const given = Object.entries(name).filter(([, value]) => value !== undefined);
    const value = {
      ...(given.length === 0 ? {} : { name: Object.fromEntries(given) }),
      ...(wish.displayName === undefined ? {} : { displayName: wish.displayName }),
    };
    const body = { schemas: [patchSchema], Operations: [{ op: 'replace', value }] };
    const id = ownId(scope);
    await this.#users.patch(scope, { id, body, projection: whole, projectionGiven: false });
    return this.self(scope);
  }
}

function ownId({ userId }: RequestScope): string {
  if (userId === undefined) throw insufficientScope('this needs a personal token');
  return userId;
}

function readRecord(view: ResourceView): UserRecord {
  const name = isJsonObject(view['name']) ? view['name'] : {};
  return {
    id: String(view['id']),
    userName: String(view['userName']),
    firstName: textOf(name['givenName']),
    lastName: textOf(name['familyName']),
    email: firstValue(view['emails']),
    active: view['active'] !== false,
    groups: valuesIn(view['groups']),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function valuesIn(values: unknown): readonly string[] {
  if (!Array.isArray(values)) return [];
  return values.flatMap((each: unknown) =>
    isJsonObject(each) && typeof each['value'] === 'string' ? [each['value']] : [],
  );
}

/** The primary value, or the first. */
function firstValue(values: unknown): string | null {
  if (!Array.isArray(values)) return null;
  const elements = values.filter(isJsonObject);
  return textOf((elements.find((each) => each['primary'] === true) ?? elements[0])?.['value']);
}
