import type { FilterTree } from './filter-tree.js';
import type { AttributeTest, CompareTest, ElementTest, InTest, ValueTest } from './resolved-filter.js';

type Leaf = AttributeTest | ElementTest | ValueTest;
type Compared<Kind extends Leaf> = Kind & { readonly test: CompareTest };

/**
 * An equivalent tree in which alternatives of equality with one attribute, and values that it must all differ from, are one
 * look at a list: `a eq 1 or a eq 2` is `a in (1, 2)`, and `a ne 1 and a ne 2` is `not (a in (1, 2))` where `a` has one value.
 */
export function mergeEqualities<Kind extends Leaf>(tree: FilterTree<Kind>): FilterTree<Kind> {
  if (tree.kind === 'not') return { kind: 'not', operand: mergeEqualities(tree.operand) };
  if (tree.kind === 'or') return joined('or', mergeAlternatives(flattened('or', tree.operands)));
  if (tree.kind === 'and') return joined('and', mergeDifferences(flattened('and', tree.operands)));
  if (tree.kind === 'element') return { ...tree, filter: mergeEqualities(tree.filter) };
  return tree;
}

function joined<Kind extends Leaf>(kind: 'and' | 'or', operands: readonly FilterTree<Kind>[]): FilterTree<Kind> {
  const [first, ...others] = operands;
  return first !== undefined && others.length === 0 ? first : { kind, operands };
}

function flattened<Kind extends Leaf>(
  kind: 'and' | 'or',
  operands: readonly FilterTree<Kind>[],
): readonly FilterTree<Kind>[] {
  return operands.flatMap((operand) => (operand.kind === kind ? flattened(kind, operand.operands) : [operand]));
}

function mergeAlternatives<Kind extends Leaf>(operands: readonly FilterTree<Kind>[]): FilterTree<Kind>[] {
  return merged(operands, (leaf) => leaf.test.operator === 'eq', oneOf);
}

function mergeDifferences<Kind extends Leaf>(operands: readonly FilterTree<Kind>[]): FilterTree<Kind>[] {
  return merged(
    operands,
    (leaf) => leaf.test.operator === 'ne' && hasOneValue(leaf),
    (group) => {
      const [only, ...more] = group;
      return only !== undefined && more.length === 0 ? only : { kind: 'not', operand: oneOf(group) };
    },
  );
}

/** Of many values `ne` asks for one that differs, which is not that none is equal. */
function hasOneValue(leaf: Leaf): boolean {
  if (leaf.kind === 'value') return leaf.subAttribute?.multiValued !== true;
  return !leaf.path.attribute.multiValued && leaf.path.subAttribute?.multiValued !== true;
}

/** Each group of leaves about one attribute becomes one operand, in the place of its first; what is said twice is said once. */
function merged<Kind extends Leaf>(
  operands: readonly FilterTree<Kind>[],
  belongs: (leaf: Compared<Kind>) => boolean,
  combine: (group: readonly Compared<Kind>[]) => FilterTree<Kind>,
): FilterTree<Kind>[] {
  const groups = new Map<string, Compared<Kind>[]>();
  const places = new Map<string, () => FilterTree<Kind>>();
  for (const [index, operand] of operands.entries()) {
    if (!isCompared(operand) || !belongs(operand)) {
      places.set(textOf(operand) ?? String(index), () => mergeEqualities(operand));
      continue;
    }
    const name = nameOf(operand);
    const group = groups.get(name) ?? [];
    group.push(operand);
    groups.set(name, group);
    places.set(name, () => combine(group));
  }
  return [...places.values()].map((make) => make());
}

/** The same text for the same question about one attribute. */
function textOf<Kind extends Leaf>(tree: FilterTree<Kind>): string | undefined {
  if (tree.kind !== 'attribute' && tree.kind !== 'value') return undefined;
  return JSON.stringify([nameOf(tree), tree.test]);
}

function isCompared<Kind extends Leaf>(tree: FilterTree<Kind>): tree is Compared<Kind> {
  if (tree.kind !== 'attribute' && tree.kind !== 'value') return false;
  return tree.test.operator !== 'pr' && tree.test.operator !== 'in';
}

function nameOf(leaf: Leaf): string {
  return leaf.kind === 'value' ? (leaf.subAttribute?.name ?? '') : leaf.path.text;
}

function oneOf<Kind extends Leaf>(leaves: readonly Compared<Kind>[]): FilterTree<Kind> {
  const [first] = leaves;
  if (first === undefined) throw new Error('a list of alternatives is empty');
  const values = [...new Set(leaves.map(({ test }) => test.value))];
  if (values.length === 1 && first.test.operator === 'eq') return first;
  const test: InTest = { operator: 'in', comparand: first.test.comparand, values };
  return { ...first, test };
}
