import { scimUrlOf, type DirectoryContext } from '../../directory/context.js';
import type { RequestScope } from '../../directory/request-scope.js';
import { locationOf } from '../../directory/resource-view.js';
import type { SequencedServices } from '../../directory/write-sequence.js';
import { dialectNamed } from '../../dialects/dialect.js';
import type { RequestError } from '../../errors.js';
import type { BulkHead, BulkWrite } from '../../protocol/bulk-message.js';
import { referenceIn } from '../../protocol/bulk-references.js';
import { entityTag } from '../../protocol/etag.js';
import { patchOpSchema } from '../../protocol/patch-operations.js';
import { defaultProjection, readProjection, type Projection } from '../../protocol/projection.js';
import { resourceTypes } from '../../schema/resource-type.js';
import { scimError } from '../error-response.js';

/** The result of one operation (RFC 7644 §3.7.3). */
export interface BulkResult {
  readonly location?: string;
  readonly method?: string;
  readonly bulkId?: string;
  readonly version?: string;
  readonly status: string;
  /** The SCIM Error of an operation that failed. */
  readonly response?: object;
}

/** What the directory said of a write; undefined after a DELETE. */
export type WriteAnswer = { readonly id: string; readonly version: number; readonly location: string } | undefined;

// No result shows the resource, so nothing of it needs to be read.
const idAlone = new Map<string, Projection>(
  resourceTypes.map((type) => [type.name, readProjection(type, { attributes: 'id' })]),
);

const statuses = { POST: '201', PUT: '200', PATCH: '200', DELETE: '204' } as const;

/** Carries out one operation as the same request sent alone, its references resolved. Throws what that would answer. */
export async function sendWrite(
  { users, groups }: SequencedServices,
  scope: RequestScope,
  { method, type, id = '', data: body, version: ifMatch }: BulkWrite,
): Promise<WriteAnswer> {
  const service = type.name === 'User' ? users : groups;
  const dialect = dialectNamed(scope.dialect);
  const projection = idAlone.get(type.name) ?? defaultProjection(type);
  const request = { id, ifMatch, projection, projectionGiven: true };
  switch (method) {
    case 'POST':
      return service.create(scope, dialect.rewriteResource(type, body), projection);
    case 'PUT':
      return service.replace(scope, { ...request, body: dialect.rewriteResource(type, body) });
    case 'PATCH':
      return service.patch(scope, { ...request, body: dialect.rewritePatch(type, body) });
    case 'DELETE':
      await service.remove(scope, request);
      return undefined;
  }
}

/** The write that adds values to a resource of the same request which had to wait for others (RFC 7644 §3.7.1). */
export function linkTo(write: BulkWrite, id: string, values: object): BulkWrite {
  const data = { schemas: [patchOpSchema], Operations: [{ op: 'add', value: values }] };
  return { ...write, method: 'PATCH', id, data, version: undefined };
}

/** The write that takes a resource of the same request away again. */
export function undoingOf(write: BulkWrite, id: string): BulkWrite {
  return { ...write, method: 'DELETE', id, data: undefined, version: undefined };
}

/** The result of an operation that was carried out. */
export function success(write: BulkWrite, answer: WriteAnswer, context: DirectoryContext): BulkResult {
  const location = answer?.location ?? locationIn(write, write.id, context);
  return {
    ...(location === undefined ? {} : { location }),
    ...repeated(write),
    ...(answer === undefined ? {} : { version: entityTag(answer.version) }),
    status: statuses[write.method],
  };
}

/** The result of an operation that failed; a POST has no location then, and neither has what names no resource. */
export function failure(operation: BulkHead | BulkWrite, error: RequestError, context: DirectoryContext): BulkResult {
  const location = 'type' in operation ? locationIn(operation, operation.id, context) : undefined;
  return {
    ...(location === undefined ? {} : { location }),
    ...repeated(operation),
    status: String(error.status),
    response: scimError(error),
  };
}

function locationIn({ type }: BulkWrite, id: string | undefined, context: DirectoryContext): string | undefined {
  if (id === undefined || referenceIn(id) !== undefined) return undefined;
  return locationOf(type, encodeURIComponent(id), scimUrlOf(context));
}

function repeated({ method, bulkId }: BulkHead): Pick<BulkResult, 'method' | 'bulkId'> {
  return { ...(method === undefined ? {} : { method }), ...(bulkId === undefined ? {} : { bulkId }) };
}
