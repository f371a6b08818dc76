import { LRUCache } from 'lru-cache';
import type { AttributePath } from '../../schema/attribute-path.js';
import { longestKey } from '../../schema/search-document.js';
import type { AttributeTest, ElementTest, ResolvedFilter, Test, ValueFilter } from '../../protocol/resolved-filter.js';
import type { Binding, Sql } from '../sql/sql.js';
import type { CandidateSet } from './candidate-set.js';
import type { CompiledFilter } from './compile-filter.js';
import { sourceOf, type CompileContext } from './value-source.js';

/** A filter that asks for equal texts alone, as a provider does who looks somebody up. */
interface LookUp {
  readonly leaf: AttributeTest | ElementTest;
  /** What it has in common with those that differ in their texts only. */
  readonly shape: string;
  /** In the order in which they stand in the filter. */
  readonly texts: readonly string[];
}

/** SQL with holes: a binding is the place of a text of the look-up, or as it is. */
interface Template {
  readonly text: string;
  readonly bindings: readonly ({ readonly place: number } | { readonly value: Binding })[];
}

interface KnownLookUp {
  readonly where: Template;
  readonly candidates: {
    readonly ids: Template;
    readonly row: Template | undefined;
    readonly reach: CandidateSet['reach'];
  };
}

type Compile = (filter: ResolvedFilter, context: CompileContext) => CompiledFilter;

const unfit = 'unfit';
// A shape is made of attributes of schemas, as they are spelt there.
const known = new LRUCache<string, KnownLookUp | typeof unfit>({ max: 500 });

/**
 * Compiles a filter; look-ups of one shape once, because they are the same SQL with other bindings. To compile one anew costs more
 * than to run it.
 */
export function compileOnce(filter: ResolvedFilter, context: CompileContext, compile: Compile): CompiledFilter {
  const lookUp = readLookUp(filter, context);
  if (lookUp === undefined) return compile(filter, context);
  let found = known.get(lookUp.shape);
  if (found === undefined) {
    found = learn(lookUp, context, compile);
    known.set(lookUp.shape, found);
  }
  return found === unfit ? compile(filter, context) : fill(found, lookUp.texts);
}

function readLookUp(filter: ResolvedFilter, { dialect, type }: CompileContext): LookUp | undefined {
  if (filter.kind !== 'attribute' && filter.kind !== 'element') return undefined;
  const texts: string[] = [];
  const shape = filter.kind === 'attribute' ? note(filter.test, texts) : noteAll(filter.filter, texts);
  if (shape === undefined) return undefined;
  return { leaf: filter, shape: `${dialect.columnTypes.database} ${type.name} ${filter.path.text}${shape}`, texts };
}

/** Notes the text that a value must be equal to; undefined for any other test. A longer text has a key that is not itself. */
function note(test: Test, texts: string[]): string | undefined {
  if (test.operator !== 'eq' || typeof test.value !== 'string' || test.value.length > longestKey) return undefined;
  texts.push(test.value);
  return ` ${test.comparand}`;
}

function noteAll(filter: ValueFilter, texts: string[]): string | undefined {
  let shape = '';
  for (const each of filter.kind === 'and' ? filter.operands : [filter]) {
    if (each.kind !== 'value') return undefined;
    const noted = note(each.test, texts);
    if (noted === undefined) return undefined;
    shape += `[${each.subAttribute?.name ?? ''}${noted}]`;
  }
  return shape;
}

/** Compiles the look-up with marks in the place of its texts. */
function learn({ leaf, texts }: LookUp, context: CompileContext, compile: Compile): KnownLookUp | typeof unfit {
  if (!isInDocument(context, leaf.path)) return unfit;
  const marks = texts.map((_, place) => `\u0000${place}`);
  const { where, candidates } = compile(marked(leaf, marks), context);
  if (candidates === undefined) return unfit;
  const { ids, row, reach } = candidates;
  const template = (part: Sql) => templateOf(part, marks);
  return { where: template(where), candidates: { ids: template(ids), row: row && template(row), reach } };
}

/** Whether the values lie in what is stored of the resource: then the SQL says the same whatever the text is, and whoever asks. */
function isInDocument(context: CompileContext, path: AttributePath): boolean {
  const source = sourceOf(context, path);
  if (source.kind === 'options') return false;
  return (source.kind === 'single' ? source.column : source.column(path.subAttribute)).kind === 'json';
}

function marked(leaf: AttributeTest | ElementTest, marks: readonly string[]): AttributeTest | ElementTest {
  const left = [...marks];
  // Only what `note` has noted is marked: tests for equality.
  const mark = <Each extends { readonly test: Test }>(each: Each): Each => {
    return { ...each, test: { ...each.test, value: left.shift() } };
  };
  if (leaf.kind === 'attribute') return mark(leaf);
  const { filter } = leaf;
  const markEach = (each: ValueFilter): ValueFilter => (each.kind === 'value' ? mark(each) : each);
  return {
    ...leaf,
    filter: filter.kind === 'and' ? { ...filter, operands: filter.operands.map(markEach) } : markEach(filter),
  };
}

function templateOf({ text, bindings }: Sql, marks: readonly string[]): Template {
  const holes = bindings.map((value) => {
    const place = marks.findIndex((mark) => mark === value);
    return place === -1 ? { value } : { place };
  });
  return { text, bindings: holes };
}

function fill({ where, candidates: { ids, row, reach } }: KnownLookUp, texts: readonly string[]): CompiledFilter {
  const candidates = { ids: filled(ids, texts), reach, row: row && filled(row, texts) };
  return { where: filled(where, texts), candidates };
}

function filled({ text, bindings }: Template, texts: readonly string[]): Sql {
  return { text, bindings: bindings.map((each) => ('place' in each ? (texts[each.place] ?? null) : each.value)) };
}
