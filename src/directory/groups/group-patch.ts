import { musterGroupSchema } from '../../schema/schema-documents.js';

const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/**
 * A SCIM PATCH that sets these attributes of a group: of the core schema, and of this service's own. What is undefined is left
 * alone, null and an empty list take a value away. Undefined where nothing is left to do (RFC 7644 §3.5.2).
 */
export function patchOf(core: object, extension: object): object | undefined {
  const operations = [
    ...Object.entries(core).flatMap(([name, value]) => operationOn(name, value)),
    ...Object.entries(extension).flatMap(([name, value]) => operationOn(`${musterGroupSchema.id}:${name}`, value)),
  ];
  return operations.length === 0 ? undefined : { schemas: [patchSchema], Operations: operations };
}

function operationOn(path: string, value: unknown): readonly object[] {
  if (value === undefined) return [];
  const isNothing = value === null || (Array.isArray(value) && value.length === 0);
  return [isNothing ? { op: 'remove', path } : { op: 'replace', path, value }];
}
