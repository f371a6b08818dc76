import type { RequestHandler } from 'express';
import { RequestError } from '../../errors.js';

const answered: ReadonlySet<string> = new Set(['application/scim+json', 'application/json', 'application/*', '*/*']);

/** Answers are `application/scim+json`, for those who accept `application/json` too (RFC 7644 §3.8). Throws 406. */
export const requireAcceptable: RequestHandler = ({ headers }, response, next) => {
  response.setHeader('Content-Type', 'application/scim+json');
  next(isAcceptable(headers.accept) ? undefined : new RequestError(406, 'answers are application/scim+json'));
};

/** A range may name a charset, which JSON has none of, so that parameters other than the weight decide nothing. */
function isAcceptable(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return answered.has(type) && !parameters.some((parameter) => /^q\s*=\s*0(\.0*)?$/.test(parameter));
  });
}
