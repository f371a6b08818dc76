import { callerOf, enterpriseUrn, groupBody, patchBody, userBody, userUrn, type Caller } from './scim.js';
import type { Muster, Response } from './muster.js';

export const bulkRequestUrn = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
export const bulkResponseUrn = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

/** The result of one operation, as a test reads it. */
export interface BulkResultBody {
  readonly method?: string;
  readonly bulkId?: string;
  readonly location?: string;
  readonly version?: string;
  readonly status: string;
  readonly response?: {
    readonly schemas: readonly string[];
    readonly status: string;
    readonly scimType?: string;
    readonly detail: string;
  };
}

/** A BulkResponse, or the error in its place. */
export interface BulkBody {
  readonly schemas: readonly string[];
  readonly Operations: readonly BulkResultBody[];
  readonly status?: string;
  readonly scimType?: string;
  readonly detail?: string;
}

/** The requests of one token, bulk requests among them. */
export interface BulkCaller extends Caller {
  /** Sends a BulkRequest; `more` are further attributes of the message. */
  bulk(operations: readonly unknown[], more?: object): Promise<Response<BulkBody>>;
  /** Sends one that must be answered 200, and returns the statuses of its results. */
  statuses(operations: readonly unknown[], more?: object): Promise<string[]>;
}

/** Sends requests with one token. */
export function bulkCallerOf(muster: Muster, token: string): BulkCaller {
  const bulk = (operations: readonly unknown[], more: object = {}) =>
    muster.request<BulkBody>('POST', '/Bulk', {
      token,
      body: { schemas: [bulkRequestUrn], ...more, Operations: operations },
    });
  return Object.assign(callerOf(muster, token), {
    bulk,
    statuses: async (operations: readonly unknown[], more?: object) => {
      const { status, body, text } = await bulk(operations, more);
      if (status !== 200) throw new Error(`POST /Bulk: ${status} ${text}`);
      return body.Operations.map((result) => result.status);
    },
  });
}

/** The id at the end of a result's location. */
export function idIn(result: BulkResultBody | undefined): string {
  const id = result?.location?.split('/').at(-1);
  if (id === undefined) throw new Error('the result has no location');
  return id;
}

/** The id of nothing. */
export const unknownId = '0190a0b0-0000-7000-8000-000000000000';

/** A POST as an operation; `data` is its body. */
export const post = (bulkId: string, data: object, path = '/Users') => ({ method: 'POST', path, bulkId, data });
/** An operation that creates a user of this name, the bulkId unless given. */
export const user = (bulkId: string, userName = bulkId, more: object = {}) => post(bulkId, userBody(userName, more));
/** An operation that creates a group with these members, named after its bulkId. */
export const group = (bulkId: string, ...members: string[]) =>
  post(bulkId, groupBody(bulkId, { members: members.map((value) => ({ value })) }), '/Groups');
/** An operation that creates a user with a manager, named after its bulkId. */
export const managed = (bulkId: string, manager: string) =>
  post(bulkId, {
    schemas: [userUrn, enterpriseUrn],
    userName: bulkId,
    [enterpriseUrn]: { employeeNumber: `no-${bulkId}`, manager: { value: manager } },
  });
/** A DELETE as an operation. */
export const remove = (path: string, version?: string) => ({
  method: 'DELETE',
  path,
  ...(version === undefined ? {} : { version }),
});
/** A PATCH as an operation. */
export const patch = (path: string, ...operations: object[]) => ({
  method: 'PATCH',
  path,
  data: patchBody(...operations),
});
/** An operation that adds one member to a group. */
export const addMember = (path: string, value: string) =>
  patch(path, { op: 'add', path: 'members', value: [{ value }] });
