import express, { type Express, type RequestHandler } from 'express';
import { scimUrlOf, type DirectoryContext } from '../directory/context.js';
import type { Services } from '../directory/services.js';
import { RequestError } from '../errors.js';
import type { Log } from '../log.js';
import { authenticate } from './authenticate.js';
import { apiRouter } from './api/api-router.js';
import { descriptionRouter } from './api/description-router.js';
import { errorHandler } from './error-response.js';
import { healthRouter } from './health.js';
import { giveRequestId } from './request-id.js';
import { requestLog } from './request-log.js';
import { scimRouter } from './scim/scim-router.js';

const securityHeaders: RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  next();
};

const unknownPath: RequestHandler = (_request, _response, next) => {
  next(new RequestError(404, 'there is no such path'));
};

/** The service over HTTP: health, SCIM at `/scim/v2`, the companion API at `/api/v1`. */
export function createApp(context: DirectoryContext, services: Services, log: Log): Express {
  const app = express();
  // The ETag of a resource is its version; express would hash the body.
  app.set('etag', false).disable('x-powered-by').set('query parser', false);
  app.use(giveRequestId, requestLog(log), securityHeaders, healthRouter(context.database));
  const authenticated = authenticate(context);
  app.use(
    '/scim/v2',
    authenticated,
    scimRouter({ scimUrl: scimUrlOf(context), services, context, log }),
    errorHandler('scim', log),
  );
  app.use('/scim', unknownPath, errorHandler('scim', log));
  app.use('/api', descriptionRouter(context.publicUrl));
  app.use('/api/v1', authenticated, apiRouter(services));
  app.use(unknownPath, errorHandler('problem', log));
  return app;
}
