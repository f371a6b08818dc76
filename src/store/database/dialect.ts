import { RateLimiterMemory, RateLimiterPostgres, type RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Connection } from './connection.js';
import type { Binding } from '../sql/sql.js';

/** The column types that differ between the databases; `key` and `instant` are compared byte by byte. */
export interface ColumnTypes {
  /** For what a migration must say in two ways, such as triggers. */
  readonly database: 'sqlite' | 'postgres';
  readonly id: string;
  readonly key: string;
  readonly instant: string;
  readonly json: string;
  readonly position: string;
  /** The predicate of an index on rows that are not deleted. */
  readonly living: string;
  /** A number that the database counts up, or that `nextStaffUsi` gives. */
  readonly counter: string;
  /** What makes a table of what need not outlive a crash. */
  readonly unlogged: string;
}

/** What a counter counts: as many `points` in a window of so many seconds, for each key. */
export interface CounterRules {
  /** Keeps its keys apart from those of other counters. */
  readonly name: string;
  readonly points: number;
  readonly seconds: number;
}

/**
 * Every difference between the databases. Members that take expressions give expressions;
 * what is bound stands in them as one `?`.
 */
export interface Dialect {
  readonly columnTypes: ColumnTypes;
  /** How a JSON text that is bound is written into a json column. */
  readonly jsonInput: string;
  /** The value at the keys of a JSON expression, as text; without keys, the expression's own value. Null where absent. */
  jsonText(json: string, keys: readonly string[]): string;
  jsonNumber(json: string, keys: readonly string[]): string;
  /** As `jsonText`, giving 1 or 0. */
  jsonBoolean(json: string, keys: readonly string[]): string;
  /** A JSON list of these values. */
  jsonArray(values: string): string;
  /** The values of all rows as the text of a JSON list; null or an empty list where there are no rows. */
  jsonList(value: string, order?: string): string;
  /** A from-item with a row for each element of the list at the keys: columns `key` (its place) and `value` (JSON). */
  elements(json: string, keys: readonly string[], alias: string): string;
  /** An id column as text in lower case. */
  idText(column: string): string;
  /** A text that is ordered by code points. */
  binaryText(text: string): string;
  /** Whether a text contains the bound text. */
  contains(text: string): string;
  /** The first, or last, characters of a text; their number is bound and not 0. */
  head(text: string): string;
  tail(text: string): string;
  /** The condition, behind a column of ids, of being one of the list that is bound; its cost follows the list. */
  readonly isListed: string;
  /** The same for texts, which are compared byte by byte. */
  readonly isTextListed: string;
  /** Added to a select: keeps its rows from other writers until the commit. */
  readonly lockRows: string;
  /** Added to a select: keeps its rows from those who lock them until the commit; others who pin them do not wait. */
  readonly pinRows: string;
  /** As `lockRows`, waiting for those who pin the rows too. */
  readonly holdRows: string;
  /** Added to a select: keeps the rows of an alias from being changed until the commit. */
  shareRows(alias: string): string;
  /** The staffUsi of the next person of a client. */
  readonly nextStaffUsi: string;
  /** A select whose `held` is 1 where no other process erases those who were deleted long ago, until the commit. */
  readonly tryRetentionLock: string;
  /** Makes other processes wait until the transaction that migrates has ended. */
  lockForMigration(connection: Connection): Promise<void>;
  /** Counts for all processes that may share the database; in this one alone while the database is away. */
  counter(connection: Connection, rules: CounterRules): RateLimiterAbstract;
}

// Keys come from our schema documents and column names from this folder; neither can hold a quote.
function sqlitePath(keys: readonly string[]): string {
  return `'$${keys.map((key) => `."${key}"`).join('')}'`;
}

function sqliteValue(json: string, keys: readonly string[]): string {
  return keys.length === 0 ? json : `(${json} ->> ${sqlitePath(keys)})`;
}

function ordered(by: string | undefined): string {
  return by === undefined ? '' : ` order by ${by}`;
}

