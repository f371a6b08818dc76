import type { FilterTree } from '../../protocol/filter-tree.js';
import type {
  AttributeTest,
  CompareTest,
  ElementTest,
  InTest,
  ResolvedFilter,
  Test,
  ValueFilter,
} from '../../protocol/resolved-filter.js';
import type { ResourceType } from '../../schema/resource-type.js';
import { indexedPaths, indexKey, indexKeyHead } from '../../schema/search-document.js';
import { isId } from './compile-test.js';
import { groupsAround, membersOfGroups } from './member-candidates.js';
import { living } from '../resources/living.js';
import { bind, joinSql, never, raw, sql } from '../sql/compose-sql.js';
import type { Dialect } from '../database/dialect.js';
import type { Sql } from '../sql/sql.js';
import type { CompileContext } from './value-source.js';

/** How many there may be: at most one for each value that is named, all that share a value, or any number. */
export type Reach = 'unique' | 'shared' | 'any';

/** Ids that are enough, from the fewest expected to the most. */
const ranks = { unique: 0, value: 1, related: 2, prefix: 3, range: 4, scan: 5 } as const;

interface Candidates {
  readonly rank: number;
  readonly ids: Sql;
  readonly row?: Sql;
}

/** `select id …`, and how many ids that may give. */
export interface CandidateSet {
  readonly ids: Sql;
  readonly reach: Reach;
  /** The same as a condition of the row `r`, where one value of a key column says it. */
  readonly row?: Sql | undefined;
}

/**
 * `select id …` for a superset of the resources that meet a filter, found by key columns and indexes alone;
 * an id may come twice, so it belongs behind `in`.
 * `and` takes its most selective part, `or` the union of all its parts, `not` has none.
 */
export function candidatesOf(filter: ResolvedFilter, { type, dialect }: CompileContext): CandidateSet | undefined {
  const candidates = combine(filter, (leaf) => {
    const element = leaf.kind === 'element' ? leaf.filter : valueTestOf(leaf);
    const isOfGroups =
      type.name === 'User' && leaf.path.extension === undefined && leaf.path.attribute.name === 'groups';
    if (isOfGroups) return element === undefined ? undefined : groupsCandidates(dialect, element);
    return leaf.kind === 'attribute' ? testCandidates(type, leaf.path.text, leaf.test) : elementCandidates(type, leaf);
  });
  if (candidates === undefined) return undefined;
  return { ids: candidates.ids, reach: reachOf(candidates.rank), row: candidates.row };
}

function reachOf(rank: number): Reach {
  if (rank === ranks.unique) return 'unique';
  return rank === ranks.value ? 'shared' : 'any';
}

/** A test that a value has to meet, as a filter over that value; `ne` is none, because it holds where there is no value. */
function valueTestOf({ path, test }: AttributeTest): ValueFilter | undefined {
  return test.operator === 'ne' ? undefined : { kind: 'value', subAttribute: path.subAttribute, test };
}

function groupsCandidates(dialect: Dialect, filter: ValueFilter): Candidates | undefined {
  const ids = membersOfGroups(dialect, filter);
  return ids === undefined ? undefined : { rank: namesId(filter) ? ranks.related : ranks.scan, ids };
}

function namesId(filter: ValueFilter): boolean {
  if (filter.kind === 'and') return filter.operands.some(namesId);
  if (filter.kind === 'or') return filter.operands.every(namesId);
  if (filter.kind !== 'value' || filter.subAttribute?.name !== 'value') return false;
  return filter.test.operator === 'eq' || filter.test.operator === 'in';
}

