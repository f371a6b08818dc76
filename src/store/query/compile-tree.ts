import type { FilterTree } from '../../protocol/filter-tree.js';
import type { ValueFilter } from '../../protocol/resolved-filter.js';
import type { Attribute } from '../../schema/attribute.js';
import { compileTest, type Column } from './compile-test.js';
import { joinSql, sql } from '../sql/compose-sql.js';
import type { Dialect } from '../database/dialect.js';
import type { Sql } from '../sql/sql.js';

/** Compiles the leaves of a tree and joins them; true or false, as its leaves are. */
export function compileTree<Leaf extends { readonly kind: 'attribute' | 'element' | 'value' }>(
  tree: FilterTree<Leaf>,
  compile: (leaf: Leaf) => Sql,
): Sql {
  if (tree.kind === 'not') return sql`(not ${compileTree(tree.operand, compile)})`;
  if (tree.kind !== 'and' && tree.kind !== 'or') return compile(tree);
  return joinConditions(
    tree.operands.map((operand) => compileTree(operand, compile)),
    tree.kind,
  );
}

/** The leaves of a tree, in order. */
export function leavesOf<Leaf extends { readonly kind: 'attribute' | 'element' | 'value' }>(
  tree: FilterTree<Leaf>,
): readonly Leaf[] {
  if (tree.kind === 'not') return leavesOf(tree.operand);
  return tree.kind === 'and' || tree.kind === 'or' ? tree.operands.flatMap((operand) => leavesOf(operand)) : [tree];
}

const longestList = 32;

/** Joins conditions; long lists become lists of lists, because SQLite takes a list of 1,000 for 1,000 levels of brackets. */
function joinConditions(conditions: readonly Sql[], operator: 'and' | 'or'): Sql {
  if (conditions.length <= longestList) return sql`(${joinSql(conditions, ` ${operator} `)})`;
  const parts = Array.from({ length: Math.ceil(conditions.length / longestList) }, (_, part) =>
    joinConditions(conditions.slice(part * longestList, (part + 1) * longestList), operator),
  );
  return joinConditions(parts, operator);
}

/** The condition under which one value meets a filter; `column` says where its sub-attributes lie. */
export function compileValueFilter(
  dialect: Dialect,
  filter: ValueFilter,
  column: (subAttribute: Attribute | undefined) => Column,
): Sql {
  return compileTree(filter, ({ subAttribute, test }) => compileTest(dialect, column(subAttribute), test));
}
