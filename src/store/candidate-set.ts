import type { FilterTree } from '../protocol/filter-tree.js';
import type { CompareTest, ResolvedFilter, Test, ValueFilter } from '../protocol/resolved-filter.js';
import type { AttributePath } from '../schema/attribute-path.js';
import type { ResourceType } from '../schema/resource-type.js';
import { indexedPaths, indexKey, indexKeyHead } from '../schema/search-document.js';
import { isId } from './compile-test.js';
import { bind, joinSql, never, raw, sql } from './compose-sql.js';
import type { Sql } from './sql.js';

/** Ids that are enough, from the fewest expected to the most. */
const ranks = { unique: 0, value: 1, related: 2, prefix: 3, range: 4 } as const;

interface Candidates {
  readonly rank: number;
  readonly ids: Sql;
}

/**
 * `select id …` for a superset of the resources that meet a filter, found by key columns and indexes alone.
 * `and` takes its most selective part, `or` the union of all its parts, `not` has none.
 */
export function candidatesOf(filter: ResolvedFilter, type: ResourceType): Sql | undefined {
  return resourceCandidates(filter, type)?.ids;
}

function resourceCandidates(filter: ResolvedFilter, type: ResourceType): Candidates | undefined {
  return combine(filter, (leaf) => {
    if (leaf.kind === 'attribute') return testCandidates(type, leaf.path.text, leaf.test);
    return elementCandidates(type, leaf.path, leaf.filter);
  });
}

/** One value meets the whole filter, so each part of an `and` is met by a value of the resource. */
function elementCandidates(type: ResourceType, path: AttributePath, filter: ValueFilter): Candidates | undefined {
  return combine(filter, ({ subAttribute, test }) => {
    const text = subAttribute === undefined ? path.text : `${path.text}.${subAttribute.name}`;
    return testCandidates(type, text, test);
  });
}

function combine<Leaf extends { readonly kind: 'attribute' | 'element' | 'value' }>(
  tree: FilterTree<Leaf>,
  ofLeaf: (leaf: Leaf) => Candidates | undefined,
): Candidates | undefined {
  if (tree.kind === 'not') return undefined;
  if (tree.kind !== 'and' && tree.kind !== 'or') return ofLeaf(tree);
  const parts = tree.operands.flatMap((operand) => combine(operand, ofLeaf) ?? []);
  if (tree.kind === 'and') return parts.toSorted((a, b) => a.rank - b.rank)[0];
  return parts.length === tree.operands.length ? union(parts) : undefined;
}

// UNION, not OR: with OR both databases scan the tenant.
function union(parts: readonly Candidates[]): Candidates {
  const selects = parts.map(({ ids }) => sql`select id from (${ids}) c`);
  return { rank: Math.max(...parts.map(({ rank }) => rank)), ids: joinSql(selects, ' union ') };
}

function testCandidates(type: ResourceType, path: string, test: Test): Candidates | undefined {
  if (test.operator === 'pr') return undefined;
  const name = path.toLowerCase();
  if (test.comparand === 'instant') return name === 'meta.lastmodified' ? instantCandidates(type, test) : undefined;
  if (test.operator !== 'eq' && test.operator !== 'sw') return undefined;
  const value = String(test.value);
  if (test.operator === 'eq') return relatedCandidates(type, name, value) ?? keyCandidates(type, name, equals(value));
  return indexKeyHead(value) === '' ? undefined : keyCandidates(type, name, startsWith(value));
}

interface KeyCondition {
  readonly condition: (column: string) => Sql;
  readonly isPrefix: boolean;
}

function equals(value: string): KeyCondition {
  return { condition: (column) => sql`${raw(column)} = ${bind(indexKey(value))}`, isPrefix: false };
}

/** All keys that begin like the value; the key of a long value begins like the value does. */
function startsWith(value: string): KeyCondition {
  const head = indexKeyHead(value);
  const end = successor(head);
  const condition = (column: string) => {
    const from = sql`${raw(column)} >= ${bind(head)}`;
    return end === undefined ? from : sql`${from} and ${raw(column)} < ${bind(end)}`;
  };
  return { condition, isPrefix: true };
}

