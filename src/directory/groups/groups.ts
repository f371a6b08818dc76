import { nowInstant } from '../../clock.js';
import { keepImmutable } from '../../protocol/keep-immutable.js';
import type { MemberChange } from '../../protocol/plan-patch.js';
import { wants, type Projection } from '../../protocol/projection.js';
import { showingChanged, showingWritten } from '../../protocol/written-projection.js';
import { conformerFor } from '../../schema/conform.js';
import { isEqualValue } from '../../schema/document.js';
import { groupType } from '../../schema/resource-type.js';
import { appendChange, type ChangeDetail, type ChangeEntry } from '../../store/trail/change-log.js';
import { insertPlace, placesOf, type CollaborationPlace } from '../../store/organisation/collaboration-store.js';
import { countMembers, listMembers, membersOfGroups, type Member } from '../../store/resources/read-members.js';
import {
  insertResource,
  touchResource,
  updateResource,
  type FoundResource,
  type StoredResource,
} from '../../store/resources/resource-store.js';
import { groupsTable } from '../../store/resources/resource-table.js';
import { storedOf, type ShownResource } from '../../store/resources/shown-resource.js';
import { together } from '../../store/database/together.js';
import { readTables, writeTables, type TenantTables, type WriteOptions } from '../../store/tenant/tenant-tables.js';
import { ensureUnitSet } from '../../store/tenant/unit-store.js';
import { unitsNamed } from '../clients/assign-units.js';
import { differenceOf } from '../audit/changed-attributes.js';
import { scimUrlOf, type DirectoryContext } from '../context.js';
import { splitGroup, withKind, withPlace, withUnits, type GroupParts } from '../document-parts.js';
import { findOrRefuse, lockForWrite } from '../find-or-refuse.js';
import { allMembers, applyMemberChanges, beginMemberChanges, type MemberDifference } from './group-members.js';
import { membersAsWritten, readGroup, readMembersOf } from './group-snapshot.js';
import { followMembers, givesAccess, kindForNew, kindOf, requireFixedParts, requireSameKind } from './group-kinds.js';
import { requireUnblocked } from './group-blockers.js';
import { followCollaboration } from './follow-collaboration.js';
import { hasPlace, placeNewGroup, requireAttributesOf, requireMovable, requireSamePlace } from './group-place.js';
import { newIdentifier } from '../identifiers.js';
import type { LeaverPolicy } from '../leaver-guard.js';
import { requireOwnWildcards, requireWildcards } from '../roles/permissions.js';
import { patchDocument, readPatch } from '../patch-document.js';
import { removeGroup } from './remove-group.js';
import { requireAccess, unknownAttributes, type RequestScope } from '../request-scope.js';
import type { ResourceAnswer, ResourceRequest, ResourceText, WriteTarget } from '../resource-answer.js';
import { locationOf, viewGroup } from '../resource-view.js';
import { renderGroup } from './render-group.js';
import { unitNames, unitNamesOf } from '../clients/unit-names.js';

// A PATCH of a larger group is answered without the group, because the answer must not cost more than the request.
const membersInAnswer = 100;
// A page of groups ends early rather than hold more members than this; the next page goes on after it.
const membersAPage = 20_000;

/** What a change of a group makes of the stored one, its members apart. */
type NextGroup = (
  current: FoundResource,
  unitNames: readonly string[],
  place: CollaborationPlace | undefined,
) => Promise<Omit<GroupParts, 'members'>>;

interface GroupChange {
  readonly next: NextGroup;
  readonly members: readonly MemberChange[];
  readonly showing: Showing;
}

/** What has become of a group. */
interface SavedChange {
  readonly before: FoundResource;
  readonly group: StoredResource;
  readonly members: MemberDifference;
  readonly attributes: readonly string[];
  readonly detail: ChangeDetail;
  readonly showing: Showing;
}

/** How much of a group an answer shows. */
interface Showing {
  readonly projection: Projection;
  /** A group with more members is not shown. */
  readonly largest: number;
}

/** A group that an answer is about, and its members where they have been read; none where they are not shown. */
interface AnsweredGroup {
  readonly group: StoredResource;
  readonly members: readonly Member[] | undefined;
}

