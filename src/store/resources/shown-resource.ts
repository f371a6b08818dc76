import type { ResourceDocument } from '../../schema/document.js';
import { inForce } from './in-force.js';
import { groupsOfUsers, type GroupOfUser } from './read-members.js';
import { columnsOf, type ResourceRow, type StoredResource } from './resource-store.js';
import type { ResourceTable } from './resource-table.js';
import type { Binding, Sql } from '../sql/sql.js';
import { StatementTexts } from '../sql/statement-texts.js';
import type { TenantTables } from '../tenant/tenant-tables.js';

/** A resource for who shows it: its document as JSON text, into which nobody needs to look, and what its row does not say. */
export interface ShownResource extends Omit<StoredResource, 'document'> {
  readonly text: string;
  /** The names of its units, ended ones left out. */
  readonly units: readonly string[];
  /** The groups of a user that the scope reaches, ordered by id; none where they were not asked for. */
  readonly groups: readonly GroupOfUser[];
}

/** A row of `shownColumns`. */
export interface ShownRow extends ResourceRow {
  readonly unit_names: string | null;
  readonly group_list: string | null;
}

const columnTexts = new StatementTexts();

/** What a statement that shows resources selects of the row `r`; `groups` of users alone. */
export function shownColumns(
  tables: TenantTables,
  table: ResourceTable,
  { groups }: { readonly groups: boolean },
): Sql {
  const showsGroups = groups && table.name === 'users';
  const kind = `${table.name} ${showsGroups} ${tables.scope.units?.length}`;
  const text = columnTexts.of(tables.dialect, kind, () => {
    const units = `case when r.unit_set = '' then null else (${unitNames(tables)}) end`;
    return `${columnsOf(table)}, ${units} as unit_names, ${showsGroups ? directGroups(tables) : 'null'} as group_list`;
  });
  return { text, bindings: showsGroups ? groupBindings(tables) : [] };
}

function unitNames({ dialect }: TenantTables): string {
  return `select ${dialect.jsonList('u.name', 'u.name_key')} from unit_sets s join units u on u.client_id = :client and u.id = s.unit_id where s.client_id = :client and s.unit_set = r.unit_set and u.ended_at is null`;
}

/** A direct group: its id, its displayName, whether it lies in another group, whether the scope reaches it. */
type DirectGroup = readonly [id: string, display: string, isNested: number | boolean, isReached: number];

// Which groups contain these is another question, that of few people. `cross join` as in read-members.ts.
function directGroups(tables: TenantTables): string {
  const { dialect } = tables;
  const [scope, force] = [tables.inScope('g'), inForce('m')];
  const nested = 'exists (select 1 from nestings n where n.client_id = :client and n.child_id = g.id)';
  const group = dialect.jsonArray(`g.id, g.display_name, ${nested}, case when ${scope.text} then 1 else 0 end`);
  return `(select ${dialect.jsonList(group)} from memberships m cross join groups g where m.client_id = :client and m.user_id = r.id and ${force.text} and g.client_id = :client and g.id = m.group_id)`;
}

function groupBindings(tables: TenantTables): readonly Binding[] {
  return [...tables.inScope('g').bindings, ...inForce('m').bindings];
}

/** Reads rows of `shownColumns`, asking for the groups of users whose groups lie in others, with `more` of each row. */
export async function readShown<Row extends ShownRow, More>(
  tables: TenantTables,
  rows: readonly Row[],
  more: (row: Row) => More,
): Promise<readonly (ShownResource & More)[]> {
  const read = listReader();
  const lists = rows.map(({ group_list: list }) => read(list));
  const nested = rows.filter((_, place) => lists[place]?.hasNested === true);
  const ids = nested.map(({ id }) => id);
  const all = ids.length === 0 ? undefined : await groupsOfUsers(tables, ids);
  return rows.map((row, place) => {
    const groups = all?.get(row.id) ?? lists[place]?.reached ?? noGroups.reached;
    return Object.assign(shownOf(row, groups), more(row));
  });
}

/** The direct groups of a person: whether one lies in others, and those that the scope reaches, ordered by id. */
interface DirectGroups {
  readonly hasNested: boolean;
  readonly reached: readonly GroupOfUser[];
}

const noGroups: DirectGroups = { hasNested: false, reached: [] };

/** Reads each list once, and gives the same groups for it: the people of a page are often in the same ones. */
function listReader(): (list: string | null) => DirectGroups {
  const known = new Map<string, DirectGroups>();
  return (list) => {
    if (list === null || list === '[]') return noGroups;
    const groups = known.get(list) ?? directGroupsIn(list);
    known.set(list, groups);
    return groups;
  };
}

function directGroupsIn(list: string): DirectGroups {
  // The statement made the list, so its shape is known.
  const groups = JSON.parse(list) as readonly DirectGroup[];
  const reached = groups.filter(([, , , isReached]) => isReached === 1);
  return {
    hasNested: groups.some(([, , isNested]) => Boolean(isNested)),
    reached: reached
      .map(([value, display]) => ({ value, display, direct: true }))
      .toSorted((a, b) => (a.value < b.value ? -1 : 1)),
  };
}

function shownOf(row: ShownRow, groups: readonly GroupOfUser[]): ShownResource {
  return {
    id: row.id,
    version: row.version,
    text: row.document,
    unitSet: row.unit_set,
    createdAt: row.created_at,
    lastModified: row.last_modified,
    standing: row.standing,
    // As above.
    units: row.unit_names === null ? [] : (JSON.parse(row.unit_names) as readonly string[]),
    groups,
  };
}

/** A resource found by id, and whether the caller's units reach it. */
export interface FoundShown extends ShownResource {
  readonly inScope: boolean;
}

type ShownOptions = { readonly lock: boolean; readonly groups: boolean };

const texts = new StatementTexts();

/** The select of one resource; the id is bound last. */
function selectShown(tables: TenantTables, table: ResourceTable, { lock, groups }: ShownOptions): Sql {
  const scope = tables.inScope('r');
  const shown = shownColumns(tables, table, { groups });
  const kind = `${table.name} ${lock} ${groups} ${tables.scope.units?.length}`;
  const text = texts.of(tables.dialect, kind, () => {
    const lockRows = lock ? tables.dialect.lockRows : '';
    return `select ${shown.text}, case when ${scope.text} then 1 else 0 end as in_scope from ${table.name} r where r.client_id = :client and r.id = ? and ${table.live('r')}${lockRows}`;
  });
  return { text, bindings: [...shown.bindings, ...scope.bindings] };
}

/** As `findResource`, for who shows it; `groups` of users alone. */
export async function findShown(
  tables: TenantTables,
  table: ResourceTable,
  id: string,
  options: ShownOptions,
): Promise<FoundShown | undefined> {
  const { text, bindings } = selectShown(tables, table, options);
  const rows = await tables.all<ShownRow & { readonly in_scope: number }>(text, [...bindings, id]);
  const [found] = await readShown(tables, rows, ({ in_scope: inScope }) => ({ inScope: inScope === 1 }));
  return found;
}

/** A resource as it is stored, with its document. */
export function storedOf(shown: ShownResource): StoredResource {
  const { id, version, unitSet, createdAt, lastModified } = shown;
  // What is stored is what this service wrote.
  const document = JSON.parse(shown.text) as ResourceDocument;
  const standing = shown.standing === undefined ? {} : { standing: shown.standing };
  return { id, version, document, unitSet, createdAt, lastModified, ...standing };
}
