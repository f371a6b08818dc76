import type { Test } from '../../protocol/resolved-filter.js';
import type { Column } from './compile-test.js';
import { textOf } from './compile-test.js';
import { joinSql, raw, sql } from '../sql/compose-sql.js';
import type { Dialect } from '../database/dialect.js';
import type { Sql } from '../sql/sql.js';

/** A test and the column that it looks at. */
export interface ColumnUse {
  readonly column: Column;
  readonly test: Test;
}

/** Values that are read from JSON once, before the conditions that look at them. */
export interface SharedColumns {
  /** The column to look at instead. */
  readonly column: (use: ColumnUse) => Column;
  /** The condition over rows of `from`, or over the row at hand where that is undefined; the values stand before it. */
  readonly exists: (condition: Sql, from?: { readonly from: Sql; readonly where: Sql | undefined }) => Sql;
}

// To set the values aside costs about as much as to read so many of them.
const worthwhile = 4;

/**
 * Shares the values in JSON that more than one test looks at: to find a value in a document costs several times what a test of it
 * does, and both databases would find it anew for each. Undefined where that would not pay.
 * With `all`, every value of the tests is set aside, as is needed where the rows that hold them are out of sight of the condition.
 */
export function shareColumns(
  dialect: Dialect,
  uses: readonly ColumnUse[],
  { all }: { readonly all: boolean },
): SharedColumns | undefined {
  if (all && uses.some(({ column }) => column.kind !== 'json')) return undefined;
  const counts = new Map<string, number>();
  for (const use of uses) {
    const text = readingOf(dialect, use);
    if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const repeated = [...counts.values()].reduce((sum, count) => sum + count - 1, 0);
  if (repeated < worthwhile) return undefined;
  const shared = [...counts].filter(([, count]) => all || count > 1).map(([text]) => text);
  const places = new Map(shared.map((text, index) => [text, `x.c${index}`]));
  const values = joinSql(
    shared.map((text, index) => raw(`${text} as c${index}`)),
    ', ',
  );
  return {
    column: (use) => {
      const place = places.get(readingOf(dialect, use) ?? '');
      return place === undefined ? use.column : { kind: 'text', text: raw(place) };
    },
    exists: (condition, from) => sql`exists (${aside(values, from)} select 1 from x where ${condition})`,
  };
}

// Materialized, or both databases would put the expressions back in the place of the columns.
function aside(values: Sql, from: { readonly from: Sql; readonly where: Sql | undefined } | undefined): Sql {
  const rows = from === undefined ? raw('') : sql` from ${from.from}`;
  const where = from?.where === undefined ? raw('') : sql` where ${from.where}`;
  return sql`with x as materialized (select ${values}${rows}${where})`;
}

/** How the value of a JSON column is read for a test; undefined for other columns. */
function readingOf(dialect: Dialect, { column, test }: ColumnUse): string | undefined {
  if (column.kind !== 'json') return undefined;
  const comparand = test.operator === 'pr' ? 'folded' : test.comparand;
  if (comparand === 'boolean') return dialect.jsonBoolean(column.json, column.keys);
  if (comparand === 'number') return dialect.jsonNumber(column.json, column.keys);
  return textOf(dialect, column).text;
}
