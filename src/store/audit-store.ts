import type { Actor, ChangeDetail, ChangeEntry } from './change-log.js';
import { inScope } from './scope.js';
import type { Binding, Sql } from './sql.js';
import type { TenantTables } from './tenant-tables.js';

/** An entry of the change log as it was written; positions count upwards in a client. */
export interface LoggedChange {
  readonly position: number;
  readonly at: string;
  readonly actor: Actor;
  readonly action: ChangeEntry['action'];
  readonly resourceType: ChangeEntry['resourceType'];
  readonly resourceId: string;
  readonly version: number | undefined;
  readonly attributes: readonly string[];
  readonly members: { readonly added: readonly string[]; readonly removed: readonly string[] };
  /** Undefined where there are no values, or they were erased. */
  readonly detail: ChangeDetail | undefined;
}

/** Which entries are asked for; what is undefined does not matter. */
export interface ChangeSelection {
  readonly targetId: string | undefined;
  readonly actorId: string | undefined;
  readonly action: ChangeEntry['action'] | undefined;
  /** From this instant on, and before that one: ISO 8601 UTC. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** A stretch of the log: the entries that follow a position, in either direction. */
export interface ChangePage {
  readonly after: number | undefined;
  readonly count: number;
  readonly newestFirst: boolean;
}

interface ChangeRow {
  readonly position: number | string;
  readonly at: string;
  readonly actor_kind: Actor['kind'];
  readonly actor_id: string;
  readonly request_id: string;
  readonly action: ChangeEntry['action'];
  readonly resource_type: ChangeEntry['resourceType'];
  readonly resource_id: string;
  readonly version: number | null;
  readonly attributes: string;
  readonly members: string;
  readonly detail: string | null;
}

const columns =
  'c.position, c.at, c.actor_kind, c.actor_id, c.request_id, c.action, c.resource_type, c.resource_id, c.version, c.attributes, c.members, c.detail';

/** The entries that are asked for and that the scope reaches. */
export async function readChanges(
  tables: TenantTables,
  selection: ChangeSelection,
  page: ChangePage,
): Promise<LoggedChange[]> {
  const condition = joined([...selected(selection), ...following(page), ...reached(tables)]);
  const rows = await tables.all<ChangeRow>(
    `select ${columns} from changes c where c.client_id = :client${condition.text} order by c.position ${page.newestFirst ? 'desc' : 'asc'} limit ?`,
    [...condition.bindings, page.count],
  );
  return rows.map(readChange);
}

function selected({ targetId, actorId, action, from, to }: ChangeSelection): readonly Sql[] {
  const conditions: readonly (readonly [string, Binding | undefined])[] = [
    ['c.resource_id = ?', targetId],
    ['c.actor_id = ?', actorId],
    ['c.action = ?', action],
    ['c.at >= ?', from],
    ['c.at < ?', to],
  ];
  return conditions.flatMap(([text, value]) => (value === undefined ? [] : [{ text, bindings: [value] }]));
}

function following({ after, newestFirst }: ChangePage): readonly Sql[] {
  return after === undefined ? [] : [{ text: `c.position ${newestFirst ? '<' : '>'} ?`, bindings: [after] }];
}

/**
 * The scope rule: an entry is reached when what it tells of was in scope after the write and has not left it since. What is
 * gone for good cannot have left it.
 */
function reached(tables: TenantTables): readonly Sql[] {
  if (tables.scope.units === undefined) return [];
  return [inScope(tables.scope, 'c'), ...['users', 'groups'].map((table) => stillInScope(tables, table))];
}

function stillInScope(tables: TenantTables, table: string): Sql {
  const scope = tables.inScope('r');
  return {
    text: `not exists (select 1 from ${table} r where r.client_id = :client and r.id = c.resource_id and not (${scope.text}))`,
    bindings: scope.bindings,
  };
}

function joined(conditions: readonly Sql[]): Sql {
  return {
    text: conditions.map(({ text }) => ` and ${text}`).join(''),
    bindings: conditions.flatMap(({ bindings }) => bindings),
  };
}

/** Reads a row; its lists are what `appendChange` wrote, so their shape is known. */
function readChange(row: ChangeRow): LoggedChange {
  return {
    position: Number(row.position),
    at: row.at,
    actor: { kind: row.actor_kind, id: row.actor_id, requestId: row.request_id },
    action: row.action,
    resourceType: row.resource_type,
    resourceId: row.resource_id,
    version: row.version ?? undefined,
    attributes: JSON.parse(row.attributes) as readonly string[],
    members: { added: [], removed: [], ...(JSON.parse(row.members) as Partial<LoggedChange['members']>) },
    detail: row.detail === null ? undefined : (JSON.parse(row.detail) as ChangeDetail),
  };
}
