import type { Comparand, CompareTest, InTest, Test } from '../../protocol/resolved-filter.js';
import { bind, joinSql, never, raw, sql } from '../sql/compose-sql.js';
import type { Dialect } from '../database/dialect.js';
import type { Sql } from '../sql/sql.js';

/** Where the value of a simple attribute lies in a row: in JSON, in an id column, or in an expression that gives text. */
export type Column =
  | { readonly kind: 'json'; readonly json: string; readonly keys: readonly string[] }
  | { readonly kind: 'id'; readonly column: string }
  | { readonly kind: 'text'; readonly text: Sql };

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text can be an id; PostgreSQL refuses to compare an id with any other text. */
export function isId(text: unknown): text is string {
  return typeof text === 'string' && uuid.test(text);
}

/** The value as text, whatever its type. */
export function textOf(dialect: Dialect, column: Column): Sql {
  if (column.kind === 'text') return column.text;
  return raw(column.kind === 'id' ? dialect.idText(column.column) : dialect.jsonText(column.json, column.keys));
}

/**
 * The condition under which a single value, or its absence, meets a test. True or false, never null,
 * so that `not` can stand before it.
 */
export function compileTest(dialect: Dialect, column: Column, test: Test): Sql {
  if (test.operator === 'pr') return sql`((${textOf(dialect, column)} <> '') is true)`;
  // An id is never null, and bare equality lets the databases look it up inside a union.
  if (column.kind === 'id' && test.operator === 'eq') return sql`(${equality(dialect, column, test)})`;
  if (test.operator === 'in') return sql`((${isOneOf(dialect, column, test)}) is true)`;
  if (test.operator === 'ne') return sql`((${equality(dialect, column, test)}) is not true)`;
  return sql`((${condition(dialect, column, test)}) is true)`;
}

/** As `compileTest` for a value that is there and differs; an absent one does not meet it. */
export function compileDiffers(dialect: Dialect, column: Column, test: CompareTest): Sql {
  return sql`((${equality(dialect, column, test)}) is false)`;
}

function condition(dialect: Dialect, column: Column, test: CompareTest): Sql {
  const { operator, value } = test;
  if (operator === 'eq') return equality(dialect, column, test);
  if (test.comparand === 'number')
    return sql`${numberOf(dialect, column)} ${raw(symbols[operator])} ${bind(toBinding(value))}`;
  const text = textOf(dialect, column);
  // The empty text is in every text, and its length is no length that a dialect takes.
  if (isTextOperator(operator))
    return value === '' ? sql`${text} is not null` : substring(dialect, text, operator, String(value));
  return sql`${binary(dialect, text)} ${raw(symbols[operator])} ${bind(toBinding(value))}`;
}

function equality(dialect: Dialect, column: Column, { comparand, value }: CompareTest): Sql {
  if (column.kind === 'id' && !isId(value)) return never;
  return sql`${comparable(dialect, column, comparand)} = ${bind(toBinding(value))}`;
}

function isOneOf(dialect: Dialect, column: Column, { comparand, values }: InTest): Sql {
  const known = column.kind === 'id' ? values.filter(isId) : values;
  if (known.length === 0) return never;
  const list = joinSql(
    known.map((value) => bind(toBinding(value))),
    ', ',
  );
  return sql`${comparable(dialect, column, comparand)} in (${list})`;
}

/** The value as equality of this kind takes it. */
function comparable(dialect: Dialect, column: Column, comparand: Comparand): Sql {
  if (column.kind === 'id') return raw(column.column);
  if (comparand === 'number') return numberOf(dialect, column);
  if (comparand === 'boolean' && column.kind === 'json') return raw(dialect.jsonBoolean(column.json, column.keys));
  return textOf(dialect, column);
}

type TextOperator = 'co' | 'sw' | 'ew';

function isTextOperator(operator: string): operator is TextOperator {
  return operator === 'co' || operator === 'sw' || operator === 'ew';
}

function substring(dialect: Dialect, text: Sql, operator: TextOperator, value: string): Sql {
  if (operator === 'co') return { text: dialect.contains(text.text), bindings: [...text.bindings, value] };
  const cut = operator === 'sw' ? dialect.head(text.text) : dialect.tail(text.text);
  // Both databases count characters, not UTF-16 units.
  return { text: `${cut} = ?`, bindings: [...text.bindings, [...value].length, value] };
}

const symbols = { ne: '<>', co: '=', sw: '=', ew: '=', gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

function numberOf(dialect: Dialect, column: Column): Sql {
  return column.kind === 'json' ? raw(dialect.jsonNumber(column.json, column.keys)) : textOf(dialect, column);
}

/** A text as it is ordered: by code points. */
export function binary(dialect: Dialect, text: Sql): Sql {
  return { text: dialect.binaryText(`(${text.text})`), bindings: text.bindings };
}

function toBinding(value: string | number | boolean): string | number {
  return typeof value === 'boolean' ? Number(value) : value;
}
