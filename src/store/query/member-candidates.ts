import type { ValueFilter } from '../../protocol/resolved-filter.js';
import type { Attribute } from '../../schema/attribute.js';
import type { Column } from './compile-test.js';
import { compileValueFilter } from './compile-tree.js';
import { bind, sql } from '../sql/compose-sql.js';
import type { Dialect } from '../database/dialect.js';
import type { Sql } from '../sql/sql.js';

/**
 * `select id …` for the users in the groups that meet a filter, and in the groups that these contain.
 * Whether a membership is direct is left aside. Undefined where the filter says nothing about the group itself.
 */
export function membersOfGroups(dialect: Dialect, filter: ValueFilter): Sql | undefined {
  const groups = aboutGroup(filter);
  if (groups === undefined) return undefined;
  return sql`select m.user_id as id from memberships m where m.client_id = :client and m.group_id in (
    with recursive down (id) as (
      select e.id from groups e where e.client_id = :client and ${compileValueFilter(dialect, groups, groupColumn)}
      union select n.child_id from down cross join nestings n where n.client_id = :client and n.group_id = down.id
    ) select id from down)`;
}

/** `select id …` for the groups that contain a user or a group themselves. */
export function groupsAround(memberId: string): Sql {
  const id = bind(memberId);
  return sql`select m.group_id as id from memberships m where m.client_id = :client and m.user_id = ${id} union all select n.group_id from nestings n where n.client_id = :client and n.child_id = ${id}`;
}

function groupColumn(subAttribute: Attribute | undefined): Column {
  if (subAttribute?.name === 'value') return { kind: 'id', column: 'e.id' };
  return { kind: 'json', json: 'e.search', keys: ['displayName'] };
}

/** The part of a filter that asks for the group's id and name alone; it is met wherever the filter is. */
function aboutGroup(filter: ValueFilter): ValueFilter | undefined {
  if (filter.kind === 'and') {
    const operands = filter.operands.flatMap((operand) => aboutGroup(operand) ?? []);
    return operands.length === 0 ? undefined : { kind: 'and', operands };
  }
  return isAboutGroup(filter) ? filter : undefined;
}

function isAboutGroup(filter: ValueFilter): boolean {
  if (filter.kind === 'not') return isAboutGroup(filter.operand);
  if (filter.kind !== 'value') return filter.operands.every(isAboutGroup);
  return filter.subAttribute?.name === 'value' || filter.subAttribute?.name === 'display';
}