/** One value meets the whole filter, so each part of an `and` is met by a value of the resource. */
function elementCandidates(type: ResourceType, { path, filter }: ElementTest): Candidates | undefined {
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

// UNION, not OR: with OR both databases scan the tenant. And ALL, because to merge its parts without repetition
// SQLite would read each in the order of the id, which is a scan as well.
function union(parts: readonly Candidates[]): Candidates {
  const selects = parts.map(({ ids }) => sql`select id from (${ids}) c`);
  return { rank: Math.max(...parts.map(({ rank }) => rank)), ids: joinSql(selects, ' union all ') };
}

function testCandidates(type: ResourceType, path: string, test: Test): Candidates | undefined {
  if (test.operator === 'pr') return undefined;
  if (test.operator === 'in') return anyOf(type, path, test);
  const name = path.toLowerCase();
  if (test.comparand === 'instant') return name === 'meta.lastmodified' ? instantCandidates(type, test) : undefined;
  if (test.operator === 'eq') return equalCandidates(type, name, [String(test.value)]);
  const head = test.operator === 'sw' ? indexKeyHead(String(test.value)) : '';
  return head === '' ? undefined : keyCandidates(type, name, startsWith(head));
}

function anyOf(type: ResourceType, path: string, test: InTest): Candidates | undefined {
  if (test.comparand !== 'instant') return equalCandidates(type, path.toLowerCase(), test.values.map(String));
  const parts = test.values.flatMap(
    (value) => testCandidates(type, path, { operator: 'eq', comparand: 'instant', value }) ?? [],
  );
  return parts.length === test.values.length ? union(parts) : undefined;
}

function equalCandidates(type: ResourceType, name: string, values: readonly string[]): Candidates | undefined {
  return relatedCandidates(type, name, values) ?? keyCandidates(type, name, equals(values));
}

interface KeyCondition {
  readonly condition: (column: string) => Sql;
  readonly isPrefix: boolean;
  readonly isSingle: boolean;
}

function equals(values: readonly string[]): KeyCondition {
  const condition = (column: string) => isOneOf(column, values.map(indexKey));
  return { condition, isPrefix: false, isSingle: values.length === 1 };
}

function isOneOf(column: string, values: readonly string[]): Sql {
  const [only, ...others] = values;
  if (only === undefined) return never;
  if (others.length === 0) return sql`${raw(column)} = ${bind(only)}`;
  return sql`${raw(column)} in (${joinSql(values.map(bind), ', ')})`;
}

/** All keys that begin like a value, by the head of its key; the key of a long value begins like the value does. */
function startsWith(head: string): KeyCondition {
  const end = successor(head);
  const condition = (column: string) => {
    const from = sql`${raw(column)} >= ${bind(head)}`;
    return end === undefined ? from : sql`${from} and ${raw(column)} < ${bind(end)}`;
  };
  return { condition, isPrefix: true, isSingle: false };
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
  const { condition, isPrefix, isSingle } = key;
  const from = sql`select id from ${tableOf(type)} where client_id = :client`;
  const found = (rank: number, where: Sql) => ({
    rank: isPrefix ? ranks.prefix : rank,
    ids: sql`${from} and ${where}`,
  });
  if (name === 'externalid') return found(ranks.value, condition('external_id'));
  const among = (where: (alias: string) => Sql) => {
    const ids = found(ranks.unique, where(''));
    return isSingle ? { ...ids, row: where('r.') } : ids;
  };
  if (name === 'username' && type.name === 'User') return among((alias) => hasUserName(alias, condition));
  if (name === 'displayname' && type.name === 'Group') return among((alias) => condition(`${alias}display_name_key`));
  const isEffective = isEffectiveRoles(name);
  const attribute = isEffective ? 'roles.value' : name;
  const indexed = indexedPaths(type).find(({ text }) => text.toLowerCase() === attribute);
  if (indexed === undefined) return undefined;
  const keyed = isEffective ? containing(condition) : condition('key');
  const ids = sql`select resource_id as id from value_index where client_id = :client and resource_type = ${bind(type.name)} and attribute = ${bind(attribute)} and ${keyed}`;
  return { rank: isPrefix ? ranks.prefix : ranks.value, ids };
}

function hasUserName(alias: string, condition: KeyCondition['condition']): Sql {
  return sql`${condition(`${alias}user_name_key`)} and ${raw(living(alias))}`;
}

function isEffectiveRoles(name: string): boolean {
  return name.startsWith('urn:') && name.endsWith(':user:effectiveroles');
}

/** Roles in force are among those that were granted, and what these contain. */
function containing(condition: KeyCondition['condition']): Sql {
  return sql`key in (select i.role_key from role_inclusions i where ${condition('i.included_key')})`;
}

function relatedCandidates(type: ResourceType, name: string, values: readonly string[]): Candidates | undefined {
  const from = sql`select id from ${tableOf(type)} where client_id = :client`;
  const ids = values.filter(isId);
  if (name === 'id') {
    const candidates = { rank: ranks.unique, ids: sql`${from} and ${isOneOf('id', ids)}` };
    return values.length === 1 ? { ...candidates, row: isOneOf('r.id', ids) } : candidates;
  }
  if (name.startsWith('urn:') && name.endsWith(':units'))
    return { rank: ranks.related, ids: sql`${from} and ${inUnit(values)}` };
  if (type.name !== 'Group' || name !== 'members.value') return undefined;
  if (ids.length === 0) return { rank: ranks.unique, ids: sql`${from} and ${never}` };
  return { rank: ranks.related, ids: joinSql(ids.map(groupsAround), ' union all ') };
}

function inUnit(names: readonly string[]): Sql {
  return sql`unit_set in (select s.unit_set from units u join unit_sets s on s.client_id = :client and s.unit_id = u.id where u.client_id = :client and ${isOneOf('u.name_key', names)})`;
}

const symbols = { eq: '=', gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

function instantCandidates(type: ResourceType, test: CompareTest): Candidates | undefined {
  const { operator, value } = test;
  if (operator === 'ne' || operator === 'co' || operator === 'sw' || operator === 'ew') return undefined;
  const ids = sql`select id from ${tableOf(type)} where client_id = :client and last_modified ${raw(symbols[operator])} ${bind(String(value))}`;
  return { rank: ranks.range, ids };
}
