import { parseFilter } from '../../src/protocol/parse-filter.js';
import { matchesFilter } from '../../src/protocol/match-filter.js';
import { resolveFilter, type ResolvedFilter } from '../../src/protocol/resolve-filter.js';
import { groupType, userType, type ResourceType, type ResourceTypeName } from '../../src/schema/resource-type.js';
import { compileFilter } from '../../src/store/query/compile-filter.js';
import type { Database } from '../../src/store/database/connection.js';
import { groupsTable, usersTable } from '../../src/store/resources/resource-table.js';
import { readTables } from '../../src/store/tenant/tenant-tables.js';
import { publicUrl, viewWorld, type World } from './filter-world.js';

export function typeNamed(name: ResourceTypeName): ResourceType {
  return name === 'User' ? userType : groupType;
}

export function readFilter(type: ResourceTypeName, text: string): ResolvedFilter {
  return resolveFilter(typeNamed(type), parseFilter(text));
}

const views = new WeakMap<World, Map<ResourceTypeName, ReturnType<typeof viewWorld>>>();

function viewsOf(world: World, type: ResourceTypeName): ReturnType<typeof viewWorld> {
  const known = views.get(world) ?? new Map<ResourceTypeName, ReturnType<typeof viewWorld>>();
  views.set(world, known);
  const view = known.get(type) ?? viewWorld(world, type);
  known.set(type, view);
  return view;
}

/** The ids of the resources that meet a filter, in memory and in order. */
export function idsInMemory(world: World, type: ResourceTypeName, filter: ResolvedFilter): string[] {
  return viewsOf(world, type)
    .filter((resource) => matchesFilter(filter, resource))
    .map(({ id }) => id)
    .toSorted();
}

/** The ids of the resources that meet a filter, in SQL and in order; `exact` leaves the candidates out. */
export async function idsInDatabase(
  database: Database,
  world: World,
  type: ResourceTypeName,
  filter: ResolvedFilter,
  exact: boolean,
): Promise<string[]> {
  const table = type === 'User' ? usersTable : groupsTable;
  const { dialect } = database;
  const { where, candidates } = compileFilter(filter, {
    type: typeNamed(type),
    clientId: world.clientId,
    dialect,
    publicUrl,
  });
  const among = exact || candidates === undefined ? undefined : candidates.ids;
  const rows = await readTables(database, { clientId: world.clientId, units: undefined }).all<{ id: string }>(
    `select r.id from ${table.name} r where r.client_id = :client and ${table.live('r')} ${among === undefined ? '' : `and r.id in (${among.text})`} and ${where.text}`,
    [...(among?.bindings ?? []), ...where.bindings],
  );
  return rows.map(({ id }) => id).toSorted();
}
