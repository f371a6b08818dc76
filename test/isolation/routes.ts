import { z } from 'zod';
import { routeTable } from '../../src/http/api/route-table.js';
import type { Route } from '../../src/http/api/route.js';

type Json = Readonly<Record<string, unknown>>;
type Steps = readonly (string | number)[];

/** A place of a route's schemas where an id stands. */
export interface IdField {
  readonly part: 'params' | 'query' | 'body';
  readonly steps: Steps;
  /** Whose id: the mark `x-id-of`. */
  readonly kind: string;
  /** The name of the field. */
  readonly name: string;
}

/** A route of the companion API with all places for ids. */
export interface IdRoute {
  readonly route: Route;
  readonly title: string;
  readonly fields: readonly IdField[];
}

/** What stands in a request for each part. */
export interface RequestParts {
  readonly params: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly body: unknown;
}

/** A text that the sender makes unique in every request. */
export const freshText = 'case-000000';

/** Fields that name things of a tenant without being marked. */
const namedIds: Readonly<Record<string, string>> = {
  units: 'unit',
  unit: 'unit',
  userId: 'user',
  serviceId: 'service',
  groups: 'group',
  objectId: 'object',
  actor: 'token',
  services: 'service',
  code: 'code',
};

/**
 * Names of fields that hold texts which are nothing's id or name in a client: words of a catalogue, instants, and what is only kept.
 * A field that is new stands here, or is marked as an id.
 */
export const plainFields: ReadonlySet<string> = new Set(
  `access action approval claimType claimValue confirm contains cursor dialect force includeDeleted intendedRole kind
  objectType order page pageSize permissions role roles scopes status type value wildcards expiresAt from
  membershipExpiresAt to defaultRolesByUserType description display displayName email employeeNumber firstName invites
  labels lastName name newPassword oldPassword openId password phoneNumber shortName userName userType username`.split(
    /\s+/,
  ),
);

// What no schema tells: values that a request needs so that its ids are looked at.
const knownTexts: Readonly<Record<string, unknown>> = {
  type: 'SEGMENT',
  objectType: 'SEGMENT',
  permissions: ['READ'],
  claimValue: 'Scheduler',
  value: 'Scheduler',
  invites: [`${freshText}@mail.example`],
  email: `${freshText}@mail.example`,
  oldPassword: 1,
};

/** Needed where a schema is a list, because an empty one holds no ids. */
const oneOf = new Set(['ids', 'invites']);

/** Every route, with the places for ids in its path, query and body. */
export const idRoutes: readonly IdRoute[] = routeTable.map((route) => ({
  route,
  title: `${route.method} ${route.path}`,
  fields: (['params', 'query', 'body'] as const).flatMap((part) => fieldsOf(route, part)),
}));

/** Every field of a route that holds a text, by name; those inside an id field are left out. */
export function textFieldsOf(route: Route): readonly string[] {
  return (['params', 'query', 'body'] as const).flatMap((part) => {
    const schema = route[part];
    return schema === undefined ? [] : [...namesIn(jsonSchema(schema), '')];
  });
}

function* namesIn(schema: Json, name: string): Generator<string> {
  if (schema['type'] === 'string' && name !== '') yield name;
  for (const [member, value] of Object.entries(objectOf(schema['properties']))) yield* namesIn(objectOf(value), member);
  for (const inner of [schema['items'], schema['additionalProperties']]) {
    if (inner !== undefined) yield* namesIn(objectOf(inner), name);
  }
  for (const branch of branchesOf(schema)) yield* namesIn(branch, name);
}

/** The parts of a request to a route: own ids everywhere, and `value` in the field. */
export function partsOf(
  { route, fields }: IdRoute,
  own: (kind: string) => string,
  given?: { readonly field: IdField; readonly value: string },
): RequestParts {
  const paramFields = fields.filter(({ part }) => part === 'params');
  const values = paramFields.map(({ name, kind }): [string, unknown] => [
    name,
    name === 'openId' ? base64(own('openId')) : own(kind),
  ]);
  const sampled = objectOf(sampleOf(route.params));
  const part = (name: IdField['part'], value: unknown) =>
    given?.field.part === name ? withValue(value, given.field.steps, valueFor(given)) : value;
  const params = objectOf(part('params', { ...sampled, ...Object.fromEntries(values) }));
  return {
    params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)])),
    query: part('query', sampleOf(route.query)),
    body: route.body === undefined ? undefined : part('body', sampleOf(route.body)),
  };
}

