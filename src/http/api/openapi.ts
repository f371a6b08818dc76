import { setImmediate as nextTurn } from 'node:timers/promises';
import { JsonSchemas, objectOf, type JsonSchema } from './json-schemas.js';
import type { AnswerDescription, Route } from './route.js';
import { problem } from './schemas.js';

const titles: Readonly<Record<string, string>> = {
  400: 'The request cannot be meant',
  401: 'The bearer token is missing or not valid',
  403: 'The token may not do this',
  404: 'Not there, or not of this client',
  default: 'Any other refusal',
};

const info = {
  title: 'Muster companion API',
  version: '1',
  description:
    'What administrators, unit managers and operators need and SCIM 2.0 has no word for. Both call the same rules: nothing ' +
    'here can do what SCIM forbids. People and groups are provisioned over SCIM at `/scim/v2`. Times are ISO 8601 UTC; errors are problem ' +
    'details (RFC 9457).',
};

const bearer = {
  type: 'http',
  scheme: 'bearer',
  description:
    'A token of this service. What it reaches (a client, units, or one person) and its access decide what it may do.',
};

const clientHeader = {
  name: 'X-Muster-Client',
  in: 'header',
  required: false,
  description:
    "For operators' tokens alone, which must name the client they act on, by id or name. Other tokens have their own.",
  schema: { type: 'string' },
};

// Each takes half a millisecond.
const routesATurn = 10;

/**
 * The OpenAPI 3.1 document of a route table, with turns of the event loop for others. `serverUrl` is the base URL of the API,
 * without a trailing slash.
 */
export async function describeApi(routes: readonly Route[], serverUrl: string): Promise<JsonSchema> {
  const schemas = new JsonSchemas();
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const [place, each] of routes.entries()) {
    if (place > 0 && place % routesATurn === 0) await nextTurn();
    (paths[each.path] ??= {})[each.method.toLowerCase()] = describeRoute(each, schemas);
  }
  const problemSchema = schemas.output(problem);
  return {
    openapi: '3.1.0',
    info,
    servers: [{ url: serverUrl }],
    security: [{ bearer: [] }],
    tags: [...new Set(routes.map(tagOf))].toSorted().map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { bearer },
      parameters: { MusterClient: clientHeader },
      responses: Object.fromEntries(
        Object.entries(titles).map(([status, description]) => [
          nameOf(status),
          problemAnswer(description, problemSchema),
        ]),
      ),
      schemas: schemas.components,
    },
  };
}

function describeRoute(each: Route, schemas: JsonSchemas): JsonSchema {
  const description = [each.description, `Needs: ${needs(each)}.`].filter((part) => part !== undefined).join('\n\n');
  return {
    operationId: operationId(each),
    tags: [tagOf(each)],
    summary: each.summary,
    description,
    'x-audience': each.audience,
    'x-tenant': each.tenant,
    parameters: parametersOf(each, schemas),
    ...bodyOf(each, schemas),
    responses: answersOf(each, schemas),
  };
}

function needs({ audience, method }: Route): string {
  if (audience === 'operator') return `an operator's token${method === 'GET' ? '' : ' with access `admin`'}`;
  return audience === 'self' ? 'any token' : `access \`${audience}\``;
}

function tagOf({ path }: Route): string {
  return path.split('/')[1] ?? '';
}

/** Such as `getClientsByIdUsers`. */
function operationId({ method, path }: Route): string {
  const words = path
    .split('/')
    .slice(1)
    .flatMap((segment) => {
      const [, parameter] = /^\{(\w+)\}$/.exec(segment) ?? [];
      return parameter === undefined ? segment.split(/\W+/) : ['by', parameter];
    });
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function parametersOf(each: Route, schemas: JsonSchemas): readonly JsonSchema[] {
  const namesClient = each.tenant === 'token' || each.tenant === 'optional';
  return [
    ...parametersIn('path', schemas.input(each.params)),
    ...parametersIn('query', schemas.input(each.query)),
    ...(namesClient ? [{ $ref: '#/components/parameters/MusterClient' }] : []),
  ];
}

function parametersIn(place: 'path' | 'query', schema: JsonSchema): readonly JsonSchema[] {
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(objectOf(schema['properties'])).map(([name, value]) => {
    const { description, ...rest } = objectOf(value);
    const described = description === undefined ? {} : { description };
    return { name, in: place, required: place === 'path' || required.includes(name), ...described, schema: rest };
  });
}

function bodyOf({ body }: Route, schemas: JsonSchemas): JsonSchema {
  if (body === undefined) return {};
  const content = { 'application/json': { schema: schemas.input(body) } };
  return { requestBody: { required: !body.safeParse(undefined).success, content } };
}

function answersOf(each: Route, schemas: JsonSchemas): JsonSchema {
  const answers: Record<string, JsonSchema> = {};
  for (const status of Object.keys(titles)) answers[status] = { $ref: `#/components/responses/${nameOf(status)}` };
  for (const [status, answer] of Object.entries(each.answers)) {
    answers[status] = describeAnswer(Number(status), answer, schemas);
  }
  return answers;
}

function describeAnswer(
  status: number,
  { description, schema, lines }: AnswerDescription,
  schemas: JsonSchemas,
): JsonSchema {
  if (status >= 400) return problemAnswer(description, schemas.output(schema ?? problem));
  const content = {
    ...(schema === undefined ? {} : { 'application/json': { schema: schemas.output(schema) } }),
    ...(lines === undefined ? {} : { 'application/x-ndjson': { schema: schemas.output(lines) } }),
  };
  return Object.keys(content).length === 0 ? { description } : { description, content };
}

function problemAnswer(description: string, schema: JsonSchema): JsonSchema {
  return { description, content: { 'application/problem+json': { schema } } };
}

function nameOf(status: string): string {
  return status === 'default' ? 'Refusal' : `Refusal${status}`;
}
