import { leafOf, resolvePath, type AttributePath } from '../../src/schema/attribute-path.js';
import type { Attribute, AttributeMap, AttributeType } from '../../src/schema/attribute.js';
import { readAttribute } from '../../src/schema/document.js';
import type { ResourceType, ResourceTypeName } from '../../src/schema/resource-type.js';
import { randomFrom, type Random } from './filter-generated-world.js';
import { typeNamed } from './filter-runs.js';
import { viewWorld, type World } from './filter-world.js';

/** An attribute that can be tested, and values that it has somewhere. */
interface Subject {
  readonly text: string;
  readonly type: AttributeType;
  readonly values: readonly unknown[];
  /** What can stand in brackets behind it. */
  readonly parts: readonly Subject[];
}

const text = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
const order = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const;
const equality = ['eq', 'ne'] as const;

const operators: Readonly<Record<AttributeType, readonly string[]>> = {
  string: text,
  reference: text,
  binary: equality,
  boolean: equality,
  dateTime: order,
  integer: order,
  decimal: order,
  complex: text,
};

/** Filters that are valid for a type, made of the values that are in a world and of what lies near them. */
export function* generateFilters(world: World, type: ResourceTypeName, count: number, seed: number): Generator<string> {
  const subjects = subjectsOf(world, typeNamed(type));
  const random = randomFrom(seed);
  for (let made = 0; made < count; made += 1) {
    // Many questions about few attributes are compiled otherwise than few about many.
    const few = [random.one(subjects, fallback), random.one(subjects, fallback)];
    yield random.chance(0.3) ? tree(random, few, 2) : tree(random, subjects, random.below(4));
  }
}

function tree(random: Random, subjects: readonly Subject[], depth: number): string {
  if (depth === 0 || random.chance(0.2)) return leaf(random, subjects);
  if (random.chance(0.2)) return `not (${tree(random, subjects, depth - 1)})`;
  const operands = Array.from({ length: 2 + random.below(3) }, () => tree(random, subjects, depth - 1));
  const joined = operands.join(random.chance(0.5) ? ' and ' : ' OR ');
  return random.chance(0.5) ? `(${joined})` : joined;
}

function leaf(random: Random, subjects: readonly Subject[]): string {
  const subject = random.one(subjects, subjects[0] ?? fallback);
  const name = spelled(random, subject.text);
  if (subject.parts.length === 0 || random.chance(0.4)) return `${name}${test(random, subject)}`;
  const inside = tree(random, subject.parts, random.below(3));
  if (random.chance(0.7)) return `${name}[${inside}]`;
  const part = random.one(subject.parts, fallback);
  return `${name}[${inside}].${part.text}${test(random, part)}`;
}

/** A name in some letter case: as it is, in capitals, or in letters of either kind. */
function spelled(random: Random, name: string): string {
  if (random.chance(0.7)) return name;
  if (random.chance(0.5)) return name.toUpperCase();
  return [...name].map((letter) => (random.chance(0.5) ? letter.toUpperCase() : letter.toLowerCase())).join('');
}

const fallback: Subject = { text: 'id', type: 'string', values: [], parts: [] };

function test(random: Random, subject: Subject): string {
  // A complex attribute can be compared by its `value`, where it has one.
  const value = subject.type === 'complex' ? subject.parts.find((part) => part.text === 'value') : subject;
  if (random.chance(0.1) || value === undefined) return random.one([' pr', ' PR', ' eq null', ' ne null'], ' pr');
  return ` ${random.one(operators[value.type], 'eq')} ${written(random, literal(random, value))}`;
}

/** A value as JSON, now and then with escapes where none are needed. */
function written(random: Random, value: unknown): string {
  const json = JSON.stringify(value);
  if (random.chance(0.8)) return json;
  return json.replaceAll(/[^ -~]|\//g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** An instant as it is written elsewhere: in another zone, with a finer fraction, or without what may be left out. */
function inAnotherZone(random: Random, instant: string): string {
  const [sign, minutes] = random.one([['+', 120] as const, ['-', 330] as const, ['+', 840] as const], ['+', 0]);
  const local = new Date(Date.parse(instant) + (sign === '+' ? minutes : -minutes) * 60_000).toISOString().slice(0, -1);
  const digits = (count: number) => String(Math.floor(count)).padStart(2, '0');
  return `${local}${random.chance(0.2) ? '9' : ''}${sign}${digits(minutes / 60)}:${digits(minutes % 60)}`;
}

function literal(random: Random, { type, values }: Subject): unknown {
  const near = random.one(values, type === 'boolean' ? true : 'a');
  if (typeof near !== 'string') return near;
  if (type === 'dateTime') {
    if (random.chance(0.3)) return inAnotherZone(random, near);
    return random.chance(0.5) ? near.replace('.000Z', random.one(['Z', ''], '')) : near;
  }
  const characters = [...near];
  const start = random.below(characters.length + 1);
  const end = random.below(characters.length + 1);
  const variants = [
    near,
    near,
    near,
    near.toUpperCase(),
    near.toLowerCase(),
    characters.slice(0, end).join(''),
    characters.slice(start).join(''),
    characters.slice(start, end).join(''),
    `${near}a`,
  ];
  return random.one(variants, near);
}

function subjectsOf(world: World, type: ResourceType): Subject[] {
  const resources = viewWorld(world, type.name === 'User' ? 'User' : 'Group');
  const schemas = [
    { attributes: type.core.attributes, prefix: '' },
    { attributes: type.core.attributes, prefix: `${type.core.id}:` },
    { attributes: type.common, prefix: '' },
    ...type.extensions.map(({ attributes, id }) => ({ attributes, prefix: `${id}:` })),
  ];
  return schemas.flatMap(({ attributes, prefix }) =>
    readable(attributes).flatMap((attribute) => {
      const name = prefix + attribute.name;
      const valuesAt = (path: string) =>
        resources
          .flatMap((resource) => [readAttribute(resource, pathOf(type, path))].flat())
          .filter((value) => value !== undefined);
      const leaves = readable(attribute.subAttributes).map((sub) => ({
        text: sub.name,
        type: sub.type,
        values: valuesAt(`${name}.${sub.name}`),
        parts: [],
      }));
      const parts =
        attribute.multiValued && leaves.length === 0
          ? [{ text: 'value', type: attribute.type, values: valuesAt(name), parts: [] }]
          : leaves;
      const whole = { text: name, type: attribute.type, values: valuesAt(name), parts };
      return [whole, ...leaves.map((each) => ({ ...each, text: `${name}.${each.text}` }))];
    }),
  );
}

function readable(attributes: AttributeMap): Attribute[] {
  return [...attributes.values()].filter(({ returned }) => returned !== 'never');
}

function pathOf(type: ResourceType, text: string): AttributePath {
  const path = resolvePath(type, text);
  if (path?.kind !== 'attribute' || leafOf(path).name === '') throw new Error(`${text} is no attribute`);
  return path;
}
