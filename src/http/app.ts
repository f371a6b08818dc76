import express, { type Express, type RequestHandler } from 'express';
import { scimUrlOf, type DirectoryContext } from '../directory/context.js';
import type { Services } from '../directory/services.js';
import { invalidSyntax, invalidVers, RequestError } from '../errors.js';
import type { Log } from '../log.js';
import { authenticate } from './authenticate.js';
import { apiRouter } from './api/api-router.js';
import { descriptionRouter } from './api/description-router.js';
import { errorHandler } from './error-response.js';
import { healthRoutes } from './health.js';
import type { Metrics } from './metrics.js';
import { metricsRoute, type GatherMetrics, type MetricsAccess } from './metrics-route.js';
import { adoptMessages, type MessageClasses } from './message-classes.js';
import type { RateLimits } from './rate-limits.js';
import { giveRequestId } from './request-id.js';
import { requestLog } from './request-log.js';
import { inOrder } from './in-order.js';
import { openConfiguration } from './scim/discovery-router.js';
import { scimRouter } from './scim/scim-router.js';
import { securityHeaders } from './security-headers.js';
import type { Traffic } from './traffic.js';

const unknownPath: RequestHandler = (_request, _response, next) => {
  next(new RequestError(404, 'there is no such path'));
};

/** A request of HTTP/1.1 names its host (RFC 9112 §3.2), though nothing here depends on it. */
const requireHost: RequestHandler = ({ headers, httpVersion }, _response, next) => {
  next(headers.host === undefined && httpVersion === '1.1' ? invalidSyntax('the request names no host') : undefined);
};

const refuseVersion: RequestHandler = (request, _response, next) => {
  const isVersion = /^\/v\d+(\/|$)/i.test(request.path);
  next(isVersion ? invalidVers('the version of SCIM that is spoken here is v2') : undefined);
};

/** What the service over HTTP is made of. */
export interface AppParts {
  readonly context: DirectoryContext;
  readonly services: Services;
  readonly limits: RateLimits;
  readonly traffic: Traffic;
  readonly metrics: Metrics;
  readonly metricsAccess: MetricsAccess;
  readonly gatherMetrics: GatherMetrics;
  readonly log: Log;
  /** Whether everybody comes over TLS. */
  readonly isTls: boolean;
  /** The classes of the messages of the server that the application is for. */
  readonly messages: MessageClasses;
}

/** The service over HTTP: health, SCIM at `/scim/v2`, the companion API at `/api/v1`. */
export function createApp(parts: AppParts): Express {
  const { context, services, limits, traffic, metrics, log, isTls, messages } = parts;
  const app = express();
  adoptMessages(app, messages);
  // The ETag of a resource is its version; express would hash the body.
  app.set('etag', false).disable('x-powered-by').set('query parser', false);
  Object.defineProperties(app.request, {
    // Only resources have versions; express would take `If-None-Match: *` for a match anywhere.
    fresh: { value: false },
    // The query is read by who needs it; scimmy's routers would read it anew, and change it.
    query: { value: Object.freeze({}) },
  });
  // A router that has no route for a request lets it wait for a turn of the event loop, so that what most requests ask for comes
  // first, and nobody enters a router that is not theirs.
  app.use(inOrder(giveRequestId, traffic.track, requestLog(log), securityHeaders(isTls), requireHost));
  const admitted = inOrder(authenticate(context, limits), limits.admit);
  const scimUrl = scimUrlOf(context);
  const scim = inOrder(openConfiguration(scimUrl), admitted, scimRouter({ scimUrl, services, context, limits, log }));
  app.use('/scim/v2', scim, errorHandler('scim', log));
  // Without a version the newest is meant, which is the only one (RFC 7644 §3.13).
  app.use('/scim', refuseVersion, scim, errorHandler('scim', log));
  healthRoutes(app, context.database);
  metricsRoute(app, { metrics, access: parts.metricsAccess, failures: limits, gather: parts.gatherMetrics });
  app.use('/api', descriptionRouter(context.publicUrl));
  app.use('/api/v1', admitted, apiRouter(services, { limits }));
  app.use(unknownPath, errorHandler('problem', log));
  return app;
}
