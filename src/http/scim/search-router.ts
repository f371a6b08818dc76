import type { RequestHandler, Router } from 'express';
import { readSearchRequest } from '../../protocol/search-request.js';
import { resourceTypes, type ResourceType } from '../../schema/resource-type.js';
import { callOf } from './resource-router.js';

/** Queries by POST (RFC 7644 §3.4.3), and the one by GET over all resources (§3.4.2.1). */
export function searchRoutes(router: Router, scimUrl: string): void {
  const search =
    (path: string, types: readonly ResourceType[]): RequestHandler =>
    async (request, response) => {
      const call = callOf(request);
      const parameters = readSearchRequest(request.body, call.dialect.name === 'tolerant');
      const page = await call.answerList(types, parameters);
      response.setHeader('Location', scimUrl + path);
      response.send(page);
    };
  router.get('/', async (request, response) => {
    response.send(await callOf(request).answerList(resourceTypes));
  });
  router.post('/.search', search('/.search', resourceTypes));
  for (const type of resourceTypes) {
    router.post(`${type.endpoint}/.search`, search(`${type.endpoint}/.search`, [type]));
  }
}
