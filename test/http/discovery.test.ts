import { expect } from 'chai';
import type { AttributeDocument } from '../../src/schema/attribute.js';
import * as documents from '../../src/schema/schema-documents.js';
import type { SchemaDocument } from '../../src/schema/schema-documents.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import {
  callerOf,
  enterpriseUrn,
  groupUrn,
  musterGroupUrn,
  musterUserUrn,
  userUrn,
  type Caller,
} from '../support/scim.js';

const listUrn = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const coreUrn = (name: string) => `urn:ietf:params:scim:schemas:core:2.0:${name}`;
const paths = ['/ServiceProviderConfig', '/Schemas', `/Schemas/${userUrn}`, '/ResourceTypes', '/ResourceTypes/User'];

const typeNames: Readonly<Record<string, string>> = { integer: 'number', decimal: 'number', boolean: 'boolean' };

/** What a document says that its schema does not allow: names that are unknown, missing or of another type. */
function faults(attributes: readonly AttributeDocument[], value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [`${path} is no object`];
  const members = Object.entries(value);
  const missing = attributes.filter(({ name, required }) => required && !members.some(([key]) => key === name));
  return [
    ...missing.map(({ name }) => `${path}.${name} is missing`),
    ...members.flatMap(([name, member]) => {
      const attribute = attributes.find((each) => each.name === name) ?? nested(attributes, name);
      return attribute === undefined
        ? [`${path}.${name} is unknown`]
        : valueFaults(attribute, member, `${path}.${name}`);
    }),
  ];
}

/** Sub-attributes have the same schema as attributes, at any depth (RFC 7643 §7). */
function nested(attributes: readonly AttributeDocument[], name: string): AttributeDocument | undefined {
  const { attributes: own } = documents.schemaSchema;
  const subAttributes = own.flatMap((each) => each.subAttributes ?? []).find((each) => each.name === 'subAttributes');
  return name === 'subAttributes' && attributes === subAttributes?.subAttributes ? subAttributes : undefined;
}

function valueFaults(attribute: AttributeDocument, value: unknown, path: string): string[] {
  if (attribute.multiValued !== Array.isArray(value)) return [`${path} is ${attribute.multiValued ? 'no' : 'a'} list`];
  return [value].flat().flatMap((each: unknown): string[] => {
    if (attribute.type === 'complex') return faults(attribute.subAttributes ?? [], each, path);
    const expected = typeNames[attribute.type] ?? 'string';
    return typeof each === expected ? [] : [`${path} is no ${expected}`];
  });
}

/** A document apart from what every resource has (RFC 7643 §3.1). */
function ownMembers(document: object): object {
  const { schemas: _schemas, meta: _meta, ...own } = document as Readonly<Record<string, unknown>>;
  return own;
}

const described: readonly SchemaDocument[] = Object.values(documents);

