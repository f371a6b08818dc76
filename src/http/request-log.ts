import type { Request, RequestHandler } from 'express';
import { nowMs } from '../clock.js';
import type { Log } from '../log.js';
import { knownTokenOf } from './authenticate.js';
import { requestIdOf } from './request-id.js';

/** The path with ids and whatever else a client put into it left out. */
function routeOf(request: Request): string {
  const [path = ''] = request.originalUrl.split('?');
  const known =
    /^\/(livez|readyz|scim\/v2\/(Users|Groups|Schemas|ResourceTypes|ServiceProviderConfig|Me|Bulk)|api\/v1\/[a-z-]+)/i;
  const [route] = known.exec(path) ?? ['other'];
  return path.length > route.length + 1 && route !== 'other' ? `${route}/…` : route;
}

/** Writes one line for each request when its answer has gone: no address, no name, no value that a client sent. */
export function requestLog(log: Log): RequestHandler {
  return (request, response, next) => {
    const startMs = nowMs();
    response.once('close', () => {
      const token = knownTokenOf(request);
      log.info(
        {
          requestId: requestIdOf(request),
          method: request.method,
          route: routeOf(request),
          status: response.statusCode,
          ms: nowMs() - startMs,
          clientId: token?.clientId,
          tokenId: token?.id,
          ...(response.writableFinished ? {} : { aborted: true }),
        },
        'request',
      );
    });
    next();
  };
}
