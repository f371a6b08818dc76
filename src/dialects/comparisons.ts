import type { Comparison } from './habit.js';

// Each alternative starts with another character and none can be entered twice, so the scan is linear.
const token = /"(?:[^"\\]|\\.)*"?|\s+|[()[\]]|[^\s"()[\]]+/gs;
const operators = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']);
const blank = /^\s/;
const word = /^[^\s"()[\]]/;
const value = /^[^\s()[\]]/;

/**
 * Rewrites every `attribute operator value` of a filter or path and leaves the rest as it is. Judges nothing: what is not a comparison goes to the parser unchanged. Linear in the length of the text.
 */
export function mapComparisons(text: string, rewrite: (comparison: Comparison) => Comparison): string {
  const tokens = text.match(token) ?? [];
  const significant: number[] = [];
  for (const [place, part] of tokens.entries()) if (!blank.test(part)) significant.push(place);
  for (let i = 0; i + 2 < significant.length; i += 1) {
    const [attributeAt = 0, operatorAt = 0, valueAt = 0] = [significant[i], significant[i + 1], significant[i + 2]];
    const comparison = readComparison(tokens[attributeAt], tokens[operatorAt], tokens[valueAt]);
    if (comparison === undefined) continue;
    const rewritten = rewrite(comparison);
    tokens[attributeAt] = rewritten.attribute;
    tokens[valueAt] = rewritten.value;
    i += 2;
  }
  return tokens.join('');
}

function readComparison(attribute = '', operator = '', operand = ''): Comparison | undefined {
  if (!operators.has(operator.toLowerCase()) || !word.test(attribute) || !value.test(operand)) return undefined;
  return { attribute, operator, value: operand };
}
