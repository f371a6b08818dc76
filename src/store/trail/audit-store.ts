import { setImmediate as nextTurn } from 'node:timers/promises';
import { instantOf } from '../../clock.js';
import type { Actor, ChangeDetail, ChangeEntry } from './change-log.js';
import { inScope } from '../tenant/scope.js';
import type { Binding, Sql } from '../sql/sql.js';
import type { TenantTables } from '../tenant/tenant-tables.js';

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

// So many entries are looked at in one statement, because an embedded database holds up everybody meanwhile.
const windowSize = 5_000;

// Positions follow the clock as far as the clocks of all processes and the length of a transaction let them.
const clockMarginMs = 300_000;

/**
 * The entries that are asked for and that the scope reaches. Whatever is asked for, no statement looks at more than a window
 * of the log, and others have their turn between two windows.
 */
export async function readChanges(
  tables: TenantTables,
  selection: ChangeSelection,
  page: ChangePage,
): Promise<LoggedChange[]> {
  const stretch = await stretchOf(tables, selection);
  if (stretch === undefined) return [];
  const found: LoggedChange[] = [];
  for (let { after } = page; ;) {
    const { newestFirst } = page;
    const beyond = [...stretch, ...following(after, newestFirst)];
    const end = await windowEnd(tables, beyond, newestFirst);
    const within = [...beyond, ...upTo(end, newestFirst), ...selected(selection), ...reached(tables)];
    found.push(...(await readWindow(tables, within, { newestFirst, count: page.count - found.length })));
    if (end === undefined || found.length >= page.count) return found;
    after = end;
    await nextTurn();
  }
}

/** What indexes say of where to look: the entries of one target, those of about that time; undefined where there are none. */
async function stretchOf(
  tables: TenantTables,
  { targetId, from, to }: ChangeSelection,
): Promise<readonly Sql[] | undefined> {
  const target: readonly Sql[] = targetId === undefined ? [] : [{ text: 'c.resource_id = ?', bindings: [targetId] }];
  const first = await positionAt(tables, 'c.at >= ? order by c.at, c.position', from, -clockMarginMs);
  const last = await positionAt(tables, 'c.at < ? order by c.at desc, c.position desc', to, clockMarginMs);
  if (first === 'none' || last === 'none') return undefined;
  return [
    ...target,
    ...(first === undefined ? [] : [{ text: 'c.position >= ?', bindings: [first] }]),
    ...(last === undefined ? [] : [{ text: 'c.position <= ?', bindings: [last] }]),
  ];
}

async function positionAt(
  tables: TenantTables,
  condition: string,
  instant: string | undefined,
  marginMs: number,
): Promise<number | 'none' | undefined> {
  if (instant === undefined) return undefined;
  const row = await tables.first<{ position: number | string }>(
    `select c.position from changes c where c.client_id = :client and ${condition} limit 1`,
    [instantOf(Date.parse(instant) + marginMs)],
  );
  return row === undefined ? 'none' : Number(row.position);
}

/** The last position of the window that begins there; undefined when the window holds all that is left. */
async function windowEnd(
  tables: TenantTables,
  beyond: readonly Sql[],
  newestFirst: boolean,
): Promise<number | undefined> {
  const where = joined(beyond);
  const row = await tables.first<{ position: number | string }>(
    `select c.position from changes c where c.client_id = :client${where.text} order by c.position ${directionOf(newestFirst)} limit 1 offset ?`,
    [...where.bindings, windowSize - 1],
  );
  return row === undefined ? undefined : Number(row.position);
}

async function readWindow(
  tables: TenantTables,
  within: readonly Sql[],
  { newestFirst, count }: Pick<ChangePage, 'newestFirst' | 'count'>,
): Promise<LoggedChange[]> {
  const where = joined(within);
  const rows = await tables.all<ChangeRow>(
    `select ${columns} from changes c where c.client_id = :client${where.text} order by c.position ${directionOf(newestFirst)} limit ?`,
    [...where.bindings, count],
  );
  return rows.map(readChange);
}

function directionOf(newestFirst: boolean): string {
  return newestFirst ? 'desc' : 'asc';
}

function following(after: number | undefined, newestFirst: boolean): readonly Sql[] {
  return after === undefined ? [] : [{ text: `c.position ${newestFirst ? '<' : '>'} ?`, bindings: [after] }];
}

function upTo(end: number | undefined, newestFirst: boolean): readonly Sql[] {
  return end === undefined ? [] : [{ text: `c.position ${newestFirst ? '>=' : '<='} ?`, bindings: [end] }];
}

function selected({ actorId, action, from, to }: ChangeSelection): readonly Sql[] {
  const conditions: readonly (readonly [string, Binding | undefined])[] = [
    ['c.actor_id = ?', actorId],
    ['c.action = ?', action],
    ['c.at >= ?', from],
    ['c.at < ?', to],
  ];
  return conditions.flatMap(([text, value]) => (value === undefined ? [] : [{ text, bindings: [value] }]));
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

/** Conditions that hold besides. */
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
