import { wholePath } from '../schema/attribute-path.js';
import { mergeEqualities } from './merge-equalities.js';
import type { AttributeTest, ElementTest, ResolvedFilter, ValueFilter } from './resolved-filter.js';

/** An equivalent filter that costs less: see `lookOnce` and `mergeEqualities`. */
export function simplifyFilter(filter: ResolvedFilter): ResolvedFilter {
  return mergeEqualities(lookOnce(filter));
}

/**
 * An equivalent filter that looks through the values of a multi-valued attribute once where it can:
 * "a value meets f or a value meets g" is "a value meets f or g", and `not f and not g` is `not (f or g)`.
 */
function lookOnce(filter: ResolvedFilter): ResolvedFilter {
  if (filter.kind === 'not') return { kind: 'not', operand: lookOnce(filter.operand) };
  if (filter.kind === 'or') return alternatives(filter.operands.map(lookOnce));
  if (filter.kind !== 'and') return filter;
  const negated = filter.operands.flatMap((operand) => (operand.kind === 'not' ? [lookOnce(operand.operand)] : []));
  if (negated.length < 2) return { kind: 'and', operands: filter.operands.map(lookOnce) };
  const others = filter.operands.filter((operand) => operand.kind !== 'not').map(lookOnce);
  const none: ResolvedFilter = { kind: 'not', operand: alternatives(negated) };
  return others.length === 0 ? none : { kind: 'and', operands: [...others, none] };
}

function alternatives(operands: readonly ResolvedFilter[]): ResolvedFilter {
  const merged = new Map<string, ElementTest>();
  const others: ResolvedFilter[] = [];
  for (const operand of flattened(operands)) {
    const test = asElementTest(operand);
    if (test === undefined) others.push(operand);
    else merged.set(test.path.text, either(merged.get(test.path.text), test));
  }
  const all = [...merged.values(), ...others];
  const [first] = all;
  return first !== undefined && all.length === 1 ? first : { kind: 'or', operands: all };
}

function flattened(operands: readonly ResolvedFilter[]): ResolvedFilter[] {
  return operands.flatMap((operand) => (operand.kind === 'or' ? operand.operands : [operand]));
}

function either(known: ElementTest | undefined, test: ElementTest): ElementTest {
  if (known === undefined) return test;
  return { ...test, filter: { kind: 'or', operands: [...branches(known.filter), ...branches(test.filter)] } };
}

function branches(filter: ValueFilter): readonly ValueFilter[] {
  return filter.kind === 'or' ? filter.operands : [filter];
}

/** The operand as a question about one value; `ne` is none, because it holds where there is no value. */
function asElementTest(operand: ResolvedFilter): ElementTest | undefined {
  if (operand.kind === 'element') return operand;
  if (operand.kind !== 'attribute' || !operand.path.attribute.multiValued || operand.test.operator === 'ne')
    return undefined;
  return elementTestOf(operand);
}

function elementTestOf({ path, test }: AttributeTest): ElementTest {
  return { kind: 'element', path: wholePath(path), filter: { kind: 'value', subAttribute: path.subAttribute, test } };
}