export const sqliteDialect: Dialect = {
  columnTypes: {
    database: 'sqlite',
    id: 'text',
    key: 'text',
    instant: 'text',
    json: 'blob',
    position: 'integer not null',
    living: 'deleted_at is null',
    counter: 'integer',
    unlogged: '',
  },
  jsonInput: 'jsonb(?)',
  jsonText: sqliteValue,
  jsonNumber: sqliteValue,
  jsonBoolean: sqliteValue,
  jsonArray: (values) => `json_array(${values})`,
  jsonList: (value, order) => `json_group_array(${value}${ordered(order)})`,
  elements: (json, keys, alias) => `jsonb_each(${json}, ${sqlitePath(keys)}) ${alias}`,
  idText: (column) => column,
  binaryText: (text) => text,
  contains: (text) => `instr(${text}, ?) > 0`,
  head: (text) => `substr(${text}, 1, ?)`,
  tail: (text) => `substr(${text}, - ?)`,
  isListed: 'in (select value from json_each(?))',
  isTextListed: 'in (select value from json_each(?))',
  // There is one writer, and its transaction holds the whole database.
  lockRows: '',
  pinRows: '',
  holdRows: '',
  shareRows: () => '',
  nextStaffUsi: '(select coalesce(max(n.staff_usi), 0) + 1 from users n where n.client_id = :client)',
  tryRetentionLock: 'select 1 as held',
  lockForMigration: () => Promise.resolve(),
  // One process serves an SQLite file.
  counter: (_connection, rules) => countInMemory(rules),
};

function countInMemory({ name: keyPrefix, points, seconds: duration }: CounterRules): RateLimiterMemory {
  return new RateLimiterMemory({ keyPrefix, points, duration });
}

function postgresText(json: string, keys: readonly string[]): string {
  const last = keys.at(-1);
  if (last === undefined) return `(${json} #>> '{}')`;
  return `(${postgresJson(json, keys.slice(0, -1))} ->> '${last}')`;
}

function postgresJson(json: string, keys: readonly string[]): string {
  return [json, ...keys.map((key) => `'${key}'`)].join(' -> ');
}

export const postgresDialect: Dialect = {
  columnTypes: {
    database: 'postgres',
    id: 'uuid',
    key: 'text collate "C"',
    instant: 'text collate "C"',
    json: 'jsonb',
    position: 'bigint generated always as identity',
    living: `coalesce(deleted_at, '') = ''`,
    counter: 'bigint generated by default as identity',
    unlogged: 'unlogged',
  },
  jsonInput: '?::jsonb',
  jsonText: postgresText,
  jsonNumber: (json, keys) => `${postgresText(json, keys)}::numeric`,
  jsonBoolean: (json, keys) => `${postgresText(json, keys)}::boolean::integer`,
  jsonArray: (values) => `json_build_array(${values})`,
  jsonList: (value, order) => `json_agg(${value}${ordered(order)})::text`,
  elements: (json, keys, alias) =>
    `jsonb_array_elements(${postgresJson(json, keys)}) with ordinality as ${alias} (value, key)`,
  idText: (column) => `${column}::text`,
  binaryText: (text) => `${text} collate "C"`,
  contains: (text) => `strpos(${text}, ?) > 0`,
  head: (text) => `left(${text}, ?)`,
  tail: (text) => `right(${text}, ?)`,
  // An array, not a subquery: PostgreSQL takes a subquery for 100 rows, and then rather reads whole tables. And one that is
  // bound as it is, not made of a text: it would be made again for every row of a table that is read from end to end.
  isListed: '= any (?::uuid array)',
  isTextListed: '= any (?::text array)',
  // Not "for update": that would keep others from adding rows that refer to these, and end in deadlocks.
  lockRows: ' for no key update',
  pinRows: ' for key share',
  holdRows: ' for update',
  shareRows: (alias) => ` for share of ${alias}`,
  nextStaffUsi: 'default',
  tryRetentionLock: 'select case when pg_try_advisory_xact_lock(7236644) then 1 else 0 end as held',
  lockForMigration: async (connection) => {
    await connection.run('select pg_advisory_xact_lock(7236643)');
  },
  counter: (connection, rules) =>
    new RateLimiterPostgres({
      storeClient: {
        query: async ({ text, values }: { readonly text: string; readonly values: readonly Binding[] }) => ({
          rows: await connection.all(text, values),
        }),
      },
      storeType: 'client',
      tableName: 'request_counts',
      tableCreated: true,
      keyPrefix: rules.name,
      points: rules.points,
      duration: rules.seconds,
      insuranceLimiter: countInMemory(rules),
    }),
};
