import { invalidSyntax, RequestError } from '../errors.js';
import { resourceTypes, type ResourceType } from '../schema/resource-type.js';

/** How a path is read; a tolerant reading does without the slash in front. */
export interface BulkPathOptions {
  readonly tolerant: boolean;
}

/** What the path of an operation names: a resource type, or with an id one resource. */
export interface BulkPath {
  readonly type: ResourceType;
  readonly id: string | undefined;
}

/**
 * Reads the path of an operation (RFC 7644 §3.7): `/Users` or `/Groups` for a POST, with an id behind it for the others.
 * Gives `invalidSyntax` for one that does not fit, and 404 for an endpoint that does not exist.
 */
export function readBulkPath(path: unknown, method: string, options: BulkPathOptions): BulkPath | RequestError {
  if (typeof path !== 'string') return unfit('path must be a string');
  if (!path.startsWith('/') && !options.tolerant) return unfit('path must begin with a slash');
  const [endpoint = '', id, ...more] = path.replace(/^\//, '').replace(/\/$/, '').split('/', 4);
  const type = resourceTypes.find((each) => each.endpoint.toLowerCase() === `/${endpoint.toLowerCase()}`);
  if (type === undefined) return new RequestError(404, 'there is no such endpoint for an operation');
  if (more.length > 0) return unfit('path must name a resource type or a resource');
  if (method === 'POST') return id === undefined ? { type, id } : unfit('the path of a POST must name a resource type');
  const text = id === undefined || id === '' ? undefined : decode(id);
  return text === undefined ? unfit(`the path of a ${method} must name a resource`) : { type, id: text };
}

function decode(segment: string): string | undefined {
  if (/[?#]/.test(segment)) return undefined;
  try {
    const text = decodeURIComponent(segment);
    // What cannot be written as a path again, half a surrogate pair, was none.
    encodeURIComponent(text);
    return text;
  } catch {
    return undefined;
  }
}

function unfit(what: string): RequestError {
  return invalidSyntax(`the operation is not acceptable: ${what}`);
}
