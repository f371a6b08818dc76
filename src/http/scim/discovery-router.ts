import { Router, type Request, type RequestHandler, type Response } from 'express';
import { notFound, RequestError } from '../../errors.js';
import { queryOf } from '../query.js';
import { describeService } from './discovery.js';
import { requireAcceptable } from './acceptable.js';
import { listResponse, render } from './scim-call.js';

function send(response: Response, document: object): void {
  response.setHeader('Content-Type', 'application/scim+json');
  response.send(render(document));
}

/** Filters are refused, so that a client does not mistake an unfiltered answer for a filtered one (RFC 7644 §4). */
const refuseFilter: RequestHandler = (request, _response, next) => {
  next(queryOf(request).filter === undefined ? undefined : new RequestError(403, 'these documents cannot be filtered'));
};

function documentsRouter(documents: ReadonlyMap<string, object>, what: string): Router {
  const router = Router();
  const all = listResponse([...documents.values()], documents.size, 1);
  const byName = new Map([...documents].map(([name, document]) => [name.toLowerCase(), document]));
  router.use(refuseFilter);
  router.get('/', (_request, response) => {
    send(response, all);
  });
  router.get('/:id', (request, response) => {
    const document = byName.get(request.params.id.toLowerCase());
    if (document === undefined) throw notFound(what);
    send(response, document);
  });
  return router;
}

/** Whether a request reads without any credentials; wrong ones are refused by who comes after. */
function isWithoutToken({ headers, method }: Request): boolean {
  return headers.authorization === undefined && (method === 'GET' || method === 'HEAD');
}

/** `/ServiceProviderConfig` for those who have no token yet: it says how to authenticate (RFC 7643 §5). */
export function openConfiguration(scimUrl: string): RequestHandler {
  const { serviceProviderConfig } = describeService(scimUrl);
  const router = Router();
  router.get('/ServiceProviderConfig', requireAcceptable, refuseFilter, (_request, response) => {
    send(response, serviceProviderConfig);
  });
  return (request, response, next) => {
    if (isWithoutToken(request)) router(request, response, next);
    else next();
  };
}

const descriptions = /^\/(ServiceProviderConfig|Schemas|ResourceTypes)(?![^/])/i;

/** `/ServiceProviderConfig`, `/Schemas` and `/ResourceTypes` (RFC 7644 §4). */
export function discoveryRoutes(scimUrl: string): RequestHandler {
  const { serviceProviderConfig, schemas, resourceTypes } = describeService(scimUrl);
  const router = Router();
  router.get('/ServiceProviderConfig', refuseFilter, (_request, response) => {
    send(response, serviceProviderConfig);
  });
  router.use('/Schemas', documentsRouter(schemas, 'schema'));
  router.use('/ResourceTypes', documentsRouter(resourceTypes, 'resource type'));
  return (request, response, next) => {
    if (descriptions.test(request.path)) router(request, response, next);
    else next();
  };
}
