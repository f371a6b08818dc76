import type { Projection } from '../protocol/projection.js';
import type { ResourceView } from './resource-view.js';

/** Which resource is to be written, and in which versions. */
export interface WriteTarget {
  readonly id: string;
  /** The `If-Match` header, if one was sent. */
  readonly ifMatch?: string | undefined;
  /** The `If-None-Match` header, if one was sent. */
  readonly ifNoneMatch?: string | undefined;
}

/** A resource as it is shown, as JSON, or the bytes of that in UTF-8: it goes into an answer as it is. */
export type ResourceText = string | Buffer;

/** A shown resource, for who looks into it. */
export function viewOf(text: ResourceText): ResourceView {
  // It was made of a view, or of what a view would have been made of.
  return JSON.parse(text.toString()) as ResourceView;
}

/** A write to one resource. */
export interface ResourceRequest extends WriteTarget {
  readonly body: unknown;
  readonly projection: Projection;
  /** Whether the projection was asked for, as opposed to the default. */
  readonly projectionGiven: boolean;
}

/** What is said of one resource. `body` is undefined where the answer would cost more than the request. */
export interface ResourceAnswer {
  readonly id: string;
  readonly version: number;
  /** ISO 8601 UTC. */
  readonly lastModified: string;
  readonly location: string;
  readonly body: ResourceText | undefined;
}

/** A page of resources as they are shown. */
export interface ResourcePage {
  readonly totalResults: number;
  readonly resources: readonly ResourceText[];
  /** Where the next page begins; absent on the last one, and of pages by index (RFC 9865 §2). */
  readonly nextCursor?: string;
}
