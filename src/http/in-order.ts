import type { NextFunction, Request, RequestHandler, Response } from 'express';

/**
 * Handlers one after the other, as one: what a router of express does that has no paths to look at, at a tenth of the cost. The first
 * that throws, rejects or hands on an error ends it.
 */
export function inOrder(...handlers: readonly RequestHandler[]): RequestHandler {
  const runFrom = (place: number, request: Request, response: Response, done: NextFunction): void => {
    const handler = handlers[place];
    if (handler === undefined) {
      done();
      return;
    }
    const next: NextFunction = (error?: unknown) => {
      if (error === undefined) runFrom(place + 1, request, response, done);
      else done(error);
    };
    try {
      const result: unknown = handler(request, response, next);
      if (result instanceof Promise) void endIfRejected(result, done);
    } catch (error) {
      done(error);
    }
  };
  return (request, response, next) => {
    runFrom(0, request, response, next);
  };
}

async function endIfRejected(result: Promise<unknown>, done: NextFunction): Promise<void> {
  try {
    await result;
  } catch (error) {
    done(error);
  }
}
