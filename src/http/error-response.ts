import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Request, Response } from 'express';
import { RequestError } from '../errors.js';
import { withoutData, type Log } from '../log.js';
import { requestIdOf } from './request-id.js';

const errorSchema = 'urn:ietf:params:scim:api:messages:2.0:Error';

interface ErrorRules {
  readonly form: ErrorForm;
  readonly log: Log;
}

/** Under which rules an error is written: a SCIM Error under SCIM, problem+json elsewhere. */
export type ErrorForm = 'scim' | 'problem';

/** The SCIM Error message of RFC 7644 §3.12. */
export function scimError({ status, scimType, message: detail }: RequestError): object {
  return { schemas: [errorSchema], status: String(status), ...(scimType === undefined ? {} : { scimType }), detail };
}

/** Problem details (RFC 9457). */
function problemBody({ status, message: detail, members }: RequestError, requestId: string): object {
  return { ...members, type: 'about:blank', title: titleOf(status), status, detail, requestId };
}

/** Express's own errors carry a status: of a path that cannot be decoded, of a file whose other version, or part, was asked for. */
function asRequestError(error: unknown): RequestError | undefined {
  if (error instanceof RequestError) return error;
  if (error instanceof URIError)
    return new RequestError(400, 'the path cannot be decoded', { scimType: 'invalidSyntax' });
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  return status >= 400 && status < 500 ? new RequestError(status, titleOf(status), { cause: error }) : undefined;
}

function titleOf(status: number): string {
  return STATUS_CODES[status] ?? 'Error';
}

/**
 * Logs an error and gives what the caller is told of it, as the answer or a part of one. What is not a `RequestError` is a
 * bug: 500, and only the log knows more.
 */
export function judgeError(error: unknown, requestId: string, log: Log): RequestError {
  const known = asRequestError(error);
  if (known === undefined) log.error({ requestId, err: withoutData(error) }, 'unexpected error');
  else if (known.status >= 500) log.warn({ requestId, err: withoutData(known.cause ?? known) }, 'request failed');
  return known ?? new RequestError(500, `internal error; the request id is ${requestId}`);
}

/** Writes an error as the answer: the only place that does. */
function answerError(error: unknown, request: Request, response: Response, { form, log }: ErrorRules): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const requestId = requestIdOf(request);
  const known = judgeError(error, requestId, log);
  const body = form === 'scim' ? scimError(known) : problemBody(known, requestId);
  response.removeHeader('ETag');
  response.removeHeader('Location');
  response.removeHeader('Content-Location');
  response.status(known.status).set(known.headers);
  response.setHeader('Content-Type', form === 'scim' ? 'application/scim+json' : 'application/problem+json');
  response.send(Buffer.from(JSON.stringify(body)));
}

/** Answers a request from outside of its handler, in the form of the part of the service that it came to. */
export function answerLate(log: Log): (error: RequestError, request: Request, response: Response) => void {
  return (error, request, response) => {
    const form = /^\/scim(?![^/?])/i.test(request.originalUrl) ? 'scim' : 'problem';
    answerError(error, request, response, { form, log });
  };
}

/** The error handler of a part of the service. */
export function errorHandler(form: ErrorForm, log: Log): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    answerError(error, request, response, { form, log });
  };
}
