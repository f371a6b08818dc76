import type { RequestHandler } from 'express';
import { RequestError } from '../../errors.js';

const acceptable = ['application/scim+json', 'application/json'];

/** Answers are `application/scim+json`, for those who accept `application/json` too (RFC 7644 §3.8). Throws 406. */
export const requireAcceptable: RequestHandler = (request, response, next) => {
  response.setHeader('Content-Type', 'application/scim+json');
  if (request.accepts(acceptable) === false) {
    next(new RequestError(406, 'answers are application/scim+json'));
    return;
  }
  next();
};
