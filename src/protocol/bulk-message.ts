import { invalidSyntax, RequestError } from '../errors.js';
import { isJsonObject } from '../schema/document.js';
import type { ResourceType } from '../schema/resource-type.js';
import { readBulkPath, type BulkPathOptions } from './bulk-path.js';
import { patchOpSchema } from './patch-operations.js';

/** The URNs of the messages (RFC 7644 §3.7). */
export const bulkRequestSchema = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
export const bulkResponseSchema = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

/** How many operations one request may hold; ServiceProviderConfig says so (RFC 7644 §3.7.4). */
export const maxBulkOperations = 1_000;

/** How a request is read: a tolerant reading takes what clients write besides the RFC. */
export type BulkOptions = BulkPathOptions;

const methods = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;

export type BulkMethod = (typeof methods)[number];

type JsonObject = Readonly<Record<string, unknown>>;

/** What the result of an operation repeats of it; undefined where the operation does not say it properly. */
export interface BulkHead {
  readonly method: BulkMethod | undefined;
  readonly bulkId: string | undefined;
}

/** An operation that cannot be meant: its result is the error, and nothing is tried. */
export interface RefusedOperation extends BulkHead {
  readonly kind: 'refused';
  readonly error: RequestError;
}

/** An operation as it would be sent alone. Ids and data may still hold references. */
export interface BulkWrite extends BulkHead {
  readonly kind: 'write';
  readonly method: BulkMethod;
  readonly type: ResourceType;
  /** The id in the path; undefined for a POST. */
  readonly id: string | undefined;
  /** The body; undefined for a DELETE. */
  readonly data: JsonObject | undefined;
  /** What `If-Match` would say. */
  readonly version: string | undefined;
}

/** A BulkRequest that has been read. */
export interface BulkMessage {
  /** After how many errors to stop; undefined to go on to the end. */
  readonly failOnErrors: number | undefined;
  readonly operations: readonly (BulkWrite | RefusedOperation)[];
}

/**
 * Reads a BulkRequest (RFC 7644 §3.7). Throws `invalidSyntax` for a message that cannot be meant as a whole, and 413 for
 * more than `maxBulkOperations`; an operation that cannot be meant is refused by itself.
 */
export function readBulkMessage(body: unknown, options: BulkOptions): BulkMessage {
  if (!isJsonObject(body)) throw invalidSyntax('the body must be a BulkRequest message');
  checkSchemas(memberOf(body, 'schemas'), options);
  const operations = memberOf(body, 'operations');
  if (!Array.isArray(operations) || operations.length === 0) {
    throw invalidSyntax('Operations must be a list of one or more operations');
  }
  if (operations.length > maxBulkOperations) {
    throw new RequestError(413, `the number of operations exceeds the maxOperations (${maxBulkOperations})`);
  }
  const taken = new Set<string>();
  return {
    failOnErrors: readFailOnErrors(memberOf(body, 'failonerrors')),
    operations: operations.map((operation: unknown) => readOperation(operation, taken, options)),
  };
}

// Attribute names, those of messages included, have no letter case (RFC 7643 §2.1); null means "no value" (§2.5).
function memberOf(body: JsonObject, lowerName: string): unknown {
  const key = Object.keys(body).find((each) => each.toLowerCase() === lowerName);
  return key === undefined ? undefined : (body[key] ?? undefined);
}

function checkSchemas(schemas: unknown, { tolerant }: BulkOptions): void {
  if (tolerant && schemas === undefined) return;
  const isBulk = (urn: unknown) => typeof urn === 'string' && urn.toLowerCase() === bulkRequestSchema.toLowerCase();
  if (!Array.isArray(schemas) || !schemas.some(isBulk)) throw invalidSyntax(`schemas must name ${bulkRequestSchema}`);
}

function readFailOnErrors(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw invalidSyntax('failOnErrors must be an integer of at least 1');
}

function readOperation(operation: unknown, taken: Set<string>, options: BulkOptions): BulkWrite | RefusedOperation {
  if (!isJsonObject(operation)) return refused({ method: undefined, bulkId: undefined }, 'must be an object');
  const bulkId = memberOf(operation, 'bulkid');
  const head = {
    method: readMethod(memberOf(operation, 'method'), options),
    bulkId: typeof bulkId === 'string' && bulkId !== '' ? bulkId : undefined,
  };
  if (bulkId !== undefined && head.bulkId === undefined)
    return refused(head, 'bulkId must be a string that is not empty');
  if (head.bulkId !== undefined && taken.has(head.bulkId))
    return refused(head, 'another operation has the same bulkId');
  if (head.bulkId !== undefined) taken.add(head.bulkId);
  return readWrite(operation, head, options);
}

function readMethod(value: unknown, { tolerant }: BulkOptions): BulkMethod | undefined {
  const name = tolerant && typeof value === 'string' ? value.toUpperCase() : value;
  return methods.find((method) => method === name);
}

function readWrite(operation: JsonObject, head: BulkHead, options: BulkOptions): BulkWrite | RefusedOperation {
  const { method } = head;
  if (method === undefined) return refused(head, 'method must be "POST", "PUT", "PATCH" or "DELETE"');
  if (method === 'POST' && head.bulkId === undefined) return refused(head, 'a POST needs a bulkId');
  const path = readBulkPath(memberOf(operation, 'path'), method, options);
  if (path instanceof RequestError) return { kind: 'refused', ...head, error: path };
  const version = memberOf(operation, 'version');
  if (version !== undefined && typeof version !== 'string') return refused(head, 'version must be a string');
  const write = { kind: 'write', ...head, ...path, method, version: method === 'POST' ? undefined : version } as const;
  if (method === 'DELETE') return { ...write, data: undefined };
  const data = readData(memberOf(operation, 'data'), method, options);
  return data === undefined ? refused(head, `the data of a ${method} must be an object`) : { ...write, data };
}

/** The example of RFC 7644 §3.7.3 has the operations of a PATCH as its data, without the message around them. */
function readData(data: unknown, method: BulkMethod, { tolerant }: BulkOptions): JsonObject | undefined {
  if (isJsonObject(data)) return data;
  const isBare = tolerant && method === 'PATCH' && Array.isArray(data);
  return isBare ? { schemas: [patchOpSchema], Operations: data } : undefined;
}

function refused(head: BulkHead, what: string): RefusedOperation {
  return { kind: 'refused', ...head, error: invalidSyntax(`the operation is not acceptable: ${what}`) };
}
