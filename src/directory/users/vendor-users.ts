import { insufficientScope, notFound } from '../../errors.js';
import { requirePath } from '../../schema/attribute-path.js';
import { isJsonObject, readAttribute } from '../../schema/document.js';
import { userType } from '../../schema/resource-type.js';
import { musterUserSchema } from '../../schema/schema-documents.js';
import type { FoundResource, StoredResource } from '../../store/resources/resource-store.js';
import { displayOf } from '../../store/resources/resource-table.js';
import { readTables } from '../../store/tenant/tenant-tables.js';
import { pagesInTurns, rowsATurn } from '../../store/database/turns.js';
import { findUserByValue, listActiveUsers } from '../../store/resources/user-store.js';
import type { DirectoryContext } from '../context.js';
import { requireAccess, requireOwnWrites, type RequestScope } from '../request-scope.js';
import { switchPerson } from './switch-person.js';
import type { Users } from './users.js';

const openIdPath = requirePath(userType, `${musterUserSchema.id}:openId`);

/** A person of a vendor. */
export interface VendorUser {
  readonly id: string;
  readonly userName: string;
  readonly fullname: string | null;
  readonly email: string | null;
  readonly openid: string | null;
}

/** The active people of a client, who are found by their OpenIDs: added by being switched on, removed by being switched off. */
export class VendorUsers {
  readonly #context: DirectoryContext;
  readonly #users: Users;

  constructor(context: DirectoryContext, users: Users) {
    this.#context = context;
    this.#users = users;
  }

  /** The active people, by id. */
  async list(
    scope: RequestScope,
    page: { readonly offset: number; readonly count: number },
  ): Promise<readonly VendorUser[]> {
    requireAccess(scope, 'read');
    const tables = readTables(this.#context.database, scope);
    const users: VendorUser[] = [];
    const pages = pagesInTurns((after) => {
      const offset = users.length === 0 ? page.offset : 0;
      return listActiveUsers(tables, { after, offset, count: Math.min(rowsATurn, page.count - users.length) });
    });
    // To read and view so many documents is one piece of work; others have their turn in between.
    for await (const part of pages) users.push(...part.map(viewVendorUser));
    return users;
  }

  /** Switches a person on. One who is active already stays so. Throws 404 for an OpenID that nobody of the client has. */
  async add(scope: RequestScope, openId: string): Promise<void> {
    requireAccess(scope, 'provision');
    await switchPerson(this.#users, scope, (await this.#find(scope, openId)).id, true);
  }

  /**
   * Switches a person off: the row stays, with everything it holds. People may switch themselves off.
   * Throws 404 for an OpenID that nobody of the client has.
   */
  async remove(scope: RequestScope, openId: string): Promise<void> {
    const own = scope.userId === undefined ? undefined : await this.#lookUp({ ...scope, units: undefined }, openId);
    // Leaving is the one thing of this kind that is a person's own to decide.
    if (own !== undefined && own.id === scope.userId) {
      requireOwnWrites(scope);
      return switchPerson(this.#users, { ...scope, units: undefined, access: 'provision' }, own.id, false);
    }
    // The same answer for somebody else and for nobody.
    requireAccess(scope, 'provision');
    await switchPerson(this.#users, scope, (await this.#find(scope, openId)).id, false);
  }

  #lookUp(scope: RequestScope, openId: string): Promise<FoundResource | undefined> {
    return findUserByValue(readTables(this.#context.database, scope), openIdPath, openId);
  }

  async #find(scope: RequestScope, openId: string): Promise<FoundResource> {
    const user = await this.#lookUp(scope, openId);
    if (user === undefined) throw notFound('user');
    if (!user.inScope) throw insufficientScope('the token does not reach this resource');
    return user;
  }
}

function viewVendorUser({ id, document }: StoredResource): VendorUser {
  return {
    id,
    userName: String(document['userName']),
    fullname: displayOf(document),
    email: emailOf(document['emails']),
    openid: textOf(readAttribute(document, openIdPath)),
  };
}

/** The primary address, or else the first. */
function emailOf(emails: unknown): string | null {
  const objects = Array.isArray(emails) ? emails.filter(isJsonObject) : [];
  const chosen = objects.find((email) => email['primary'] === true) ?? objects[0];
  return textOf(chosen?.['value']);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