/** The groups of a client, as SCIM Groups (RFC 7643 §4.2). */
export class Groups {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /**
   * Adds a group with its members (RFC 7644 §3.3). Throws `invalidValue` for a member that is nobody here, 403 for units
   * or members beyond the token's, 409 `uniqueness` for a name that a group of the same units has.
   */
  async create(scope: RequestScope, body: unknown, projection: Projection): Promise<ResourceAnswer> {
    requireAccess(scope, 'provision');
    const whole = conformerFor(groupType).resource(body, { unknown: unknownAttributes(scope) });
    const parts = splitGroup(whole);
    const showing = { projection: showingWritten(projection, whole), largest: allMembers };
    const written = await this.#write(scope, async (tables) => {
      const at = nowInstant();
      const { document } = parts;
      requireWildcards(document);
      requireOwnWildcards(scope, {}, document);
      const kind = kindForNew(parts.kind);
      const { unitSet, place } = await placeNewGroup(tables, kind, parts);
      const times = { createdAt: at, lastModified: at };
      const stored = { id: newIdentifier(), version: 1, document, unitSet, ...times, standing: kind };
      await insertResource(tables, groupsTable, stored);
      if (place !== undefined) await insertPlace(tables, stored.id, place);
      const changes: MemberChange[] = [{ kind: 'addMembers', ids: parts.members ?? [] }];
      const begun = await beginMemberChanges(tables, stored.id, changes);
      const given = await applyMemberChanges(tables, stored.id, { changes, begun, policy: this.#policy(scope) });
      await followMembers(tables, scope, { id: stored.id, kind, members: given });
      const change = { group: stored, before: undefined, members: given };
      const members = await followCollaboration(tables, scope, change);
      await this.#log(tables, scope, stored, {
        action: 'create',
        ...differenceOf({}, document),
        members,
      });
      return this.#asWritten(tables, stored, showing);
    });
    if (givesAccess(kindOf(written.group))) this.#context.tokenCache.clear();
    return this.#answer(scope, written, showing);
  }

  /** The group with this id (RFC 7644 §3.4.1). Throws 404, or 403 out of scope. */
  async read(scope: RequestScope, id: string, projection: Projection): Promise<ResourceAnswer> {
    requireAccess(scope, 'read');
    const tables = readTables(this.#context.database, scope);
    const found = wants(projection, 'members')
      ? await readGroup(this.#context.database, scope, id)
      : { group: await findOrRefuse(tables, groupsTable, id, { lock: false }), members: [] };
    return this.#answer(scope, found, { projection, largest: allMembers });
  }

  /** The groups as they are shown, in their order; the first of them alone where they are very large, none for one that is gone. */
  async show(
    tables: TenantTables,
    shown: readonly ShownResource[],
    projection: Projection,
  ): Promise<readonly (ResourceText | undefined)[]> {
    const groups = shown.map(storedOf);
    if (!wants(projection, 'members')) return this.#project(tables, groups, projection, () => undefined);
    const counts = await withinMembers(
      tables,
      groups.map(({ id }) => id),
    );
    const within = groups.slice(0, counts.size);
    const read = await readMembersOf(this.#context.database, tables, within, counts);
    const members = new Map(read.map(({ group, members: ofGroup }) => [group.id, ofGroup]));
    const own = read.map(({ group }) => group);
    const views = await this.#project(tables, own, projection, (id) => members.get(id));
    const texts = new Map(own.map(({ id }, place) => [id, views[place]]));
    return within.map(({ id }) => texts.get(id));
  }

  /** The ids of the users of these groups that the scope reaches, in order; of the first of them alone where they have very many. */
  async userIds(scope: RequestScope, groupIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    requireAccess(scope, 'read');
    const tables = readTables(this.#context.database, scope);
    const counts = await withinMembers(tables, groupIds);
    const members = await membersOfGroups(tables, counts);
    const usersIn = (id: string) => (members.get(id) ?? []).filter(({ type }) => type === 'User');
    return new Map([...counts.keys()].map((id) => [id, usersIn(id).map(({ value }) => value)]));
  }

  async #project(
    tables: TenantTables,
    groups: readonly StoredResource[],
    projection: Projection,
    membersOf: (id: string) => readonly Member[] | undefined,
  ): Promise<readonly ResourceText[]> {
    const rendering = { projection, scimUrl: scimUrlOf(this.#context) };
    const texts: ResourceText[] = [];
    for (const { id, view } of await this.#views(tables, groups)) {
      texts.push(await renderGroup(view, membersOf(id), rendering));
    }
    return texts;
  }

  /** Replaces what a client may write; `units` stay when the body does not name them (RFC 7644 §3.5.1). */
  async replace(scope: RequestScope, request: ResourceRequest): Promise<ResourceAnswer> {
    requireAccess(scope, 'provision');
    const whole = conformerFor(groupType).resource(request.body, { unknown: unknownAttributes(scope) });
    const parts = splitGroup(whole);
    const members: MemberChange[] = [{ kind: 'replaceMembers', ids: parts.members ?? [] }];
    const next: NextGroup = async (current) => ({
      ...parts,
      document: keepImmutable(groupType, current.document, parts.document),
    });
    const showing = { projection: showingWritten(request.projection, whole), largest: allMembers };
    return this.#change(scope, request, { members, next, showing });
  }

  /**
   * Applies the operations of a PATCH, all or none (RFC 7644 §3.5.2). Members change as rows, at a cost that does not depend
   * on the size of the group.
   */
  async patch(scope: RequestScope, request: ResourceRequest): Promise<ResourceAnswer> {
    requireAccess(scope, 'provision');
    const patch = readPatch(groupType, request.body, scope);
    const largest = request.projectionGiven ? allMembers : membersInAnswer;
    const next: NextGroup = async (current, names, place) => {
      const { clientId } = scope;
      const shown = () => viewGroup(current, { clientId, scimUrl: scimUrlOf(this.#context), units: names, place });
      const whole = withKind(withUnits('Group', current.document, names), kindOf(current));
      const parts = splitGroup(await patchDocument(patch, withPlace(whole, place), shown));
      return { ...parts, units: parts.units ?? [] };
    };
    const showing = { projection: showingChanged(request.projection, patch.plan), largest };
    return this.#change(scope, request, { members: patch.plan.members, next, showing });
  }

  /** Deletes a group for good; its members stay (RFC 7644 §3.6). */
  async remove(scope: RequestScope, target: WriteTarget): Promise<void> {
    requireAccess(scope, 'provision');
    const kind = await this.#write(scope, async (tables) => {
      const group = await lockForWrite(tables, groupsTable, target);
      await requireUnblocked(tables, group);
      await removeGroup(tables, scope, group);
      return kindOf(group);
    });
    if (givesAccess(kind)) this.#context.tokenCache.clear();
  }

  async #change(scope: RequestScope, request: ResourceRequest, change: GroupChange): Promise<ResourceAnswer> {
    const written = await this.#write(scope, (tables) => this.#carryOut(tables, scope, request, change), {
      locksFirst: request.id,
    });
    if (givesAccess(kindOf(written.group))) this.#context.tokenCache.clear();
    return this.#answer(scope, written, change.showing);
  }

  async #carryOut(
    tables: TenantTables,
    scope: RequestScope,
    request: ResourceRequest,
    { members: changes, next, showing }: GroupChange,
  ): Promise<AnsweredGroup> {
    // Others wait for the lock, so the members travel with it; whatever refuses the write undoes them.
    const [current, begun] = await together(
      lockForWrite(tables, groupsTable, request),
      beginMemberChanges(tables, request.id, changes),
    );
    const names = await unitNamesOf(tables, current.unitSet);
    const kind = kindOf(current);
    const parts = await partsAfter(tables, current, names, next);
    const given = await applyMemberChanges(tables, current.id, { changes, begun, policy: this.#policy(scope) });
    const differing = differenceOf(current.document, parts.document);
    const attributes = [...differing.attributes];
    const movesUnits = parts.units !== undefined && !isEqualValue(parts.units.toSorted(), names.toSorted());
    if (movesUnits) requireMovable(scope, kind);
    const unitSet = movesUnits ? await ensureUnitSet(tables, await unitsNamed(tables, parts.units)) : current.unitSet;
    if (movesUnits) attributes.push('units');
    requireFixedParts(kind, attributes);
    await followMembers(tables, scope, { id: current.id, kind, members: given });
    if (given.added.length + given.removed.length + attributes.length === 0)
      return this.#asWritten(tables, current, showing);
    const changed = {
      ...current,
      document: parts.document,
      unitSet,
      version: current.version + 1,
      lastModified: nowInstant(),
    };
    const detail = {
      ...differing.detail,
      ...(movesUnits ? { units: { before: names, after: parts.units } } : {}),
    };
    return this.#save(tables, scope, { before: current, group: changed, members: given, attributes, detail, showing });
  }

  /** Writes what has become of a group, and draws the consequences; the group as its answer shows it. */
  async #save(tables: TenantTables, scope: RequestScope, change: SavedChange): Promise<AnsweredGroup> {
    const { before, group, attributes, detail } = change;
    const members = await followCollaboration(tables, scope, change);
    await this.#log(tables, scope, group, { action: 'update', attributes, members, detail });
    const saved =
      attributes.length === 0
        ? touchResource(tables, groupsTable, group)
        : updateResource(tables, groupsTable, group, before);
    const [, written] = await together(saved, this.#asWritten(tables, group, change.showing));
    return written;
  }

  /** In the transaction of a write, what its answer shows. */
  async #asWritten(
    tables: TenantTables,
    group: StoredResource,
    { projection, largest }: Showing,
  ): Promise<AnsweredGroup> {
    return {
      group,
      members: wants(projection, 'members') ? await membersAsWritten(tables, group.id, beyond(largest)) : [],
    };
  }

  #policy({ confirmsLeavers = false }: RequestScope): LeaverPolicy {
    return { share: this.#context.massLeaverShare, confirmed: confirmsLeavers };
  }

  async #log(
    tables: TenantTables,
    scope: RequestScope,
    group: StoredResource,
    what: Pick<ChangeEntry, 'action' | 'attributes' | 'members' | 'detail'>,
  ): Promise<void> {
    await appendChange(tables, scope.actor, {
      ...what,
      resourceType: 'Group',
      resourceId: group.id,
      version: group.version,
      unitSet: group.unitSet,
    });
  }

  #write<Result>(
    scope: RequestScope,
    work: (tables: TenantTables) => Promise<Result>,
    options?: WriteOptions,
  ): Promise<Result> {
    return writeTables(this.#context.database, scope, work, options);
  }

  async #answer(
    scope: RequestScope,
    { group, members: known }: AnsweredGroup,
    { projection, largest }: Showing,
  ): Promise<ResourceAnswer> {
    const tables = readTables(this.#context.database, scope);
    const members = known ?? (await listMembers(tables, group.id, beyond(largest)));
    const shown = members.length > largest ? [] : [group];
    const [body] = await this.#project(tables, shown, projection, () => members);
    const location = locationOf(groupType, group.id, scimUrlOf(this.#context));
    return { id: group.id, version: group.version, lastModified: group.lastModified, location, body };
  }

  /** The groups as they are shown, without their members. */
  async #views(tables: TenantTables, groups: readonly StoredResource[]) {
    const units = await unitNames(
      tables,
      groups.map((group) => group.unitSet),
    );
    const placed = groups.filter((group) => hasPlace(kindOf(group))).map(({ id }) => id);
    const places = await placesOf(tables, placed);
    return groups.map((group) => {
      const context = {
        clientId: tables.scope.clientId,
        scimUrl: scimUrlOf(this.#context),
        units: units.get(group.unitSet) ?? [],
        place: places.get(group.id),
      };
      return { id: group.id, view: viewGroup(group, context) };
    });
  }
}

/** What a change makes of a group, fit for its kind and its place. */
async function partsAfter(
  tables: TenantTables,
  current: FoundResource,
  names: readonly string[],
  next: NextGroup,
): ReturnType<NextGroup> {
  const kind = kindOf(current);
  const place = hasPlace(kind) ? (await placesOf(tables, [current.id])).get(current.id) : undefined;
  const parts = await next(current, names, place);
  requireSameKind(kind, parts.kind);
  requireSamePlace(place, parts);
  requireAttributesOf(kind, parts.document);
  requireWildcards(parts.document);
  requireOwnWildcards(tables.scope, current.document, parts.document);
  return parts;
}

/** So many members that one sees whether there are more than the largest number; all of them where all are shown. */
function beyond(largest: number): number {
  return largest === allMembers ? largest : largest + 1;
}

/** The first of the groups whose members together fit a page, at least one, and about how many each has. */
async function withinMembers(tables: TenantTables, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const counts = ids.length === 0 ? new Map<string, number>() : await countMembers(tables, ids);
  const within = new Map<string, number>();
  let total = 0;
  for (const id of ids) {
    const count = counts.get(id) ?? 0;
    total += count;
    if (within.size > 0 && total > membersAPage) break;
    within.set(id, count);
  }
  return within;
}
