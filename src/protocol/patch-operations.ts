import { invalidPath, invalidSyntax } from '../errors.js';
import { isJsonObject } from '../schema/document.js';

/** The URN of the PATCH message (RFC 7644 §3.5.2). */
export const patchOpSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** How many operations one PATCH may hold. */
export const maxOperations = 1_000;

/** One operation as it was sent; `value` is undefined where none was. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: string | undefined;
  readonly value: unknown;
}

/**
 * Reads the PATCH message (RFC 7644 §3.5.2): `schemas`, which a tolerant reading may miss, and 1 to `maxOperations`
 * operations. Throws `invalidSyntax`, and `invalidPath` for a path that is no text.
 */
export function readOperations(body: unknown, tolerant: boolean): PatchOperation[] {
  if (!isJsonObject(body)) throw invalidSyntax('the body must be a PatchOp message');
  checkSchemas(memberOf(body, 'schemas'), tolerant);
  const operations = memberOf(body, 'operations');
  if (!Array.isArray(operations) || operations.length === 0) {
    throw invalidSyntax('Operations must be a list of one or more operations');
  }
  if (operations.length > maxOperations) throw invalidSyntax(`Operations holds more than ${maxOperations} operations`);
  return operations.map((operation: unknown, index) => readOperation(operation, index, tolerant));
}

// Attribute names, those of messages included, have no letter case (RFC 7643 §2.1).
function memberOf(body: Readonly<Record<string, unknown>>, lowerName: string): unknown {
  const key = Object.keys(body).find((each) => each.toLowerCase() === lowerName);
  return key === undefined ? undefined : body[key];
}

function checkSchemas(schemas: unknown, tolerant: boolean): void {
  if (tolerant && (schemas === undefined || schemas === null)) return;
  const isPatchOp = (urn: unknown) => typeof urn === 'string' && urn.toLowerCase() === patchOpSchema.toLowerCase();
  if (!Array.isArray(schemas) || !schemas.some(isPatchOp)) throw invalidSyntax(`schemas must name ${patchOpSchema}`);
}

function readOperation(operation: unknown, index: number, tolerant: boolean): PatchOperation {
  if (!isJsonObject(operation)) throw invalidSyntax(`Operations[${index}] must be an object`);
  const path = memberOf(operation, 'path');
  if (path !== undefined && path !== null && typeof path !== 'string') {
    throw invalidPath(`the path of Operations[${index}] must be a string`);
  }
  const value = memberOf(operation, 'value');
  return { op: readOp(memberOf(operation, 'op'), index, tolerant), path: path ?? undefined, value };
}

function readOp(op: unknown, index: number, tolerant: boolean): PatchOperation['op'] {
  const name = tolerant && typeof op === 'string' ? op.toLowerCase() : op;
  if (name === 'add' || name === 'remove' || name === 'replace') return name;
  throw invalidSyntax(`the op of Operations[${index}] must be "add", "remove" or "replace"`);
}
