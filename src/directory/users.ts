import { keepImmutable } from '../protocol/keep-immutable.js';
import { project, wants, type Projection } from '../protocol/projection.js';
import { showingChanged, showingWritten } from '../protocol/written-projection.js';
import { conformerFor } from '../schema/conform.js';
import { userType } from '../schema/resource-type.js';
import { groupsOfUsers } from '../store/read-members.js';
import type { FoundResource, StoredResource } from '../store/resource-store.js';
import { usersTable } from '../store/resource-table.js';
import { readTables, writeTables, type TenantTables } from '../store/tenant-tables.js';
import { ensureUnitSet } from '../store/unit-store.js';
import { unitsForNew } from './assign-units.js';
import { scimUrlOf, type DirectoryContext } from './context.js';
import { defaultRoles } from './default-roles.js';
import { splitUser, withUnits, type UserParts } from './document-parts.js';
import { findOrRefuse, lockForWrite } from './find-or-refuse.js';
import { settleGrants } from './grant-roles.js';
import { hasRoles, withShownGrants } from './granted-roles.js';
import { noLicences, readLicences, type Licences } from './licences.js';
import { hashPassword, requireStrong } from './passwords.js';
import { patchDocument, readPatch, repeats } from './patch-document.js';
import {
  hasAccess,
  requireAccess,
  requireAccessTo,
  scopeTo,
  unknownAttributes,
  type RequestScope,
} from './request-scope.js';
import type { ResourceAnswer, ResourceRequest, WriteTarget } from './resource-answer.js';
import { locationOf, viewUser, type ResourceView, type UserViewContext } from './resource-view.js';
import { keepManaged, requireOwnAttributes } from './self-service.js';
import { unitNames, unitNamesOf } from './unit-names.js';
import { addUser, changesReach, changeUser, removeUser } from './user-writes.js';

/** A user that is about to change: its document with the grants that are shown, and the names of its units. */
interface ShownUser {
  readonly current: FoundResource;
  readonly units: readonly string[];
  readonly licences: Licences;
}

/** What a change of a user makes of the one that is there. */
type NextUser = (shown: ShownUser, tables: TenantTables) => Promise<UserParts>;

