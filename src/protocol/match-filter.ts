import { isJsonObject, readAttribute, type ResourceDocument } from '../schema/document.js';
import { readDateTime } from '../schema/date-time.js';
import { fold } from '../schema/fold.js';
import type { CompareOperator, FilterTree } from './filter-tree.js';
import type {
  AttributeTest,
  Comparand,
  ElementTest,
  ResolvedFilter,
  Test,
  ValueFilter,
  ValueTest,
} from './resolved-filter.js';

/** Whether a resource, complete as a client sees it and not folded, meets a filter (RFC 7644 §3.4.2.2). */
export function matchesFilter(filter: ResolvedFilter, resource: ResourceDocument): boolean {
  return evaluate<AttributeTest | ElementTest>(filter, (leaf) => {
    const values = listOf(readAttribute(resource, leaf.path));
    if (leaf.kind === 'attribute') return holds(leaf.test, values);
    return values.some((value) => matchesValue(leaf.filter, value));
  });
}

/** Whether one value of a multi-valued attribute, not folded, meets a value filter (RFC 7644 §3.5.2). */
export function matchesValue(filter: ValueFilter, value: unknown): boolean {
  return evaluate<ValueTest>(filter, ({ subAttribute, test }) => {
    if (subAttribute === undefined) return holds(test, listOf(value));
    return holds(test, isJsonObject(value) ? listOf(value[subAttribute.name]) : []);
  });
}

type Kinded = { readonly kind: 'attribute' | 'element' | 'value' };

function evaluate<Leaf extends Kinded>(filter: FilterTree<Leaf>, test: (leaf: Leaf) => boolean): boolean {
  if (filter.kind === 'and') return filter.operands.every((operand) => evaluate(operand, test));
  if (filter.kind === 'or') return filter.operands.some((operand) => evaluate(operand, test));
  if (filter.kind === 'not') return !evaluate(filter.operand, test);
  return test(filter);
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** Whether the values of a simple attribute, not folded, meet a test; see `Test` for none and many. */
export function holds(test: Test, values: readonly unknown[]): boolean {
  if (test.operator === 'pr') return values.some((value) => value !== '');
  const { comparand } = test;
  if (test.operator === 'in')
    return values.some((value) => test.values.some((each) => each === normalise(comparand, value)));
  const { operator, value: operand } = test;
  if (operator === 'ne' && values.length === 0) return true;
  return values.some((value) => compare(operator, normalise(comparand, value), operand));
}

function normalise(comparand: Comparand, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (comparand === 'folded') return fold(value);
  return comparand === 'instant' ? (readDateTime(value) ?? value) : value;
}

function compare(operator: CompareOperator, value: unknown, operand: string | number | boolean): boolean {
  if (operator === 'eq') return value === operand;
  if (operator === 'ne') return value !== operand;
  if (typeof value === 'number' && typeof operand === 'number') return inOrder(operator, value - operand);
  if (typeof value !== 'string' || typeof operand !== 'string') return false;
  if (operator === 'co') return value.includes(operand);
  if (operator === 'sw') return value.startsWith(operand);
  if (operator === 'ew') return value.endsWith(operand);
  return inOrder(operator, compareCodePoints(value, operand));
}

function inOrder(operator: CompareOperator, difference: number): boolean {
  if (operator === 'gt') return difference > 0;
  if (operator === 'ge') return difference >= 0;
  if (operator === 'lt') return difference < 0;
  return operator === 'le' && difference <= 0;
}

/** Orders by code points, as the databases do; JavaScript's `<` goes by UTF-16 units, which puts emoji before U+E000. */
function compareCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
