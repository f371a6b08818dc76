/** The detail keywords of RFC 7644 §3.12 table 9 and RFC 9865 §2.1. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount';

interface Extras {
  readonly scimType?: ScimType;
  readonly cause?: unknown;
  /** Response headers that belong to the error, such as `Retry-After`, `Allow` or `WWW-Authenticate`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What a program needs to know besides: further members of the problem details (RFC 9457 §3.2). */
  readonly members?: Readonly<Record<string, unknown>>;
}

/**
 * An error that a caller can act on. Everything else that is thrown is a bug and is answered 500.
 * The message is sent to the caller: it never holds SQL, a secret or another tenant's data (RFC 7644 §3.12).
 */
export class RequestError extends Error {
  readonly status: number;
  readonly scimType: ScimType | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(status: number, detail: string, extras: Extras = {}) {
    super(detail, { cause: extras.cause });
    this.name = 'RequestError';
    this.status = status;
    this.scimType = extras.scimType;
    this.headers = extras.headers ?? {};
    this.members = extras.members ?? {};
  }
}

const badRequest = (scimType: ScimType) => (detail: string, cause?: unknown) =>
  new RequestError(400, detail, { scimType, cause });

export const invalidFilter = badRequest('invalidFilter');
export const invalidSyntax = badRequest('invalidSyntax');
export const invalidPath = badRequest('invalidPath');
export const invalidValue = badRequest('invalidValue');
export const noTarget = badRequest('noTarget');
export const mutability = badRequest('mutability');
export const tooMany = badRequest('tooMany');
export const invalidCursor = badRequest('invalidCursor');
export const expiredCursor = badRequest('expiredCursor');
export const invalidCount = badRequest('invalidCount');
export const invalidVers = badRequest('invalidVers');

/** 409: another resource of the client holds this value already (RFC 7644 §3.3). */
export function notUnique(attribute: string, cause?: unknown): RequestError {
  return new RequestError(409, `another resource already has this ${attribute}`, { scimType: 'uniqueness', cause });
}

/** 404: not there, or another client's, which is the same answer (RFC 7644 §3.12). */
export function notFound(what: string): RequestError {
  return new RequestError(404, `${what} not found`);
}

/** 401: the token is unknown, or valid no more; nobody is told which (RFC 6750 §3.1). */
export function invalidToken(detail = 'the token is not valid'): RequestError {
  return new RequestError(401, detail, {
    headers: { 'WWW-Authenticate': 'Bearer realm="muster", error="invalid_token"' },
  });
}

/** 401: what the token was for is no more. Only for whoever has proved to hold its secret. */
export function unitsEnded(): RequestError {
  return invalidToken('the units of this token have ended, and the token with them');
}

/** 403: the token may not do this; names neither the thing nor its units. */
export function insufficientScope(detail: string): RequestError {
  return new RequestError(403, detail, {
    headers: { 'WWW-Authenticate': 'Bearer realm="muster", error="insufficient_scope"' },
  });
}

/** 412: `If-Match` names another version, or `If-None-Match` the current one (RFC 7644 §3.14, RFC 7232 §4.2). */
export function versionMismatch(header: 'If-Match' | 'If-None-Match'): RequestError {
  const is = header === 'If-Match' ? 'has been changed since' : 'still has';
  return new RequestError(412, `the resource ${is} the version named in ${header}`);
}

/** 429: more than a limit allows (RFC 6585 §4). `retryAfterSeconds` is an integer from 1. */
export function tooManyRequests(detail: string, retryAfterSeconds: number): RequestError {
  return new RequestError(429, detail, { headers: { 'Retry-After': String(retryAfterSeconds) } });
}

/** 503: the database cannot be used now. `retryAfterSeconds` is an integer, the only form that every provider reads. */
export function unavailable(detail: string, cause?: unknown, retryAfterSeconds = 5): RequestError {
  return new RequestError(503, detail, { cause, headers: { 'Retry-After': String(retryAfterSeconds) } });
}
