import { insufficientScope, type RequestError } from '../../errors.js';
import { keepImmutable } from '../../protocol/keep-immutable.js';
import { wants, type Projection } from '../../protocol/projection.js';
import { showingChanged, showingWritten } from '../../protocol/written-projection.js';
import { conformerFor } from '../../schema/conform.js';
import { userType } from '../../schema/resource-type.js';
import { together } from '../../store/database/together.js';
import { groupsOfUsers } from '../../store/resources/read-members.js';
import type { FoundResource, StoredResource } from '../../store/resources/resource-store.js';
import { usersTable } from '../../store/resources/resource-table.js';
import { storedOf, type ShownResource } from '../../store/resources/shown-resource.js';
import { hasUserLimit } from '../../store/resources/user-limit-store.js';
import { readTables, writeTables, type TenantTables } from '../../store/tenant/tenant-tables.js';
import { ensureUnitSet } from '../../store/tenant/unit-store.js';
import { unitsForNew } from '../clients/assign-units.js';
import { scimUrlOf, type DirectoryContext } from '../context.js';
import { defaultRoles } from '../roles/default-roles.js';
import { splitUser, withUnits, type UserParts } from '../document-parts.js';
import { findShownOrRefuse, lockForWrite, lockShownForWrite } from '../find-or-refuse.js';
import { settleGrants } from '../roles/grant-roles.js';
import { hasRoles, withShownGrants } from '../roles/granted-roles.js';
import { noLicences, readLicences, type Licences } from '../roles/licences.js';
import { hashPassword, requireStrong } from './passwords.js';
import { patchDocument, readPatch, repeats, touches } from '../patch-document.js';
import {
  hasAccess,
  requireAccess,
  requireAccessTo,
  scopeTo,
  unknownAttributes,
  type RequestScope,
} from '../request-scope.js';
import type { ResourceAnswer, ResourceRequest, ResourceText, WriteTarget } from '../resource-answer.js';
import { viewUser } from '../resource-view.js';
import { keepManaged, requireOwnAttributes } from './self-service.js';
import { answerUser, shownAsWritten, showUsers, type KnownBesides, type UserShowing } from './show-users.js';
import { addUser, changesReach, changeUser, removeUser } from './user-writes.js';

/** A user that is about to change: its document with the grants that are shown, and the names of its units. */
interface ShownUser {
  readonly current: FoundResource;
  readonly units: readonly string[];
  readonly licences: Licences;
}

/** What is known of a change of a user before it is read. */
interface GivenChange extends Pick<UserParts, 'password'> {
  /** Whether it may switch the user on or off. */
  readonly switches?: boolean;
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
    const shown = showingWritten(projection, whole);
    const user = await this.#write(scope, async (tables) => {
      const unitSet = await ensureUnitSet(tables, await unitsForNew(tables, parts.units));
      const given = { ...parts.document, active: parts.document['active'] ?? true };
      const after = hasRoles(given) ? given : await defaultRoles(tables, given);
      const document = await settleGrants(tables, { before: {}, after, licences: noLicences });
      return addUser(tables, scope, { document, unitSet, passwordHash });
    });
    // Units are named as the client has them, and administrators are members of their group.
    const isKnown = user.unitSet === '' && !hasRoles(user.document);
    return this.#answerWritten(scope, user, shown, isKnown ? { units: [], groups: [] } : undefined);
  }

  /** The user with this id (RFC 7644 §3.4.1). Throws 404, or 403 out of scope. */
  async read(caller: RequestScope, id: string, projection: Projection): Promise<ResourceAnswer> {
    const scope = scopeTo(caller, id);
    requireAccessTo(scope, id, 'read');
    const tables = readTables(this.#context.database, scope);
    const options = { lock: false, groups: wants(projection, 'groups') };
    return answerUser(tables, await findShownOrRefuse(tables, usersTable, id, options), this.#showing(projection));
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
      { password: patch.password, switches: touches(patch, 'active') },
      async ({ current, units, licences }, tables) => {
        const groups = repeats(patch, 'groups') ? await groupsOfUsers(tables, [current.id]) : undefined;
        const { clientId } = scope;
        const context = { clientId, scimUrl: scimUrlOf(this.#context), units, licences };
        const shown = () => viewUser(current, groups?.get(current.id), context);
        const parts = splitUser(await patchDocument(patch, withUnits('User', current.document, units), shown));
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
    given: GivenChange,
    next: NextUser,
  ): Promise<ResourceAnswer> {
    if (given.password !== undefined && !hasAccess(scope, 'provision')) throw oldPasswordNeeded();
    // Hashed ahead of the transaction, because others wait for that.
    const passwordHash = given.password === undefined ? undefined : await hashPassword(given.password);
    const { projection } = request;
    const options = { groups: wants(projection, 'groups') };
    const { user, attributes, besides } = await this.#write(scope, async (tables) => {
      const [besides, isLimited] = await together(
        lockShownForWrite(tables, usersTable, request, options),
        given.switches === true ? hasUserLimit(tables) : Promise.resolve(undefined),
      );
      const current = { ...storedOf(besides), inScope: besides.inScope };
      const names = besides.units;
      const licences = hasRoles(current.document) ? await readLicences(tables) : noLicences;
      const shown = { ...current, document: withShownGrants(current.document, licences) };
      const parts = await next({ current: shown, units: names, licences }, tables);
      if (!hasAccess(scope, 'provision')) requireOwnAttributes({ document: shown.document, units: names }, parts);
      if (given.password !== undefined) requireStrong(given.password, String(parts.document['userName']));
      const grants = { before: current.document, after: parts.document, licences };
      const document = await settleGrants(tables, grants);
      const change = { current, names, parts: { ...parts, document }, passwordHash, isLimited };
      return { ...(await changeUser(tables, scope, change)), besides };
    });
    if (changesReach(attributes)) this.#context.tokenCache.clearPersonal();
    const movesBesides = attributes.includes('units') || attributes.includes('roles');
    return this.#answerWritten(scope, user, projection, movesBesides ? undefined : besides);
  }

  #write<Result>(scope: RequestScope, work: (tables: TenantTables) => Promise<Result>): Promise<Result> {
    return writeTables(this.#context.database, scope, work);
  }

  async #answerWritten(
    scope: RequestScope,
    user: StoredResource,
    projection: Projection,
    known: KnownBesides | undefined,
  ): Promise<ResourceAnswer> {
    const tables = readTables(this.#context.database, scope);
    return answerUser(tables, await shownAsWritten(tables, user, projection, known), this.#showing(projection));
  }

  /** The users as they are shown, in their order. */
  show(
    tables: TenantTables,
    users: readonly ShownResource[],
    projection: Projection,
  ): Promise<readonly ResourceText[]> {
    return showUsers(tables, users, this.#showing(projection));
  }

  #showing(projection: Projection): UserShowing {
    return { projection, scimUrl: scimUrlOf(this.#context) };
  }
}

/** 403: whoever has found somebody's personal token must not become that person for good. */
function oldPasswordNeeded(): RequestError {
  return insufficientScope(
    'people change their password with the old one, at /api/v1/users/self/update-password; here an administrator sets it',
  );
}

async function hashOf({ password, document }: UserParts): Promise<string | undefined> {
  if (password === undefined) return undefined;
  requireStrong(password, String(document['userName']));
  return hashPassword(password);
}
