import { readAttributes, type AttributeDocument, type AttributeMap } from './attribute.js';
import {
  enterpriseUserSchema,
  entitlementSchema,
  groupSchema,
  musterGroupSchema,
  musterUserSchema,
  oktaEntitlementSchema,
  oktaRoleSchema,
  roleSchema,
  userSchema,
  type SchemaDocument,
} from './schema-documents.js';

/** The resource types that clients write. */
export type ResourceTypeName = 'User' | 'Group';

/** The resource types that clients read alone: the catalogue, and the same as Okta reads it. */
export type CatalogueTypeName = 'Role' | 'Entitlement' | 'OktaRole' | 'OktaEntitlement';

/** One schema of a resource type: its URN and its attributes. */
export interface ResourceSchema {
  readonly id: string;
  readonly attributes: AttributeMap;
}

/** A resource type of RFC 7643 §6 with its schemas resolved. */
export interface ResourceType<Name extends string = ResourceTypeName | CatalogueTypeName> {
  readonly name: Name;
  readonly endpoint: `/${string}`;
  readonly description: string;
  /** The core schema; its attributes stand at the top level of a document, together with `common`. */
  readonly core: ResourceSchema;
  /** `schemas`, `id`, `externalId` and `meta` (RFC 7643 §3.1). */
  readonly common: AttributeMap;
  /** Extensions; in a document their attributes stand under the extension's URN. */
  readonly extensions: readonly ResourceSchema[];
}

const text = { type: 'string', multiValued: false, description: '', required: false, returned: 'default' } as const;

const commonDocuments: readonly AttributeDocument[] = [
  { ...text, name: 'schemas', type: 'reference', multiValued: true, mutability: 'readOnly', returned: 'always' },
  { ...text, name: 'id', mutability: 'readOnly', caseExact: true, returned: 'always', uniqueness: 'global' },
  { ...text, name: 'externalId', mutability: 'readWrite', caseExact: true },
  {
    ...text,
    name: 'meta',
    type: 'complex',
    mutability: 'readOnly',
    subAttributes: [
      { ...text, name: 'resourceType', mutability: 'readOnly', caseExact: true },
      { ...text, name: 'created', type: 'dateTime', mutability: 'readOnly' },
      { ...text, name: 'lastModified', type: 'dateTime', mutability: 'readOnly' },
      { ...text, name: 'location', type: 'reference', mutability: 'readOnly' },
      { ...text, name: 'version', mutability: 'readOnly', caseExact: true },
    ],
  },
];

const common = readAttributes(commonDocuments);

function resourceSchema(document: SchemaDocument): ResourceSchema {
  return { id: document.id, attributes: readAttributes(document.attributes) };
}

/** Builds a resource type from its schema documents. */
export function defineResourceType<Name extends string>(
  head: Pick<ResourceType<Name>, 'name' | 'endpoint' | 'description'>,
  core: SchemaDocument,
  extensions: readonly SchemaDocument[],
): ResourceType<Name> {
  return { ...head, core: resourceSchema(core), common, extensions: extensions.map(resourceSchema) };
}

export const userType: ResourceType<ResourceTypeName> = defineResourceType(
  { name: 'User', endpoint: '/Users', description: 'User Account' },
  userSchema,
  [enterpriseUserSchema, musterUserSchema],
);

export const groupType: ResourceType<ResourceTypeName> = defineResourceType(
  { name: 'Group', endpoint: '/Groups', description: 'Group' },
  groupSchema,
  [musterGroupSchema],
);

export const resourceTypes: readonly ResourceType<ResourceTypeName>[] = [userType, groupType];

/** A resource type of the catalogue. */
export type CatalogueType = ResourceType<CatalogueTypeName>;

function catalogueType(name: CatalogueTypeName, description: string, core: SchemaDocument): CatalogueType {
  return defineResourceType({ name, endpoint: `/${name}s`, description }, core, []);
}

/** Roles that a client may grant (draft-ietf-scim-roles-entitlements). */
export const roleType = catalogueType('Role', 'Role', roleSchema);
/** Entitlements that come with them (draft-ietf-scim-roles-entitlements). */
export const entitlementType = catalogueType('Entitlement', 'Entitlement', entitlementSchema);
export const oktaRoleType = catalogueType('OktaRole', 'Role, as Okta reads it', oktaRoleSchema);
export const oktaEntitlementType = catalogueType(
  'OktaEntitlement',
  'Entitlement, as Okta reads it',
  oktaEntitlementSchema,
);

/** The types of the catalogue, which nobody writes over SCIM. */
export const catalogueTypes: readonly CatalogueType[] = [roleType, entitlementType, oktaRoleType, oktaEntitlementType];
