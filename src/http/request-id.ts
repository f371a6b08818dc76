import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { RequestSlot } from './request-slot.js';

const ids = new RequestSlot<string>('id');

/** The id of a request: in its answer's `X-Request-Id`, in the log, and in the change log. */
export function requestIdOf(request: IncomingMessage): string {
  const known = ids.get(request);
  if (known !== undefined) return known;
  const id = randomUUID();
  ids.set(request, id);
  return id;
}

/** Gives every answer the id of its request. An id that a client sends is not taken over: it could forge the log. */
export const giveRequestId: RequestHandler = (request, response, next) => {
  response.setHeader('X-Request-Id', requestIdOf(request));
  next();
};
