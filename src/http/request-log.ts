import type { Request, RequestHandler } from 'express';
import { nowMs } from '../clock.js';
import type { Log } from '../log.js';
import { knownTokenOf } from './authenticate.js';
import { routeTable } from './api/route-table.js';
import { requestIdOf } from './request-id.js';

const scimEndpoints = [
  'Users',
  'Groups',
  'Roles',
  'Entitlements',
  'Schemas',
  'ResourceTypes',
  'ServiceProviderConfig',
  'Me',
  'Bulk',
];
const apiNouns = routeTable.map(({ path }) => path.split('/')[1]);
const known = new RegExp(
  String.raw`^/(livez|readyz|scim/v2/(${scimEndpoints.join('|')})|api/v1/(${[...new Set(apiNouns)].join('|')}))(?![^/])`,
  'i',
);

/** The path with ids and whatever else a client put into it left out. */
function routeOf(request: Request): string {
  const [path = ''] = request.originalUrl.split('?');
  const [route] = known.exec(path) ?? ['other'];
  return path.length > route.length + 1 && route !== 'other' ? `${route}/…` : route;
}

/** Writes one line for each request when its answer has gone: no address, no name, no value that a client sent. */
export function requestLog(log: Log): RequestHandler {
  // Nothing in this line could need removing, and looking for it would cost more than all the rest.
  const lines = log.child({}, { redact: { paths: [] } });
  return (request, response, next) => {
    const startMs = nowMs();
    response.once('close', () => {
      const token = knownTokenOf(request);
      lines.info(
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
