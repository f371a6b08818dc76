import { invalidFilter, type RequestError } from '../errors.js';
import type { Attribute, AttributeType } from '../schema/attribute.js';
import { readDateTime } from '../schema/date-time.js';
import { fold } from '../schema/fold.js';
import type { CompareOperator, Comparison, FilterLiteral } from './filter-tree.js';
import type { Comparand, CompareTest } from './resolved-filter.js';

const textOperators: ReadonlySet<CompareOperator> = new Set(['co', 'sw', 'ew']);
const orderOperators: ReadonlySet<CompareOperator> = new Set(['gt', 'ge', 'lt', 'le']);

const articles: Readonly<Record<Exclude<AttributeType, 'complex'>, string>> = {
  string: 'a string',
  reference: 'a string',
  binary: 'a string in base64',
  boolean: 'true or false',
  decimal: 'a number',
  integer: 'a number',
  dateTime: 'a dateTime such as "2011-05-13T04:42:34Z"',
};

/** An error about a filter that says where in the text it lies. */
export function filterFault(what: string, position: number): RequestError {
  return invalidFilter(`${what}, at position ${position}`);
}

/**
 * Checks a comparison with a simple attribute and brings its value into the form in which it is compared.
 * Throws `invalidFilter` for an operator that makes no sense for the type, and for a value of another type
 * (RFC 7644 §3.4.2.2 table 3).
 */
export function resolveComparison(attribute: Attribute, node: Comparison): CompareTest {
  const comparand = comparandOf(attribute);
  if (!allows(attribute.type, node.operator)) {
    throw filterFault(
      `the operator "${node.operator}" does not apply to ${attribute.name}, which is of type ${attribute.type}`,
      node.operatorPosition,
    );
  }
  const value = readValue(comparand, node.value);
  if (value === undefined) throw wrongValue(attribute, node);
  return { operator: node.operator, comparand, value };
}

function wrongValue(attribute: Attribute, node: Comparison): RequestError {
  if (node.value === null) return filterFault('null can only be compared by "eq" and "ne"', node.operatorPosition);
  const expected = attribute.type === 'complex' ? 'another value' : articles[attribute.type];
  return filterFault(`${attribute.name} is compared with ${expected}`, node.valuePosition);
}

function allows(type: AttributeType, operator: CompareOperator): boolean {
  if (textOperators.has(operator)) return type === 'string' || type === 'reference';
  if (orderOperators.has(operator)) return type !== 'boolean' && type !== 'binary';
  return true;
}

function comparandOf(attribute: Attribute): Comparand {
  if (attribute.type === 'boolean') return 'boolean';
  if (attribute.type === 'integer' || attribute.type === 'decimal') return 'number';
  if (attribute.type === 'dateTime') return 'instant';
  // A schema is meant whatever the letter case of its URN (RFC 8141 §3.1), and providers vary it.
  return attribute.caseExact && attribute.name !== 'schemas' ? 'exact' : 'folded';
}

function readValue(comparand: Comparand, value: FilterLiteral): string | number | boolean | undefined {
  if (comparand === 'boolean') return typeof value === 'boolean' ? value : undefined;
  if (comparand === 'number') return typeof value === 'number' ? value : undefined;
  if (typeof value !== 'string') return undefined;
  if (comparand === 'instant') return readDateTime(value);
  return comparand === 'folded' ? fold(value) : value;
}
