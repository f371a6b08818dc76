import { readAttributes, type AttributeDocument, type AttributeMap } from './attribute.js';
import {
  enterpriseUserSchema,
  groupSchema,
  musterGroupSchema,
  musterUserSchema,
  userSchema,
  type SchemaDocument,
} from './schema-documents.js';

export type ResourceTypeName = 'User' | 'Group';

/** One schema of a resource type: its URN and its attributes. */
export interface ResourceSchema {
  readonly id: string;
  readonly attributes: AttributeMap;
}

/** A resource type of RFC 7643 §6 with its schemas resolved. */
export interface ResourceType {
  readonly name: ResourceTypeName;
  readonly endpoint: '/Users' | '/Groups';
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
export function defineResourceType(
  head: Pick<ResourceType, 'name' | 'endpoint' | 'description'>,
  core: SchemaDocument,
  extensions: readonly SchemaDocument[],
): ResourceType {
  return { ...head, core: resourceSchema(core), common, extensions: extensions.map(resourceSchema) };
}

export const userType = defineResourceType(
  { name: 'User', endpoint: '/Users', description: 'User Account' },
  userSchema,
  [enterpriseUserSchema, musterUserSchema],
);

export const groupType = defineResourceType({ name: 'Group', endpoint: '/Groups', description: 'Group' }, groupSchema, [
  musterGroupSchema,
]);

export const resourceTypes: readonly ResourceType[] = [userType, groupType];