describe('discovery', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let call: Caller;
    before(async () => {
      muster = await database.startMuster();
      const client = await muster.createClient('ACME');
      call = callerOf(muster, (await muster.createToken({ client, access: 'read' })).token);
    });

    it('shows what the service can do, exactly (RFC 7643 §5, §8.5, RFC 9865 §4)', async () => {
      const { status, headers, body } = await call('GET', '/ServiceProviderConfig');
      expect(status).to.equal(200);
      expect(headers['content-type']).to.equal('application/scim+json');
      expect(body).to.deep.equal({
        schemas: [coreUrn('ServiceProviderConfig')],
        patch: { supported: true },
        bulk: { supported: true, maxOperations: 1_000, maxPayloadSize: 1_048_576 },
        filter: { supported: true, maxResults: 500 },
        changePassword: { supported: true },
        sort: { supported: true },
        etag: { supported: true },
        pagination: {
          cursor: true,
          index: true,
          defaultPaginationMethod: 'index',
          defaultPageSize: 100,
          maxPageSize: 500,
          cursorTimeout: 3_600,
        },
        authenticationSchemes: [
          {
            type: 'oauthbearertoken',
            name: 'OAuth Bearer Token',
            description: 'A token of this service in the Authorization header',
            specUri: 'https://www.rfc-editor.org/info/rfc6750',
            primary: true,
          },
        ],
        meta: { resourceType: 'ServiceProviderConfig', location: `${muster.baseUrl}/ServiceProviderConfig` },
      });
    });

    it('shows the resource types, exactly, one by one and as a list (RFC 7643 §6, §8.6, RFC 7644 §4 figure 9)', async () => {
      const resourceType = (name: string, schema: string, extensions: readonly string[], description: string) => ({
        schemas: [coreUrn('ResourceType')],
        id: name,
        name,
        endpoint: `/${name}s`,
        description,
        schema,
        schemaExtensions: extensions.map((urn) => ({ schema: urn, required: false })),
        meta: { resourceType: 'ResourceType', location: `${muster.baseUrl}/ResourceTypes/${name}` },
      });
      const types = [
        resourceType('User', userUrn, [enterpriseUrn, musterUserUrn], 'User Account'),
        resourceType('Group', groupUrn, [musterGroupUrn], 'Group'),
      ];
      const page = await call.read('/ResourceTypes');
      expect(page).to.deep.include({ schemas: [listUrn], startIndex: 1, totalResults: page.Resources.length });
      expect(page.Resources.slice(0, 2)).to.deep.equal(types);
      const catalogue = ['Role', 'Entitlement', 'OktaRole', 'OktaEntitlement'];
      expect(page.Resources.slice(2).map((type) => type.id)).to.have.members(catalogue);
      for (const type of types) expect(await call.read(`/ResourceTypes/${type.name}`)).to.deep.equal(type);
    });

    it('shows the schema of everything that it serves, one by one and as a list (RFC 7643 §7, §8.7, RFC 7644 §4)', async () => {
      const { Resources, ...rest } = await call.read('/Schemas');
      const count = described.length;
      expect(rest).to.deep.equal({ schemas: [listUrn], totalResults: count, startIndex: 1, itemsPerPage: count });
      expect(Resources.map(({ id }) => id)).to.have.members(described.map(({ id }) => id));
      for (const schema of Resources) {
        expect(schema.schemas).to.deep.equal([coreUrn('Schema')]);
        expect(schema.meta).to.deep.equal({
          resourceType: 'Schema',
          location: `${muster.baseUrl}/Schemas/${schema.id}`,
        });
        expect(await call.read(`/Schemas/${schema.id}`)).to.deep.equal(schema);
        const own = described.find(({ id }) => id === schema.id);
        expect(schema).to.include({ name: own?.name, description: own?.description });
      }
    });

    it('describes attributes as they are, without what is nobody else’s business (RFC 7643 §7)', async () => {
      const text = JSON.stringify(await call.read('/Schemas'));
      expect(text).not.to.include('"index":');
      const user = await call.read(`/Schemas/${userUrn}`);
      expect(user['attributes']).to.deep.include({
        name: 'userName',
        type: 'string',
        multiValued: false,
        description: documents.userSchema.attributes.find(({ name }) => name === 'userName')?.description,
        required: true,
        caseExact: false,
        mutability: 'readWrite',
        returned: 'default',
        uniqueness: 'server',
      });
    });

    it('serves documents that keep to their own schemas (RFC 7643 §5, §6, §7)', async () => {
      const schemas = await call.read('/Schemas');
      const types = await call.read('/ResourceTypes');
      const config = await call.read('/ServiceProviderConfig');
      for (const document of [config, ...types.Resources, ...schemas.Resources]) {
        const schema = described.find(({ id }) => id === document.schemas[0]);
        expect(faults(schema?.attributes ?? [], ownMembers(document), document.id)).to.deep.equal([]);
      }
      for (const { schema, schemaExtensions } of types.Resources) {
        // The test above has shown that it is a list of schemas.
        const extensions = schemaExtensions as readonly { readonly schema: string }[];
        const urns = [schema, ...extensions.map((extension) => extension.schema)];
        expect(schemas.Resources.map(({ id }) => id)).to.include.members(urns);
      }
    });

    it('finds documents by name and URN in any letter case, and no others: 404 (RFC 7644 §4, RFC 7643 §7, RFC 8141 §3.1)', async () => {
      expect((await call.read(`/schemas/${userUrn.toUpperCase()}`)).id).to.equal(userUrn);
      expect((await call.read('/resourcetypes/group/')).id).to.equal('Group');
      for (const path of [
        `/Schemas/${coreUrn('Nothing')}`,
        '/ResourceTypes/Nothing',
        '/Schemas/%00',
        '/Schemas/__proto__',
      ]) {
        const { status, body } = await call('GET', path);
        expect([status, body.status], path).to.deep.equal([404, '404']);
      }
    });

    for (const path of paths) {
      it(`${path}: a filter is forbidden, and other query parameters are ignored (RFC 7644 §4)`, async () => {
        for (const filter of ['id eq "User"', '', 'nonsense (']) {
          const { status, body } = await call('GET', `${path}?filter=${encodeURIComponent(filter)}`);
          expect([status, body.status], filter).to.deep.equal([403, '403']);
        }
        const query = 'attributes=id&excludedAttributes=meta&sortBy=x&sortOrder=y&startIndex=2&count=0&cursor=z';
        expect(await call.read(`${path}?${query}`)).to.deep.equal(await call.read(path));
      });

      it(`${path}: takes nothing but GET and HEAD (RFC 7644 §4, RFC 7231 §6.5.5)`, async () => {
        for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
          const { status, headers, body } = await call(method, path, method === 'DELETE' ? undefined : {});
          expect([status, headers['allow'], body.status], method).to.deep.equal([405, 'GET, HEAD', '405']);
        }
        const { status, text } = await call('HEAD', path);
        expect([status, text]).to.deep.equal([200, '']);
      });
    }

    it('is open to whoever has a token, a person’s or an operator’s among them, and but for the configuration to nobody else (RFC 7644 §2, §4)', async () => {
      const client = await muster.createClient('BETA');
      const admin = callerOf(muster, (await muster.createToken({ client })).token);
      const user = await admin.create('/Users', { schemas: [userUrn], userName: 'bjensen' });
      for (const wish of [{ client, user: user.id }, { access: 'admin' as const }]) {
        const each = callerOf(muster, (await muster.createToken(wish)).token);
        for (const path of paths) expect((await each('GET', path)).status, path).to.equal(200);
      }
      for (const path of paths.slice(1)) {
        const { status, headers } = await muster.request('GET', path);
        expect([status, headers['www-authenticate']], path).to.deep.equal([401, 'Bearer realm="muster"']);
      }
    });

    it('tells those without a token how to get in, and nothing to those with a wrong one (RFC 7643 §5, RFC 7644 §2)', async () => {
      const path = '/ServiceProviderConfig';
      const open = await muster.request('GET', path);
      expect([open.status, open.headers['content-type']]).to.deep.equal([200, 'application/scim+json']);
      expect(open.body).to.deep.equal(await call.read(path));
      expect((await muster.request('GET', path, { token: 'wrong' })).status).to.equal(401);
      expect((await muster.request('GET', path, { headers: { Accept: 'text/html' } })).status).to.equal(406);
      expect((await muster.request('POST', path, { body: {} })).status).to.equal(401);
    });
  });
});
