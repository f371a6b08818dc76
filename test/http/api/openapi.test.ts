import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { describeApi } from '../../../src/http/api/openapi.js';
import { objectOf, type JsonSchema } from '../../../src/http/api/json-schemas.js';
import { routeTable } from '../../../src/http/api/route-table.js';
import { forEachDatabase } from '../../support/databases.js';
import type { Muster } from '../../support/muster.js';

/** Every `$ref` below a value. */
function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return Object.entries(objectOf(value)).flatMap(([name, member]) =>
    name === '$ref' && typeof member === 'string' ? [member] : referencesIn(member),
  );
}

/** Everything that stands where a schema does. */
function schemasIn(value: unknown): readonly JsonSchema[] {
  if (Array.isArray(value)) return value.flatMap(schemasIn);
  return Object.entries(objectOf(value)).flatMap(([name, member]) => {
    if (name === 'schemas') return Object.values(objectOf(member)).map(objectOf);
    return name === 'schema' ? [objectOf(member)] : schemasIn(member);
  });
}

function at(document: JsonSchema, ...keys: readonly string[]): JsonSchema {
  return keys.reduce((found, key) => objectOf(found[key]), document);
}

describe('the description of the companion API (OpenAPI 3.1)', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let document: JsonSchema;
    before(async () => {
      muster = await database.startMuster({ settings: { PUBLIC_URL: 'https://muster.example/idm' } });
      document = (await muster.request('GET', `${muster.apiUrl}/openapi.json`)).body;
    });

    it('is there without a token, as JSON, and names the public address', async () => {
      const answer = await muster.request('GET', `${muster.apiUrl}/openapi.json`);
      expect(answer.status).to.equal(200);
      expect(answer.headers['content-type']).to.match(/^application\/json/);
      expect(answer.body).to.deep.include({
        openapi: '3.1.0',
        servers: [{ url: 'https://muster.example/idm/api/v1' }],
      });
      expect((await muster.request('HEAD', `${muster.apiUrl}/openapi.json`)).status).to.equal(200);
      expect((await muster.request('GET', `${muster.apiUrl}/units`)).status).to.equal(401);
    });

    it('is a valid document of OpenAPI 3.1, as its published schema says', async () => {
      const { valid, errors } = await new Validator().validate(structuredClone({ ...document }));
      expect([valid, errors]).to.deep.equal([true, undefined]);
      const wrong = { ...document, paths: { '/units': { get: { responses: { 200: {} } } } } };
      expect((await new Validator().validate(structuredClone(wrong))).valid).to.equal(false);
    });

    it('holds schemas that are valid JSON Schemas of the dialect of OpenAPI 3.1 (JSON Schema 2020-12)', () => {
      const ajv = new Ajv2020({ strict: false, validateFormats: false });
      const schemas = schemasIn(document);
      expect(schemas.length).to.be.greaterThan(200);
      for (const schema of schemas) {
        expect(ajv.validateSchema(schema), JSON.stringify([schema, ajv.errors])).to.equal(true);
      }
      expect(ajv.validateSchema({ type: 'text' })).to.equal(false);
    });

    it('tells of every route, each with its parameters, its body and every answer', () => {
      const described = Object.entries(at(document, 'paths')).flatMap(([path, methods]) =>
        Object.keys(objectOf(methods)).map((method) => `${method.toUpperCase()} ${path}`),
      );
      expect(described).to.have.members(routeTable.map(({ method, path }) => `${method} ${path}`));
      for (const { method, path, answers, body, summary } of routeTable) {
        const operation = at(document, 'paths', path, method.toLowerCase());
        expect(operation).to.include({ summary });
        expect(Object.keys(at(operation, 'responses')), `${method} ${path}`).to.include.members(Object.keys(answers));
        expect('requestBody' in operation, `${method} ${path}`).to.equal(body !== undefined);
        const parameters = [operation['parameters']].flat().map(objectOf);
        const inPath = parameters
          .filter((parameter) => parameter['in'] === 'path')
          .map(({ name }) => `{${String(name)}}`);
        expect(inPath).to.have.members(path.match(/\{\w+\}/g) ?? []);
      }
    });

    it('holds no reference that leads nowhere, and no two operations of one name', () => {
      for (const reference of referencesIn(document)) {
        expect(Object.keys(at(document, ...reference.split('/').slice(1))), reference).not.to.be.empty;
      }
      const operations = Object.values(at(document, 'paths')).flatMap((methods) => Object.values(objectOf(methods)));
      const names = operations.map((operation) => objectOf(operation)['operationId']);
      expect(new Set(names).size).to.equal(names.length);
      expect(names).to.include.members(['getClientsByIdUsers', 'postTokensByIdRotate', 'getAudit']);
    });

    it('tells shared views once, refusals as problem details, the bearer scheme and the header of operators', () => {
      expect(at(document, 'components', 'schemas')).to.include.keys('Client', 'Unit', 'Token', 'Change', 'Problem');
      const unit = at(document, 'paths', '/units/{id}', 'get', 'responses', '200', 'content', 'application/json');
      expect(unit).to.deep.equal({ schema: { $ref: '#/components/schemas/Unit' } });
      const refusal = at(document, 'components', 'responses', 'Refusal403', 'content', 'application/problem+json');
      expect(refusal).to.deep.equal({ schema: { $ref: '#/components/schemas/Problem' } });
      expect(at(document, 'components', 'securitySchemes', 'bearer')).to.include({ type: 'http', scheme: 'bearer' });
      expect(at(document, 'components', 'parameters', 'MusterClient')).to.include({
        name: 'X-Muster-Client',
        in: 'header',
      });
      const header = [{ $ref: '#/components/parameters/MusterClient' }];
      expect(at(document, 'paths', '/units', 'get')).to.deep.include({ parameters: header });
      expect(at(document, 'paths', '/clients', 'get')).to.deep.include({ parameters: [] });
    });

    it('is the same as what the table says, and says nothing of SQL or paths of the machine', async () => {
      const made: unknown = JSON.parse(
        JSON.stringify(await describeApi(routeTable, 'https://muster.example/idm/api/v1')),
      );
      expect(document).to.deep.equal(made);
      expect(JSON.stringify(document)).not.to.match(/select |node_modules|\/src\//);
    });
  });
});
