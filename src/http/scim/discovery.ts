import { maxBulkOperations } from '../../protocol/bulk-message.js';
import { cursorTimeoutSeconds } from '../../protocol/cursor.js';
import { defaultPageSize, maxPageSize } from '../../protocol/list-query.js';
import { catalogueTypes, resourceTypes, type ResourceType } from '../../schema/resource-type.js';
import {
  enterpriseUserSchema,
  entitlementSchema,
  groupSchema,
  musterGroupSchema,
  musterUserSchema,
  oktaEntitlementSchema,
  oktaRoleSchema,
  resourceTypeSchema,
  roleSchema,
  schemaSchema,
  serviceProviderConfigSchema,
  userSchema,
  type SchemaDocument,
} from '../../schema/schema-documents.js';
import type { AttributeDocument } from '../../schema/attribute.js';
import { maxBodyBytes } from '../read-body.js';

const shownSchemas = [
  userSchema,
  groupSchema,
  enterpriseUserSchema,
  musterUserSchema,
  musterGroupSchema,
  roleSchema,
  entitlementSchema,
  oktaRoleSchema,
  oktaEntitlementSchema,
  serviceProviderConfigSchema,
  resourceTypeSchema,
  schemaSchema,
];

/** The documents of RFC 7644 §4, by the path at which they are found; lists by the name of their endpoint. */
export interface Discovery {
  readonly serviceProviderConfig: object;
  readonly schemas: ReadonlyMap<string, object>;
  readonly resourceTypes: ReadonlyMap<string, object>;
}

/** Makes the discovery documents for the base URL of SCIM. They do not depend on who asks. */
export function describeService(scimUrl: string): Discovery {
  return {
    serviceProviderConfig: serviceProviderConfig(scimUrl),
    schemas: new Map(shownSchemas.map((schema) => [schema.id, describeSchema(schema, scimUrl)])),
    resourceTypes: new Map(
      [...resourceTypes, ...catalogueTypes].map((type) => [type.name, describeResourceType(type, scimUrl)]),
    ),
  };
}

/** RFC 7643 §5, RFC 9865 §4. */
function serviceProviderConfig(scimUrl: string): object {
  return {
    schemas: [serviceProviderConfigSchema.id],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: maxBulkOperations, maxPayloadSize: maxBodyBytes },
    filter: { supported: true, maxResults: maxPageSize },
    changePassword: { supported: true },
    sort: { supported: true },
    etag: { supported: true },
    // Clients that know of no cursors expect the index (RFC 9865 §2.4).
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize,
      maxPageSize,
      cursorTimeout: cursorTimeoutSeconds,
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
    meta: { resourceType: 'ServiceProviderConfig', location: `${scimUrl}/ServiceProviderConfig` },
  };
}

/** RFC 7643 §7. */
function describeSchema(schema: SchemaDocument, scimUrl: string): object {
  return {
    schemas: [schemaSchema.id],
    id: schema.id,
    name: schema.name,
    description: schema.description,
    attributes: schema.attributes.map(describeAttribute),
    meta: { resourceType: 'Schema', location: `${scimUrl}/Schemas/${schema.id}` },
  };
}

// How an attribute is indexed is nobody's business but ours.
function describeAttribute({ index: _index, subAttributes, ...shown }: AttributeDocument): object {
  return subAttributes === undefined ? shown : { ...shown, subAttributes: subAttributes.map(describeAttribute) };
}

/** RFC 7643 §6. */
function describeResourceType(type: ResourceType, scimUrl: string): object {
  return {
    schemas: [resourceTypeSchema.id],
    id: type.name,
    name: type.name,
    endpoint: type.endpoint,
    description: type.description,
    schema: type.core.id,
    schemaExtensions: type.extensions.map(({ id }) => ({ schema: id, required: false })),
    meta: { resourceType: 'ResourceType', location: `${scimUrl}/ResourceTypes/${type.name}` },
  };
}
