import {
  enterpriseUserSchema,
  groupSchema,
  musterGroupSchema,
  musterUserSchema,
  userSchema,
} from '../../src/schema/schema-documents.js';
import type { Muster, RequestOptions, Response } from './muster.js';

export const userUrn = userSchema.id;
export const groupUrn = groupSchema.id;
export const enterpriseUrn = enterpriseUserSchema.id;
export const musterUserUrn = musterUserSchema.id;
export const musterGroupUrn = musterGroupSchema.id;
export const errorUrn = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** What tests read from an answer: a resource, a page or an error. What is not there is undefined, and then the test says so. */
export interface ScimBody {
  readonly id: string;
  readonly schemas: readonly string[];
  readonly meta: { readonly location: string; readonly version: string; readonly lastModified: string };
  readonly totalResults: number;
  readonly Resources: readonly ScimBody[];
  readonly members?: readonly { readonly value: string }[];
  readonly groups?: readonly { readonly value: string; readonly display: string }[];
  readonly status: string;
  readonly scimType?: string;
  readonly detail: string;
  readonly [name: string]: unknown;
}

/** The body of a POST or PUT of a user. */
export function userBody(userName: string, more: object = {}): object {
  return { schemas: [userUrn], userName, ...more };
}

/** The body of a POST or PUT of a group. */
export function groupBody(displayName: string, more: object = {}): object {
  return { schemas: [groupUrn], displayName, ...more };
}

/** The body of a PATCH. */
export function patchBody(...operations: readonly object[]): object {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
}

/** A path with a filter. */
export function filtered(path: string, filter: string): string {
  return `${path}?filter=${encodeURIComponent(filter)}`;
}

/** The groups that tests have made: the one of the client's administrators is always there. */
export const ordinaryGroups = filtered('/Groups', `${musterGroupUrn}:kind eq "group"`);

/** The requests of one token. */
export interface Caller {
  (method: string, path: string, body?: unknown, headers?: RequestOptions['headers']): Promise<Response<ScimBody>>;
  /** Sends a POST that must be answered 201, and returns the new resource. */
  create(path: string, body: object): Promise<ScimBody>;
  /** Sends a GET that must be answered 200, and returns what it holds. */
  read(path: string): Promise<ScimBody>;
}

/** Sends requests with one token. */
export function callerOf(muster: Muster, token: string): Caller {
  const send = (method: string, path: string, body?: unknown, headers: RequestOptions['headers'] = {}) =>
    muster.request<ScimBody>(method, path, { token, headers, ...(body === undefined ? {} : { body }) });
  const expecting = async (status: number, method: string, path: string, body?: object) => {
    const answer = await send(method, path, body);
    if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  return Object.assign(send, {
    create: (path: string, body: object) => expecting(201, 'POST', path, body),
    read: (path: string) => expecting(200, 'GET', path),
  });
}