function valueFor({ field, value }: { readonly field: IdField; readonly value: string }): string {
  return field.name === 'openId' && field.part === 'params' ? base64(value) : value;
}

/** How an OpenID stands in a path. */
export function base64(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function fieldsOf(route: Route, part: IdField['part']): readonly IdField[] {
  const schema = route[part];
  if (schema === undefined) return [];
  const found = [...fieldsIn(jsonSchema(schema), { steps: [], name: '' })].map((each) => ({
    part,
    ...each,
    kind: kindIn(route, part, each),
  }));
  return [...new Map(found.map((field) => [JSON.stringify(field.steps), field])).values()];
}

/** A collaboration is a group, and its routes want one. */
function kindIn({ path }: Route, part: IdField['part'], { name, kind }: Omit<IdField, 'part'>): string {
  return part === 'params' && name === 'id' && path.startsWith('/collaborations/') ? 'collaboration' : kind;
}

interface Place {
  readonly steps: Steps;
  readonly name: string;
}

function* fieldsIn(schema: Json, { steps, name }: Place): Generator<Omit<IdField, 'part'>> {
  const kind = schema['x-id-of'] ?? (schema['type'] === 'string' ? namedIds[name] : undefined);
  if (typeof kind === 'string') yield { steps, kind, name };
  for (const [member, value] of Object.entries(objectOf(schema['properties']))) {
    yield* fieldsIn(objectOf(value), { steps: [...steps, member], name: member });
  }
  if (schema['items'] !== undefined) yield* fieldsIn(objectOf(schema['items']), { steps: [...steps, 0], name });
  for (const branch of branchesOf(schema)) yield* fieldsIn(branch, { steps, name });
}

function branchesOf(schema: Json): readonly Json[] {
  const branches = schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf'];
  return Array.isArray(branches) ? branches.map(objectOf) : [];
}

function jsonSchema(schema: z.ZodType): Json {
  // Inside an object the root is spelled out, whatever it is.
  const whole = objectOf(z.toJSONSchema(z.object({ root: schema }), { io: 'input', reused: 'inline' }));
  const definitions = objectOf(whole['$defs']);
  return objectOf(inlined(objectOf(whole['properties'])['root'], definitions));
}

function inlined(value: unknown, definitions: Json): unknown {
  if (Array.isArray(value)) return value.map((each) => inlined(each, definitions));
  if (typeof value !== 'object' || value === null) return value;
  const { $ref, ...rest } = objectOf(value);
  const target = typeof $ref === 'string' ? objectOf(definitions[$ref.replace('#/$defs/', '')]) : {};
  const members = Object.entries({ ...target, ...rest });
  return Object.fromEntries(members.map(([name, member]) => [name, inlined(member, definitions)]));
}

function sampleOf(schema: z.ZodType): unknown {
  return sample(jsonSchema(schema), '');
}

function sample(schema: Json, name: string): unknown {
  const known = knownTexts[name];
  if (known !== undefined) return known;
  const values = schema['enum'];
  if (schema['const'] !== undefined) return schema['const'];
  if (Array.isArray(values)) return values[0];
  const [branch] = branchesOf(schema);
  if (branch !== undefined) return sample(branch, name);
  switch (schema['type']) {
    case 'object':
      return requiredMembers(schema);
    case 'array':
      return oneOf.has(name) ? [sample(objectOf(schema['items']), name)] : [];
    case 'integer':
    case 'number':
      return schema['minimum'] ?? 1;
    case 'boolean':
      return true;
    default:
      return schema['format'] === 'date-time' ? '2027-01-31T12:00:00Z' : freshText;
  }
}

function requiredMembers(schema: Json): Json {
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
  const properties = objectOf(schema['properties']);
  return Object.fromEntries(required.map((name) => [name, sample(objectOf(properties[name]), name)]));
}

/** The value with `leaf` at the place; what leads there is made from the name where it is missing. */
function withValue(value: unknown, [step, ...rest]: Steps, leaf: unknown): unknown {
  if (step === undefined) return leaf;
  if (typeof step === 'number') {
    const items: readonly unknown[] = Array.isArray(value) ? value : [];
    return [withValue(items[0] ?? itemFor(rest), rest, leaf)];
  }
  const members = objectOf(value);
  return { ...members, [step]: withValue(members[step], rest, leaf) };
}

function itemFor(rest: Steps): unknown {
  return rest[0] === 'objectId' ? { objectType: 'SEGMENT', permissions: ['READ'] } : undefined;
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
