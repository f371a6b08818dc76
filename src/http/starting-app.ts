import express, { type Express, type RequestHandler } from 'express';
import { unavailable } from '../errors.js';
import type { Log } from '../log.js';
import { errorHandler } from './error-response.js';
import { giveRequestId } from './request-id.js';

const refuse: RequestHandler = (_request, _response, next) => {
  next(unavailable('the service is starting', undefined, 1));
};

/** What is answered until the database can be used: the process is alive, and whoever comes shall come again. */
export function startingApp(log: Log): Express {
  const app = express();
  app.set('etag', false).disable('x-powered-by').set('query parser', false);
  app.get('/livez', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.use(giveRequestId, refuse);
  app.use('/scim', errorHandler('scim', log));
  app.use(errorHandler('problem', log));
  return app;
}