/** The people of a client, as SCIM Users (RFC 7643 §4.1). */
export class Users {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /**
   * Adds a user, or brings a leaver of the same userName back under the old id (RFC 7644 §3.3). Without roles it gets those of its
   * userType. Throws `invalidValue`, 403 for units beyond the token's, 409 `uniqueness` for a userName that is taken.
   */
  async create(scope: RequestScope, body: unknown, projection: Projection): Promise<ResourceAnswer> {
    requireAccess(scope, 'provision');
    const whole = conformerFor(userType).resource(body, { unknown: unknownAttributes(scope) });
    const parts = splitUser(whole);
    const passwordHash = await hashOf(parts);
    const user = await this.#write(scope, async (tables) => {
      const unitSet = await ensureUnitSet(tables, await unitsForNew(tables, parts.units));
      const given = { ...parts.document, active: parts.document['active'] ?? true };
      const after = hasRoles(given) ? given : await defaultRoles(tables, given);
      const document = await settleGrants(tables, { before: {}, after, licences: noLicences });
      return addUser(tables, scope, { document, unitSet, passwordHash });
    });
    return this.#answer(scope, user, showingWritten(projection, whole));
  }

  /** The user with this id (RFC 7644 §3.4.1). Throws 404, or 403 out of scope. */
  async read(caller: RequestScope, id: string, projection: Projection): Promise<ResourceAnswer> {
    const scope = scopeTo(caller, id);
    requireAccessTo(scope, id, 'read');
    const user = await findOrRefuse(readTables(this.#context.database, scope), usersTable, id, { lock: false });
    return this.#answer(scope, user, projection);
  }

  /**
   * Replaces what a client may write; `active`, `password` and `units` stay when the body does not name them (RFC 7644 §3.5.1).
   * A body that changes nothing leaves the version alone. People replace of themselves what is theirs to change.
   */
  async replace(caller: RequestScope, request: ResourceRequest): Promise<ResourceAnswer> {
    const scope = scopeTo(caller, request.id);
    requireAccessTo(scope, request.id, 'provision');
    const whole = conformerFor(userType).resource(request.body, { unknown: unknownAttributes(scope) });
    const parts = splitUser(whole);
    const isManager = hasAccess(scope, 'provision');
    const projection = showingWritten(request.projection, whole);
    return this.#change(scope, { ...request, projection }, parts, async ({ current }) => {
      const given = isManager ? parts.document : keepManaged(current.document, parts.document);
      const document = keepImmutable(userType, current.document, given);
      return { ...parts, document: { ...document, active: document['active'] ?? current.document['active'] } };
    });
  }

  /** Applies the operations of a PATCH, all or none (RFC 7644 §3.5.2). */
  async patch(caller: RequestScope, request: ResourceRequest): Promise<ResourceAnswer> {
    const scope = scopeTo(caller, request.id);
    requireAccessTo(scope, request.id, 'provision');
    const patch = readPatch(userType, request.body, scope);
    const projection = showingChanged(request.projection, patch.plan);
    return this.#change(
      scope,
      { ...request, projection },
      { password: patch.password },
      async ({ current, units, licences }, tables) => {
        const groups = repeats(patch, 'groups') ? await groupsOfUsers(tables, [current.id]) : undefined;
        const shown = viewUser(current, groups?.get(current.id), { ...this.#viewContext(tables, units), licences });
        const parts = splitUser(patchDocument(patch, withUnits('User', current.document, units), shown));
        return {
          ...parts,
          // Taking the attribute away says nothing of whether the person is there, so it stays as it was.
          document: { ...parts.document, active: parts.document['active'] ?? current.document['active'] },
          units: parts.units ?? [],
        };
      },
    );
  }

  /**
   * Deletes a user: the row stays inactive, out of every list, and the userName is free (RFC 7644 §3.6).
   * Throws 409 for the last active administrator.
   */
  async remove(scope: RequestScope, target: WriteTarget): Promise<void> {
    requireAccess(scope, 'provision');
    await this.#write(scope, async (tables) => {
      await removeUser(tables, scope, await lockForWrite(tables, usersTable, target));
    });
    this.#context.tokenCache.clearPersonal();
  }

  async #change(
    scope: RequestScope,
    request: ResourceRequest,
    given: Pick<UserParts, 'password'>,
    next: NextUser,
  ): Promise<ResourceAnswer> {
    // Hashed ahead of the transaction, because others wait for that.
    const passwordHash = given.password === undefined ? undefined : await hashPassword(given.password);
    const { user, attributes } = await this.#write(scope, async (tables) => {
      const current = await lockForWrite(tables, usersTable, request);
      const names = await unitNamesOf(tables, current.unitSet);
      const licences = hasRoles(current.document) ? await readLicences(tables) : noLicences;
      const shown = { ...current, document: withShownGrants(current.document, licences) };
      const parts = await next({ current: shown, units: names, licences }, tables);
      if (!hasAccess(scope, 'provision')) requireOwnAttributes({ document: shown.document, units: names }, parts);
      if (given.password !== undefined) requireStrong(given.password, String(parts.document['userName']));
      const grants = { before: current.document, after: parts.document, licences };
      const document = await settleGrants(tables, grants);
      return changeUser(tables, scope, { current, names, parts: { ...parts, document }, passwordHash });
    });
    if (changesReach(attributes)) this.#context.tokenCache.clearPersonal();
    return this.#answer(scope, user, request.projection);
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
    const licences = users.some(({ document }) => hasRoles(document)) ? await readLicences(tables) : noLicences;
    const units = await unitNames(
      tables,
      users.map((user) => user.unitSet),
    );
    return users.map((user) => {
      const context = { ...this.#viewContext(tables, units.get(user.unitSet) ?? []), licences };
      return project(projection, viewUser(user, groups?.get(user.id), context));
    });
  }

  #viewContext(tables: TenantTables, units: readonly string[]): Omit<UserViewContext, 'licences'> {
    return { clientId: tables.scope.clientId, scimUrl: scimUrlOf(this.#context), units };
  }
}

async function hashOf({ password, document }: UserParts): Promise<string | undefined> {
  if (password === undefined) return undefined;
  requireStrong(password, String(document['userName']));
  return hashPassword(password);
}
