import { invalidFilter } from '../errors.js';
import type { AttributePath } from '../schema/attribute-path.js';
import type { Attribute } from '../schema/attribute.js';
import type { AttributeTest, ElementTest, ResolvedFilter, Test, ValueFilter } from './resolved-filter.js';

/** What a look at one resource costs, in units of one test of a value that has been read (docs/decisions/0008). */
const costs = { test: 1, part: 1, read: 2, make: 2, lookThrough: 8, lookAtGroups: 14, valueTest: 2 } as const;

/** The largest cost of a filter that is tried on every resource: 10,000 of them are looked at in about 50 ms. */
export const maxScanCost = 48;

/** Throws `invalidFilter` for a filter that must not be tried on every resource of a client. */
export function refuseCostlyScan(filter: ResolvedFilter): void {
  if (scanCost(filter) <= maxScanCost) return;
  throw invalidFilter(
    'the filter asks too much of every resource: join to it by "and" a comparison that an index serves, such as userName, ' +
      'externalId or emails.value with "eq", or ask in several requests',
  );
}

/**
 * What it costs to try a filter on one resource. A single value is read once, however often it is tested;
 * the values of a multi-valued attribute are looked through for each question about them.
 */
export function scanCost(filter: ResolvedFilter): number {
  const read = new Set<string>();
  const cost = costOf(filter, read);
  return cost + read.size * costs.read;
}

function costOf(filter: ResolvedFilter, read: Set<string>): number {
  if (filter.kind === 'not') return costOf(filter.operand, read);
  if (filter.kind === 'element') return lookCost(filter.path) + valueCost(filter);
  if (filter.kind === 'attribute') return testCost(filter, read);
  return filter.operands.reduce((sum, operand) => sum + costOf(operand, read), 0);
}

function testCost({ path, test }: AttributeTest, read: Set<string>): number {
  // Whether there is a value at all is a question of its own.
  if (isMultiValued(path)) return (lookCost(path) + costs.valueTest * priceOf(test)) * (test.operator === 'ne' ? 2 : 1);
  // What lies in no document, such as the location, is made for each test.
  if (path.attribute.name === 'meta') return priceOf(test) + costs.make;
  read.add(path.text);
  return priceOf(test);
}

// The end of a text is cut off, and the beginning too, before it is compared.
function priceOf({ operator }: Test): number {
  return operator === 'ew' || operator === 'sw' ? costs.test + costs.part : costs.test;
}

function lookCost({ extension, attribute }: AttributePath): number {
  const isOfGroups = extension === undefined && (attribute.name === 'groups' || attribute.name === 'members');
  return isOfGroups ? costs.lookAtGroups : costs.lookThrough;
}

function isMultiValued({ attribute, subAttribute }: AttributePath): boolean {
  return attribute.multiValued || subAttribute?.multiValued === true;
}

function valueCost({ filter }: ElementTest): number {
  const read = new Set<Attribute | undefined>();
  const tests = priceOfTests(filter, read);
  return tests * costs.valueTest + (read.size - 1) * costs.read;
}

function priceOfTests(filter: ValueFilter, read: Set<Attribute | undefined>): number {
  if (filter.kind === 'not') return priceOfTests(filter.operand, read);
  if (filter.kind !== 'value') return filter.operands.reduce((sum, operand) => sum + priceOfTests(operand, read), 0);
  read.add(filter.subAttribute);
  return priceOf(filter.test);
}
