import { callerOf, type Caller } from './scim.js';
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
