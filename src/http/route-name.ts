import type { Request } from 'express';
import { RequestSlot } from './request-slot.js';

const apiRoutes = new RequestSlot<string>('route');

const scimEndpoints = [
  'Users',
  'Groups',
  'Roles',
  'Entitlements',
  'OktaRoles',
  'OktaEntitlements',
  'Schemas',
  'ResourceTypes',
  'ServiceProviderConfig',
  'Me',
  'Bulk',
  '.search',
];

const canonical = new Map([
  ...scimEndpoints.map((name) => [name.toLowerCase(), `/scim/v2/${name}`] as const),
  ['livez', '/livez'],
  ['readyz', '/readyz'],
  ['metrics', '/metrics'],
  ['docs', '/api/docs'],
  ['openapi.json', '/api/v1/openapi.json'],
]);

const other = 'other';

/** Notes the path of the route table that a request of the companion API belongs to. */
export function noteApiRoute(request: Request, path: string): void {
  apiRoutes.set(request, `/api/v1${path}`);
}

/**
 * The template of the path of a request, such as `/scim/v2/Users/{id}`: one of a few hundred, whatever clients send. What no part
 * of the service knows is `other`.
 */
export function routeNameOf(request: Request): string {
  return apiRoutes.get(request) ?? templateOf(request.originalUrl);
}

function templateOf(url: string): string {
  const end = url.indexOf('?');
  const [, ...segments] = (end === -1 ? url : url.slice(0, end)).split('/', 6);
  const place = segments.findIndex((segment) => !/^(scim|api|v\d+)$/i.test(segment));
  const name = canonical.get((segments[place] ?? '').toLowerCase());
  if (name === undefined) return other;
  const next = segments[place + 1];
  if (next === undefined || next === '') return name;
  return next.toLowerCase() === '.search' ? `${name}/.search` : `${name}/{id}`;
}
