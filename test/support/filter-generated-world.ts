import type { Attribute, AttributeMap } from '../../src/schema/attribute.js';
import { indexedPaths } from '../../src/schema/search-document.js';
import { leafOf } from '../../src/schema/attribute-path.js';
import { writeAttribute, type ResourceDocument } from '../../src/schema/document.js';
import { fold } from '../../src/schema/fold.js';
import { groupType, userType, type ResourceType } from '../../src/schema/resource-type.js';
import type { World, WorldGroup, WorldResource } from './filter-world.js';
import { randomNumbers } from './random-order.js';

/** Random choices, the same for the same seed. */
export interface Random {
  chance(probability: number): boolean;
  below(limit: number): number;
  one<Item>(items: readonly Item[], otherwise: Item): Item;
}

export function randomFrom(seed: number): Random {
  const next = randomNumbers(seed);
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    chance: (probability) => next() < probability,
    below,
    one: (items, otherwise) => items[below(items.length)] ?? otherwise,
  };
}

// Words that meet each other in parts, in letter case, in wildcards, in escapes and in the order of code points.
const words = [
  'a',
  'A',
  'ab',
  'aB',
  'b',
  'work',
  'Work',
  'home',
  'ada@x.org',
  'ADA@X.ORG',
  'bob@x.org',
  'x.org',
  'ß',
  'SS',
  'É',
  'é',
  'İ',
  'ς',
  'Σ',
  'K',
  'k',
  '😀',
  '\ue000',
  '\uffee',
  '%',
  '_',
  'a_b',
  '100%',
  '\\',
  '"',
  "'",
  '',
  ' ',
  '\n',
  '?',
  '$1',
  ':client',
  '}',
  '1',
  '01',
  'true',
  'null',
  'l'.repeat(199) + '😀' + 'l'.repeat(70),
  'l'.repeat(199) + '😀' + 'L'.repeat(71),
  'l'.repeat(257),
] as const;
const instants = [
  '2010-01-01T00:00:00.000Z',
  '2011-05-13T04:42:34.000Z',
  '2011-05-13T04:42:34.001Z',
  '2024-02-29T23:59:59.999Z',
] as const;
const units = ['Support', 'Research', 'ß-Team', 'Closed'] as const;

const statuses = ['PENDING', 'ACTIVE', 'LOCKED'] as const;
const kinds = ['group', 'collaboration', 'unit-managers'] as const;

const keptElsewhere: ReadonlySet<string> = new Set([
  'schemas',
  'id',
  'meta',
  'groups',
  'members',
  'password',
  'units',
  'clientId',
  'effectiveRoles',
  'accountStatus',
  'kind',
  'parent',
  'shortName',
  'urn',
]);

function randomValue(random: Random, attribute: Attribute): unknown {
  if (attribute.type === 'complex') return randomMembers(random, attribute.subAttributes, 0.5);
  if (attribute.type === 'dateTime') return random.one(instants, instants[0]);
  if (attribute.type === 'boolean') return random.chance(0.5);
  return attribute.type === 'binary' ? random.one(['QQ==', 'qq==', 'QUE='], '') : random.one(words, '');
}

function randomMembers(random: Random, attributes: AttributeMap, density: number): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const attribute of attributes.values()) {
    if (keptElsewhere.has(attribute.name) || !random.chance(density)) continue;
    const count = attribute.multiValued ? 1 + random.below(3) : 1;
    const values = Array.from({ length: count }, () => randomValue(random, attribute)).filter(
      (value) => !isEmptyObject(value),
    );
    if (values.length > 0) members[attribute.name] = attribute.multiValued ? values : values[0];
  }
  return members;
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function randomDocument(random: Random, type: ResourceType, number: number): ResourceDocument {
  const members = { ...randomMembers(random, type.core.attributes, 0.25), ...randomMembers(random, type.common, 0.4) };
  for (const extension of type.extensions) {
    const own = randomMembers(random, extension.attributes, 0.4);
    if (Object.keys(own).length > 0) members[extension.id] = own;
  }
  return withUniqueValues(random, type, { ...members, ...namesOf(random, type, number) }, number);
}

function namesOf(random: Random, type: ResourceType, number: number): ResourceDocument {
  const name = `${random.one(words, '')}${number}`;
  return type.name === 'User' ? { userName: name, active: random.chance(0.7) } : { displayName: name };
}

/** Values that must differ get the number of the resource. */
function withUniqueValues(
  random: Random,
  type: ResourceType,
  document: ResourceDocument,
  number: number,
): ResourceDocument {
  const unique = indexedPaths(type).filter((path) => leafOf(path).uniqueness !== 'none');
  return unique.reduce(
    (whole, path) => writeAttribute(whole, path, random.chance(0.5) ? `${random.one(words, '')}#${number}` : undefined),
    document,
  );
}

function randomRoles(random: Random): World['roles'] {
  const names = new Map(words.map((word) => [fold(word), word]));
  return [...names.values()]
    .filter(() => random.chance(0.5))
    .map((name) => ({ name, active: random.chance(0.7), contains: words.filter(() => random.chance(0.1)) }));
}

function randomResource(random: Random, type: ResourceType, number: number): WorldResource {
  const hex = (length: number) => Array.from({ length }, () => random.below(16).toString(16)).join('');
  return {
    id: `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    version: 1 + random.below(12),
    document: randomDocument(random, type, number),
    createdAt: random.one(instants, instants[0]),
    lastModified: random.one(instants, instants[0]),
    units: units.filter(() => random.chance(0.25)),
    standing: type.name === 'User' ? random.one(statuses, 'ACTIVE') : random.one(kinds, 'group'),
  };
}

/** A client with 60 people and 14 groups, some of them in each other, made of words that are hard to compare. */
export function generateWorld(seed: number): World {
  const random = randomFrom(seed);
  const users = Array.from({ length: 60 }, (_, number) => ({
    ...randomResource(random, userType, number),
    deleted: number % 13 === 12,
  }));
  const bare = Array.from({ length: 14 }, (_, number) => randomResource(random, groupType, number));
  const groups = bare.map((group, index): WorldGroup => ({
    ...group,
    users: users.filter(() => random.chance(0.12)).map(({ id }) => id),
    // A group contains later ones only, so that there is no cycle.
    groups: bare
      .slice(index + 1)
      .filter(() => random.chance(0.15))
      .map(({ id }) => id),
  }));
  return {
    clientId: 'c0000000-0000-4000-8000-000000000002',
    units: units.map((name, index) => ({
      id: `d0000000-0000-4000-8000-00000000001${index}`,
      name,
      ended: name === 'Closed',
    })),
    roles: randomRoles(random),
    users,
    groups,
  };
}