/** The smallest text, by code points, that is greater than every text with this prefix; undefined where there is none. */
function successor(prefix: string): string | undefined {
  const characters = [...prefix];
  for (let last = characters.pop(); last !== undefined; last = characters.pop()) {
    const code = last.codePointAt(0) ?? 0;
    // The code points of surrogates stand for no character.
    if (code < 0x10ffff) return characters.join('') + String.fromCodePoint(code === 0xd7ff ? 0xe000 : code + 1);
  }
  return undefined;
}

function tableOf(type: ResourceType): Sql {
  return raw(type.name === 'User' ? 'users' : 'groups');
}

function keyCandidates(type: ResourceType, name: string, key: KeyCondition): Candidates | undefined {
  const { condition, isPrefix } = key;
  const from = sql`select id from ${tableOf(type)} where client_id = :client`;
  const unique = (where: Sql) => ({ rank: isPrefix ? ranks.prefix : ranks.unique, ids: sql`${from} and ${where}` });
  if (name === 'externalid') return unique(condition('external_id'));
  // The index on the key leaves out the deleted.
  if (name === 'username' && type.name === 'User')
    return unique(sql`${condition('user_name_key')} and coalesce(deleted_at, '') = ''`);
  if (name === 'displayname' && type.name === 'Group') return unique(condition('display_name_key'));
  const attribute = isEffectiveRoles(name) ? 'roles.value' : name;
  const indexed = indexedPaths(type).find(({ text }) => text.toLowerCase() === attribute);
  if (indexed === undefined) return undefined;
  const ids = sql`select resource_id as id from value_index where client_id = :client and resource_type = ${bind(type.name)} and attribute = ${bind(attribute)} and ${condition('key')}`;
  return { rank: isPrefix ? ranks.prefix : ranks.value, ids };
}

// Roles in force are among the roles that were granted.
function isEffectiveRoles(name: string): boolean {
  return name.startsWith('urn:') && name.endsWith(':user:effectiveroles');
}

function relatedCandidates(type: ResourceType, name: string, value: string): Candidates | undefined {
  const from = sql`select id from ${tableOf(type)} where client_id = :client`;
  if (name === 'id')
    return { rank: ranks.unique, ids: sql`${from} and ${isId(value) ? sql`id = ${bind(value)}` : never}` };
  if (name.startsWith('urn:') && name.endsWith(':units'))
    return { rank: ranks.related, ids: sql`${from} and ${inUnit(value)}` };
  const members = type.name === 'User' && name === 'groups.value';
  const groups = type.name === 'Group' && name === 'members.value';
  if (!members && !groups) return undefined;
  if (!isId(value)) return { rank: ranks.unique, ids: sql`${from} and ${never}` };
  return { rank: ranks.related, ids: members ? membersBelow(value) : groupsAround(value) };
}

function inUnit(name: string): Sql {
  return sql`unit_set in (select s.unit_set from units u join unit_sets s on s.client_id = :client and s.unit_id = u.id where u.client_id = :client and u.name_key = ${bind(name)})`;
}

/** The users in a group and in the groups that it contains. */
function membersBelow(groupId: string): Sql {
  return sql`select m.user_id as id from memberships m where m.client_id = :client and m.group_id in (
    with recursive down (id) as (
      select g.id from groups g where g.client_id = :client and g.id = ${bind(groupId)}
      union select n.child_id from down join nestings n on n.client_id = :client and n.group_id = down.id
    ) select id from down)`;
}

function groupsAround(memberId: string): Sql {
  const id = bind(memberId);
  return sql`select m.group_id as id from memberships m where m.client_id = :client and m.user_id = ${id} union select n.group_id from nestings n where n.client_id = :client and n.child_id = ${id}`;
}

const symbols = { eq: '=', gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

function instantCandidates(type: ResourceType, test: CompareTest): Candidates | undefined {
  const { operator, value } = test;
  if (operator === 'ne' || operator === 'co' || operator === 'sw' || operator === 'ew') return undefined;
  const ids = sql`select id from ${tableOf(type)} where client_id = :client and last_modified ${raw(symbols[operator])} ${bind(String(value))}`;
  return { rank: ranks.range, ids };
}
