import { nowInstant } from '../clock.js';
import { project, wants, type Projection } from '../protocol/projection.js';
import { conformerFor } from '../schema/conform.js';
import { isEqualValue, type ResourceDocument } from '../schema/document.js';
import { userType } from '../schema/resource-type.js';
import { appendChange } from '../store/change-log.js';
import { forgetPassword, storePassword } from '../store/credential-store.js';
import { groupsOfUsers, removeFromAllGroups } from '../store/membership-store.js';
import { insertResource, updateResource, type FoundResource, type StoredResource } from '../store/resource-store.js';
import { usersTable } from '../store/resource-table.js';
import { readTables, writeTables, type TenantTables } from '../store/tenant-tables.js';
import { revokeTokensOfUser } from '../store/token-store.js';
import { ensureUnitSet } from '../store/unit-store.js';
import { findLeaver, markDeleted } from '../store/user-store.js';
import { unitsForNew, unitsNamed } from './assign-units.js';
import { changedAttributes, changedValues } from './changed-attributes.js';
import { scimUrlOf, type DirectoryContext } from './context.js';
import { splitUser, withUnits, type UserParts } from './document-parts.js';
import { findOrRefuse, lockForWrite } from './find-or-refuse.js';
import { newIdentifier } from './identifiers.js';
import { hashPassword, requireStrong } from './passwords.js';
import { patchDocument, readPatch, repeats } from './patch-document.js';
import { hasAccess, requireAccess, requireAccessTo, unknownAttributes, type RequestScope } from './request-scope.js';
import type { ResourceAnswer, ResourceRequest } from './resource-answer.js';
import { locationOf, viewUser, type ResourceView, type ViewContext } from './resource-view.js';
import { keepManaged, requireOwnAttributes } from './self-service.js';
import { unitNames, unitNamesOf } from './unit-names.js';

/** What a change of a user makes of the stored one. */
type NextUser = (current: FoundResource, unitNames: readonly string[], tables: TenantTables) => Promise<UserParts>;

