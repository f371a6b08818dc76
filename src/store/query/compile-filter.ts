import { holds, matchesValue } from '../../protocol/match-filter.js';
import type { AttributeTest, ElementTest, ResolvedFilter, ValueTest } from '../../protocol/resolved-filter.js';
import { candidatesOf, type CandidateSet } from './candidate-set.js';
import { compileDiffers, compileTest, textOf, type Column } from './compile-test.js';
import { compileTree, leavesOf } from './compile-tree.js';
import { always, joinSql, never, sql } from '../sql/compose-sql.js';
import { compileOnce } from './known-look-ups.js';
import type { Dialect } from '../database/dialect.js';
import { shareColumns, type ColumnUse } from './shared-columns.js';
import type { Sql } from '../sql/sql.js';
import { sourceOf, type CompileContext, type Options, type Rows, type ValueSource } from './value-source.js';

export type { CandidateSet } from './candidate-set.js';
export type { CompileContext } from './value-source.js';

/** A filter as SQL over the rows `r` of users or groups, for a statement that binds `:client`. */
export interface CompiledFilter {
  /** The exact condition; true or false, never null. */
  readonly where: Sql;
  /** `select id …`: at least the resources that meet the filter, few of the others; absent where no key column helps. An id may come twice. */
  readonly candidates?: CandidateSet;
}

/**
 * Compiles a filter. The caller restricts `r` to the client, to the scope and to what has not been deleted,
 * and adds `r.id in (candidates.ids)` where there are candidates.
 */
export function compileFilter(filter: ResolvedFilter, context: CompileContext): CompiledFilter {
  return compileOnce(filter, context, compileAnew);
}

/** As `compileFilter`, whatever was compiled before. */
export function compileAnew(filter: ResolvedFilter, context: CompileContext): CompiledFilter {
  const where = compileWhere(filter, context);
  const candidates = candidatesOf(filter, context);
  return candidates === undefined ? { where } : { where, candidates };
}

type UseColumn = (use: ColumnUse) => Column;

function compileWhere(filter: ResolvedFilter, context: CompileContext): Sql {
  const shared = shareColumns(context.dialect, singleUses(filter, context), { all: false });
  const useColumn: UseColumn = shared?.column ?? (({ column }) => column);
  const where = compileTree<AttributeTest | ElementTest>(filter, (leaf) => compileLeaf(context, leaf, useColumn));
  return shared?.exists(where) ?? where;
}

/** The tests of attributes that have one value, and where it lies. */
function singleUses(filter: ResolvedFilter, context: CompileContext): readonly ColumnUse[] {
  return leavesOf<AttributeTest | ElementTest>(filter).flatMap((leaf) => {
    if (leaf.kind === 'element') return [];
    const source = sourceOf(context, leaf.path);
    return source.kind === 'single' ? [{ column: source.column, test: leaf.test }] : [];
  });
}

function compileLeaf(context: CompileContext, leaf: AttributeTest | ElementTest, useColumn: UseColumn): Sql {
  const source = sourceOf(context, leaf.path);
  if (leaf.kind === 'element') return compileElement(context.dialect, source, leaf);
  if (source.kind === 'rows') return compileRows(context.dialect, source, leaf);
  if (source.kind === 'options') return compileOptions(source, (value) => holds(leaf.test, [value]));
  return compileTest(context.dialect, useColumn({ column: source.column, test: leaf.test }), leaf.test);
}

function compileElement(dialect: Dialect, source: ValueSource, { filter }: ElementTest): Sql {
  if (source.kind === 'options') return compileOptions(source, (value) => matchesValue(filter, value));
  if (source.kind !== 'rows') return never;
  const useOf = ({ subAttribute, test }: ValueTest): ColumnUse => ({ column: source.column(subAttribute), test });
  const shared = shareColumns(dialect, leavesOf(filter).map(useOf), { all: true });
  const useColumn: UseColumn = shared?.column ?? (({ column }) => column);
  const condition = compileTree(filter, (leaf) => compileTest(dialect, useColumn(useOf(leaf)), leaf.test));
  return shared?.exists(condition, source) ?? exists(source, condition);
}

function compileRows(dialect: Dialect, rows: Rows, { path, test }: AttributeTest): Sql {
  const column = rows.column(path.subAttribute);
  if (test.operator !== 'ne') return exists(rows, compileTest(dialect, column, test));
  const present = sql`${textOf(dialect, column)} is not null`;
  return sql`(${exists(rows, compileDiffers(dialect, column, test))} or not ${exists(rows, present)})`;
}

function exists(rows: Rows, condition: Sql): Sql {
  const where = rows.where === undefined ? condition : sql`${rows.where} and ${condition}`;
  return sql`exists (select 1 from ${rows.from} where ${where})`;
}

/** Which of the options meet the filter is known now; at least one of them is always there. */
function compileOptions({ options }: Options, meets: (value: string) => boolean): Sql {
  const met = options.filter(({ value }) => meets(value));
  if (met.some(({ when }) => when === undefined)) return always;
  const conditions = met.flatMap(({ when }) => (when === undefined ? [] : [sql`(${when})`]));
  return conditions.length === 0 ? never : sql`(${joinSql(conditions, ' or ')})`;
}
