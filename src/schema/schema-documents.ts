import { readFileSync } from 'node:fs';
import type { AttributeDocument } from './attribute.js';

/** A schema document as `/Schemas` shows it, `meta` and our own `index` mark apart (RFC 7643 §7). */
export interface SchemaDocument {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly AttributeDocument[];
}

const folder = new URL('../../schemas/', import.meta.url);

function readSchema(file: string): SchemaDocument {
  // The files are ours and are checked by the tests, so the shape is known.
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as SchemaDocument;
}

export const userSchema = readSchema('user.json');
export const enterpriseUserSchema = readSchema('enterprise-user.json');
export const musterUserSchema = readSchema('muster-user.json');
export const groupSchema = readSchema('group.json');
export const musterGroupSchema = readSchema('muster-group.json');
export const roleSchema = readSchema('role.json');
export const entitlementSchema = readSchema('entitlement.json');
export const oktaRoleSchema = readSchema('okta-role.json');
export const oktaEntitlementSchema = readSchema('okta-entitlement.json');
export const serviceProviderConfigSchema = readSchema('service-provider-config.json');
export const resourceTypeSchema = readSchema('resource-type.json');
export const schemaSchema = readSchema('schema.json');
