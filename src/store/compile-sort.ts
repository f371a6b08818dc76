import { invalidValue } from '../errors.js';
import { leafOf, type AttributePath } from '../schema/attribute-path.js';
import { binary, textOf, type Column } from './compile-test.js';
import { joinSql, raw, sql } from './compose-sql.js';
import type { Dialect } from './dialect.js';
import type { Sql } from './sql.js';
import { sourceOf, type CompileContext, type Rows } from './value-source.js';

export type SortOrder = 'ascending' | 'descending';

/**
 * The value by which the rows `r` are ordered, null where there is none: folded unless case counts, of many values
 * the primary one or else the first (RFC 7644 §3.4.2.3). Throws `invalidValue` for a complex attribute without a `value`.
 */
export function compileSortKey(context: CompileContext, path: AttributePath): Sql {
  const { dialect } = context;
  const leaf = simplePath(path);
  const source = sourceOf(context, leaf);
  if (source.kind === 'single') return ordered(dialect, source.column, leaf);
  // What is the same for every row, or as good as, does not order them.
  return source.kind === 'options' ? raw('cast(null as text)') : firstOf(dialect, source, leaf);
}

/** An item of ORDER BY: what has no value comes last when ascending, first when descending (RFC 7644 §3.4.2.3). */
export function compileSort(context: CompileContext, path: AttributePath, order: SortOrder): Sql {
  const direction = raw(order === 'ascending' ? ' asc nulls last' : ' desc nulls first');
  return joinSql([compileSortKey(context, path), direction], '');
}

function simplePath(path: AttributePath): AttributePath {
  if (leafOf(path).type !== 'complex') return path;
  const value = path.attribute.subAttributes.get('value');
  if (value === undefined) throw invalidValue(`${path.text} is complex: sort by one of its sub-attributes`);
  return { ...path, subAttribute: value, text: `${path.text}.${value.name}` };
}

function firstOf(dialect: Dialect, rows: Rows, path: AttributePath): Sql {
  const column = rows.column(path.subAttribute);
  const present = sql`${textOf(dialect, column)} is not null`;
  const where = rows.where === undefined ? present : sql`${rows.where} and ${present}`;
  return sql`(select ${ordered(dialect, column, path)} from ${rows.from} where ${where} order by ${raw(rows.order)} limit 1)`;
}

function ordered(dialect: Dialect, column: Column, path: AttributePath): Sql {
  const { type } = leafOf(path);
  if (column.kind === 'json' && type === 'boolean') return raw(dialect.jsonBoolean(column.json, column.keys));
  if (column.kind === 'json' && (type === 'integer' || type === 'decimal')) {
    return raw(dialect.jsonNumber(column.json, column.keys));
  }
  return binary(dialect, textOf(dialect, column));
}