/** The people of a client, as SCIM Users (RFC 7643 §4.1). */
export class Users {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /**
   * Adds a user, or brings a leaver of the same userName back under the old id (RFC 7644 §3.3).
   * Throws `invalidValue`, 403 for units beyond the token's, 409 `uniqueness` for a userName that is taken.
   */
  async create(scope: RequestScope, body: unknown, projection: Projection): Promise<ResourceAnswer> {
    requireAccess(scope, 'provision');
    const parts = splitUser(conformerFor(userType).resource(body, { unknown: unknownAttributes(scope) }));
    const passwordHash = await hashOf(parts, parts.document);
    const user = await this.#write(scope, async (tables) => {
      const unitSet = await ensureUnitSet(tables, await unitsForNew(tables, parts.units));
      const document = { ...parts.document, active: parts.document['active'] ?? true };
      const stored = await this.#insertOrRevive(tables, scope, document, unitSet);
      if (passwordHash !== undefined) await storePassword(tables, stored.id, passwordHash);
      return stored;
    });
    return this.#answer(scope, user, projection);
  }

  /** The user with this id (RFC 7644 §3.4.1). Throws 404, or 403 out of scope. */
  async read(scope: RequestScope, id: string, projection: Projection): Promise<ResourceAnswer> {
    requireAccessTo(scope, id, 'read');
    const user = await findOrRefuse(readTables(this.#context.database, scope), usersTable, id, { lock: false });
    return this.#answer(scope, user, projection);
  }

  /**
   * Replaces what a client may write; `active`, `password` and `units` stay when the body does not name them (RFC 7644 §3.5.1).
   * A body that changes nothing leaves the version alone. People replace of themselves what is theirs to change.
   */
  async replace(scope: RequestScope, request: ResourceRequest): Promise<ResourceAnswer> {
    requireAccessTo(scope, request.id, 'provision');
    const parts = splitUser(conformerFor(userType).resource(request.body, { unknown: unknownAttributes(scope) }));
    const isManager = hasAccess(scope, 'provision');
    return this.#change(scope, request, parts, async (current) => {
      const document = isManager ? parts.document : keepManaged(current.document, parts.document);
      return { ...parts, document: { ...document, active: document['active'] ?? current.document['active'] } };
    });
  }

  /** Applies the operations of a PATCH, all or none (RFC 7644 §3.5.2). */
  async patch(scope: RequestScope, request: ResourceRequest): Promise<ResourceAnswer> {
    requireAccessTo(scope, request.id, 'provision');
    const patch = readPatch(userType, request.body, scope);
    return this.#change(scope, request, { password: patch.password }, async (current, units, tables) => {
      const groups = repeats(patch, 'groups') ? await groupsOfUsers(tables, [current.id]) : undefined;
      const shown = viewUser(current, groups?.get(current.id), this.#viewContext(tables, units));
      const parts = splitUser(patchDocument(patch, withUnits('User', current.document, units), shown));
      return {
        ...parts,
        document: { ...parts.document, active: parts.document['active'] ?? true },
        units: parts.units ?? [],
      };
    });
  }

  /** Deletes a user: the row stays inactive, out of every list, and the userName is free (RFC 7644 §3.6). */
  async remove(scope: RequestScope, request: Pick<ResourceRequest, 'id' | 'ifMatch'>): Promise<void> {
    requireAccess(scope, 'provision');
    await this.#write(scope, async (tables) => {
      const user = await lockForWrite(tables, usersTable, request.id, request.ifMatch);
      const change = { version: user.version + 1, at: nowInstant() };
      const groups = await removeFromAllGroups(tables, user.id);
      await markDeleted(tables, user, change);
      await this.#endTokens(tables, user.id, 'user-deleted');
      await appendChange(tables, scope.actor, {
        action: 'delete',
        resourceType: 'User',
        resourceId: user.id,
        version: change.version,
        unitSet: user.unitSet,
        members: { added: [], removed: groups },
      });
    });
    this.#context.tokenCache.clear();
  }

  async #insertOrRevive(
    tables: TenantTables,
    scope: RequestScope,
    document: ResourceDocument,
    unitSet: string,
  ): Promise<StoredResource> {
    const at = nowInstant();
    const leaver = await findLeaver(tables, String(usersTable.keyValues(document)[0]));
    const user: StoredResource = {
      id: leaver?.id ?? newIdentifier(),
      version: (leaver?.version ?? 0) + 1,
      document,
      unitSet,
      createdAt: leaver?.createdAt ?? at,
      lastModified: at,
    };
    if (leaver === undefined) await insertResource(tables, usersTable, user);
    else {
      await forgetPassword(tables, user.id);
      // The leaver's values were taken out of the value index when it was deleted.
      await updateResource(tables, usersTable, user, {});
    }
    await appendChange(tables, scope.actor, {
      action: leaver === undefined ? 'create' : 'revive',
      resourceType: 'User',
      resourceId: user.id,
      version: user.version,
      attributes: changedAttributes({}, document),
      unitSet: user.unitSet,
      detail: changedValues({}, document),
    });
    return user;
  }

  async #change(
    scope: RequestScope,
    request: ResourceRequest,
    given: Pick<UserParts, 'password'>,
    next: NextUser,
  ): Promise<ResourceAnswer> {
    // Hashed ahead of the transaction, because others wait for that.
    const passwordHash = given.password === undefined ? undefined : await hashPassword(given.password);
    let endsTokens = false;
    const user = await this.#write(scope, async (tables) => {
      const current = await lockForWrite(tables, usersTable, request.id, request.ifMatch);
      const names = await unitNamesOf(tables, current.unitSet);
      const parts = await next(current, names, tables);
      if (!hasAccess(scope, 'provision')) requireOwnAttributes({ document: current.document, units: names }, parts);
      if (given.password !== undefined) requireStrong(given.password, String(parts.document['userName']));
      const changed = await this.#update(tables, scope, { current, names, parts, passwordHash });
      endsTokens = changed.document['active'] === false && current.document['active'] !== false;
      if (endsTokens) await this.#endTokens(tables, current.id, 'user-deactivated');
      return changed;
    });
    if (endsTokens) this.#context.tokenCache.clear();
    return this.#answer(scope, user, request.projection);
  }

  async #update(
    tables: TenantTables,
    scope: RequestScope,
    change: { current: FoundResource; names: readonly string[]; parts: UserParts; passwordHash: string | undefined },
  ): Promise<StoredResource> {
    const { current, names, parts, passwordHash } = change;
    const movesUnits = parts.units !== undefined && !isEqualValue(parts.units.toSorted(), names.toSorted());
    const attributes = [
      ...changedAttributes(current.document, parts.document),
      ...(movesUnits ? ['units'] : []),
      ...(passwordHash === undefined ? [] : ['password']),
    ];
    if (attributes.length === 0) return current;
    const unitSet = movesUnits ? await ensureUnitSet(tables, await unitsNamed(tables, parts.units)) : current.unitSet;
    const user = {
      ...current,
      document: parts.document,
      unitSet,
      version: current.version + 1,
      lastModified: nowInstant(),
    };
    await updateResource(tables, usersTable, user, current.document);
    if (passwordHash !== undefined) await storePassword(tables, user.id, passwordHash);
    await appendChange(tables, scope.actor, {
      action: 'update',
      resourceType: 'User',
      resourceId: user.id,
      version: user.version,
      attributes,
      unitSet: user.unitSet,
      detail: {
        ...changedValues(current.document, parts.document),
        ...(movesUnits ? { units: { before: names, after: parts.units } } : {}),
      },
    });
    return user;
  }

  async #endTokens(tables: TenantTables, userId: string, reason: string): Promise<void> {
    await revokeTokensOfUser(tables, { userId, at: nowInstant(), reason });
  }

  #write<Result>(scope: RequestScope, work: (tables: TenantTables) => Promise<Result>): Promise<Result> {
    return writeTables(this.#context.database, scope, work);
  }

  async #answer(scope: RequestScope, user: StoredResource, projection: Projection): Promise<ResourceAnswer> {
    const [body] = await this.show(readTables(this.#context.database, scope), [user], projection);
    const location = locationOf(userType, user.id, scimUrlOf(this.#context));
    return { id: user.id, version: user.version, lastModified: user.lastModified, location, body };
  }

  /** The users as they are shown, in their order. */
  async show(
    tables: TenantTables,
    users: readonly StoredResource[],
    projection: Projection,
  ): Promise<readonly ResourceView[]> {
    const ids = users.map((user) => user.id);
    const groups = wants(projection, 'groups') && ids.length > 0 ? await groupsOfUsers(tables, ids) : undefined;
    const units = await unitNames(
      tables,
      users.map((user) => user.unitSet),
    );
    return users.map((user) => {
      const context = this.#viewContext(tables, units.get(user.unitSet) ?? []);
      return project(projection, viewUser(user, groups?.get(user.id), context));
    });
  }

  #viewContext(tables: TenantTables, units: readonly string[]): ViewContext {
    return { clientId: tables.scope.clientId, scimUrl: scimUrlOf(this.#context), units };
  }
}

async function hashOf(parts: UserParts, document: ResourceDocument): Promise<string | undefined> {
  if (parts.password === undefined) return undefined;
  requireStrong(parts.password, String(document['userName']));
  return hashPassword(parts.password);
}
