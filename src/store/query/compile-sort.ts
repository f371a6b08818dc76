import { invalidValue } from '../../errors.js';
import type { SortOrder } from '../../protocol/list-query.js';
import { leafOf, type AttributePath } from '../../schema/attribute-path.js';
import { binary, textOf, type Column } from './compile-test.js';
import { bind, raw, sql } from '../sql/compose-sql.js';
import type { Dialect } from '../database/dialect.js';
import type { Sql } from '../sql/sql.js';
import { sourceOf, type CompileContext, type Rows } from './value-source.js';

// A cursor carries a value in a URL, so texts are ordered by what they begin with, and by the id after that.
const orderedLength = 512;

/** The value by which rows are ordered. */
export interface SortKey {
  readonly value: Sql;
  readonly kind: 'text' | 'number';
  /** Whether a row may have none. */
  readonly nullable: boolean;
  /** Set where no two live rows have the same value: the condition under which an index of it holds them. */
  readonly unique?: Sql;
}

const createdAt: SortKey = { value: raw('r.created_at'), kind: 'text', nullable: false };
const lastModified: SortKey = { value: raw('r.last_modified'), kind: 'text', nullable: false };

/** Columns that hold the value of every row, mostly with an index in this order. */
const keyColumns: Readonly<Record<string, SortKey>> = {
  'User userName': {
    value: raw('r.user_name_key'),
    kind: 'text',
    nullable: false,
    unique: raw(`coalesce(r.deleted_at, '') = ''`),
  },
  'Group displayName': { value: raw('r.display_name_key'), kind: 'text', nullable: false },
  'User meta.created': createdAt,
  'Group meta.created': createdAt,
  'User meta.lastModified': lastModified,
  'Group meta.lastModified': lastModified,
};

/**
 * The value by which the rows `r` are ordered, null where there is none: folded unless case counts, of many values
 * the primary one or else the first (RFC 7644 §3.4.2.3). Throws `invalidValue` for a complex attribute without a `value`.
 */
export function compileSortKey(context: CompileContext, path: AttributePath): SortKey {
  const leaf = simplePath(path);
  const column = keyColumns[`${context.type.name} ${leaf.text}`];
  if (column !== undefined) return column;
  const source = sourceOf(context, leaf);
  if (source.kind === 'single') return ordered(context.dialect, source.column, leaf);
  // What is the same for every row, or as good as, does not order them.
  return source.kind === 'options' ? noSortKey('text') : firstOf(context.dialect, source, leaf);
}

/** The key of rows that do not have the attribute by which others are ordered. */
export function noSortKey(kind: SortKey['kind']): SortKey {
  return { value: raw(`cast(null as ${kind === 'text' ? 'text' : 'numeric'})`), kind, nullable: true };
}

/**
 * ORDER BY a key, and by the id where it must break ties: what has no value comes last when ascending, first when descending
 * (RFC 7644 §3.4.2.3). Descending is ascending turned round, ids included, so that one index serves both.
 */
export function orderBy(key: SortKey, id: string, order: SortOrder): Sql {
  const [direction, nulls] = order === 'ascending' ? ['asc', 'nulls last'] : ['desc', 'nulls first'];
  const byKey = sql`${key.value} ${raw(key.nullable ? `${direction} ${nulls}` : direction)}`;
  return key.unique !== undefined ? byKey : sql`${byKey}, ${raw(`${id} ${direction}`)}`;
}

/** The condition of the rows that `orderBy` puts behind the one with this key and id. */
export function behind(
  key: SortKey,
  id: string,
  order: SortOrder,
  last: { readonly key: string | number | null; readonly id: string },
): Sql {
  const comes = raw(order === 'ascending' ? '>' : '<');
  if (last.key === null) {
    const tied = sql`(${key.value} is null and ${raw(id)} ${comes} ${bind(last.id)})`;
    return order === 'ascending' ? tied : sql`(${key.value} is not null or ${tied})`;
  }
  if (key.unique !== undefined) return sql`${key.value} ${comes} ${bind(last.key)}`;
  const later = sql`(${key.value}, ${raw(id)}) ${comes} (${bind(last.key)}, ${bind(last.id)})`;
  // Unknown where a row has no key, and ascending those come last. An index is of use to the bare comparison alone.
  return key.nullable && order === 'ascending' ? sql`((${later}) is not false)` : later;
}

function simplePath(path: AttributePath): AttributePath {
  if (leafOf(path).type !== 'complex') return path;
  const value = path.attribute.subAttributes.get('value');
  if (value === undefined) throw invalidValue(`${path.text} is complex: sort by one of its sub-attributes`);
  return { ...path, subAttribute: value, text: `${path.text}.${value.name}` };
}

function firstOf(dialect: Dialect, rows: Rows, path: AttributePath): SortKey {
  const column = rows.column(path.subAttribute);
  const present = sql`${textOf(dialect, column)} is not null`;
  const where = rows.where === undefined ? present : sql`${rows.where} and ${present}`;
  const { value, kind } = ordered(dialect, column, path);
  const first = sql`(select ${value} from ${rows.from} where ${where} order by ${raw(rows.order)} limit 1)`;
  return { value: first, kind, nullable: true };
}

function ordered(dialect: Dialect, column: Column, path: AttributePath): SortKey {
  const { type } = leafOf(path);
  if (column.kind === 'json' && type === 'boolean') {
    return { value: raw(dialect.jsonBoolean(column.json, column.keys)), kind: 'number', nullable: true };
  }
  if (column.kind === 'json' && (type === 'integer' || type === 'decimal')) {
    return { value: raw(dialect.jsonNumber(column.json, column.keys)), kind: 'number', nullable: true };
  }
  const text = textOf(dialect, column);
  const head = { text: dialect.head(`(${text.text})`), bindings: [...text.bindings, orderedLength] };
  return { value: binary(dialect, head), kind: 'text', nullable: true };
}
