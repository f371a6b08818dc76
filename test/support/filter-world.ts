import { randomUUID } from 'node:crypto';
import { Licences } from '../../src/directory/roles/licences.js';
import { viewGroup, viewMember, viewUser, type ResourceView } from '../../src/directory/resource-view.js';
import type { ResourceDocument } from '../../src/schema/document.js';
import { fold } from '../../src/schema/fold.js';
import type { ResourceTypeName } from '../../src/schema/resource-type.js';
import { insertClient } from '../../src/store/tenant/client-store.js';
import type { Database } from '../../src/store/database/connection.js';
import { addGroups, addUsers } from '../../src/store/resources/membership-store.js';
import { writePlatform } from '../../src/store/tenant/platform-tables.js';
import { insertResource } from '../../src/store/resources/resource-store.js';
import { settleInclusions } from '../../src/store/organisation/role-inclusions.js';
import { replaceLicences, saveRole, type LicensedRole } from '../../src/store/organisation/role-store.js';
import { groupsTable, usersTable, type ResourceTable } from '../../src/store/resources/resource-table.js';
import { writeTables, type TenantTables } from '../../src/store/tenant/tenant-tables.js';
import { endUnit, ensureUnitSet, insertUnit } from '../../src/store/tenant/unit-store.js';

export const publicUrl = 'https://muster.example';

const instant = '2024-02-29T12:00:00.000Z';

export interface WorldResource {
  readonly id: string;
  readonly version: number;
  readonly document: ResourceDocument;
  readonly createdAt: string;
  readonly lastModified: string;
  /** Names of units. */
  readonly units: readonly string[];
  readonly deleted?: boolean;
  readonly standing?: string;
}

export interface WorldGroup extends WorldResource {
  /** Ids of users and of groups. */
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/** A client with everything that a filter can ask about. */
export interface World {
  readonly clientId: string;
  readonly units: readonly { readonly id: string; readonly name: string; readonly ended?: boolean }[];
  /** The roles that the client has licensed, none of them twice in another letter case. */
  readonly roles: readonly { readonly name: string; readonly active: boolean; readonly contains?: readonly string[] }[];
  readonly users: readonly WorldResource[];
  readonly groups: readonly WorldGroup[];
}

/** The resources of a world as a client sees them. */
export function viewWorld(world: World, type: ResourceTypeName): readonly (ResourceView & { readonly id: string })[] {
  if (type === 'User')
    return world.users
      .filter(({ deleted }) => deleted !== true)
      .map((user) => ({ ...showUser(world, user), id: user.id }));
  return world.groups.map((group) => ({ ...showGroup(world, group), id: group.id }));
}

function contextOf(world: World, resource: WorldResource) {
  const ended = new Set(world.units.filter((unit) => unit.ended === true).map(({ name }) => name));
  const units = resource.units.filter((name) => !ended.has(name));
  return { clientId: world.clientId, scimUrl: `${publicUrl}/scim/v2`, units };
}

function rolesOf(world: World): readonly LicensedRole[] {
  return world.roles.map(({ name, active, contains = [] }) => ({
    id: randomUUID(),
    name,
    kind: 'feature',
    builtIn: false,
    display: name,
    description: undefined,
    contains,
    includes: includedIn(world, name),
    active,
    createdAt: instant,
    lastModified: instant,
    seats: undefined,
  }));
}

function includedIn({ roles }: World, name: string): readonly string[] {
  const names = new Set([name]);
  for (const each of names)
    for (const next of roles.find((role) => fold(role.name) === fold(each))?.contains ?? []) names.add(next);
  return [...names].map(fold);
}

function showUser(world: World, user: WorldResource): ResourceView {
  const direct = world.groups.filter(({ users }) => users.includes(user.id)).map(({ id }) => id);
  const all = new Set(direct);
  for (const id of all) for (const group of world.groups) if (group.groups.includes(id)) all.add(group.id);
  const shown = world.groups
    .filter(({ id }) => all.has(id))
    .map((group) => ({
      value: group.id,
      display: displayOf(groupsTable, group) ?? '',
      direct: direct.includes(group.id),
    }));
  const context = { ...contextOf(world, user), licences: new Licences(rolesOf(world)) };
  return viewUser({ ...user, unitSet: '' }, shown, context);
}

function showGroup(world: World, group: WorldGroup): ResourceView {
  const users = world.users.filter(({ id, deleted }) => group.users.includes(id) && deleted !== true);
  const groups = world.groups.filter(({ id }) => group.groups.includes(id));
  const members = [
    ...users.map((user) => ({ value: user.id, display: displayOf(usersTable, user), type: 'User' as const })),
    ...groups.map((each) => ({ value: each.id, display: displayOf(groupsTable, each), type: 'Group' as const })),
  ];
  const context = contextOf(world, group);
  const view = viewGroup({ ...group, unitSet: '' }, context);
  if (members.length === 0) return view;
  return { ...view, members: members.map((member) => viewMember(member, context.scimUrl)) };
}

/** How the store shows a resource among members. */
function displayOf(table: ResourceTable, { document }: WorldResource): string | undefined {
  const display = table.keyValues(document)[table.keyColumns.indexOf('display_name')];
  return typeof display === 'string' ? display : undefined;
}

/** Writes a world to a migrated database. */
export async function storeWorld(database: Database, world: World): Promise<void> {
  const { clientId: id } = world;
  await writePlatform(database, async (platform) => {
    await insertClient(platform, { id, name: id, active: true, createdAt: instant });
    for (const role of rolesOf(world)) await saveRole(platform, role);
    await settleInclusions(platform);
  });
  await writeTables(database, { clientId: id, units: undefined }, async (tables) => {
    const licences = world.roles.map(({ name }) => ({ role: name, seats: undefined }));
    await replaceLicences(tables, licences, instant);
    for (const unit of world.units) await insertUnit(tables, { ...unit, createdAt: instant, endedAt: undefined });
    for (const user of world.users)
      await insertResource(tables, usersTable, { ...user, unitSet: await unitSetOf(tables, world, user) });
    for (const group of world.groups)
      await insertResource(tables, groupsTable, { ...group, unitSet: await unitSetOf(tables, world, group) });
    for (const group of world.groups) {
      await addUsers(tables, group.id, group.users);
      await addGroups(tables, group.id, group.groups);
    }
    for (const unit of world.units) if (unit.ended === true) await endUnit(tables, unit.id, instant);
    for (const user of world.users) if (user.deleted === true) await deleteUser(tables, user.id);
  });
}

function unitSetOf(tables: TenantTables, world: World, { units }: WorldResource): Promise<string> {
  return ensureUnitSet(
    tables,
    world.units.filter(({ name }) => units.includes(name)).map(({ id }) => id),
  );
}

async function deleteUser(tables: TenantTables, id: string): Promise<void> {
  await tables.run('update users set deleted_at = ?, active = 0 where client_id = :client and id = ?', [instant, id]);
}
