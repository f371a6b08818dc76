import { createHash, timingSafeEqual } from 'node:crypto';
import type { IRouter, Request } from 'express';
import type { Config } from '../config.js';
import { invalidToken, RequestError } from '../errors.js';
import type { FailureLimit } from './authenticate.js';
import type { Metrics } from './metrics.js';
import { isLoopback } from './source-address.js';

/** Who may read the metrics: who knows the token, who asks on this machine, or nobody. */
export type MetricsAccess =
  { readonly kind: 'token'; readonly token: string } | { readonly kind: 'loopback' } | { readonly kind: 'nobody' };

/**
 * Without a token the metrics are open on this machine alone, and only as long as nothing says that others are served from it: a
 * proxy beside the service makes everybody come from here.
 */
export function metricsAccess({ metricsToken, host, publicUrl, trustedProxies }: Config): MetricsAccess {
  if (metricsToken !== undefined) return { kind: 'token', token: metricsToken };
  const isLocal = isLoopback(host) && publicUrl === undefined && trustedProxies.length === 0;
  return { kind: isLocal ? 'loopback' : 'nobody' };
}

/** How metrics are brought together: those of this process, unless there are others. */
export type GatherMetrics = (own: Metrics) => Promise<string>;

export const ownMetrics: GatherMetrics = ({ registry }) => registry.metrics();

interface MetricsRouteOptions {
  readonly metrics: Metrics;
  readonly access: MetricsAccess;
  readonly failures: FailureLimit;
  readonly gather: GatherMetrics;
}

/** `/metrics`, in the text form of Prometheus. Whoever may not read it is told nothing: 404, or 401 where there is a token. */
export function metricsRoute(router: IRouter, { metrics, access, failures, gather }: MetricsRouteOptions): void {
  router.get('/metrics', async (request, response) => {
    if (access.kind === 'token') await requireToken(request, access.token, failures);
    else if (access.kind === 'nobody' || !isFromHere(request)) throw new RequestError(404, 'there is no such path');
    const text = await gather(metrics);
    response.type(metrics.registry.contentType).send(text);
  });
}

async function requireToken(request: Request, token: string, failures: FailureLimit): Promise<void> {
  const { authorization } = request.headers;
  const [, given] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (given !== undefined && timingSafeEqual(digest(given), digest(token))) return;
  throw (authorization === undefined ? undefined : await failures.refusal(request)) ?? invalidToken();
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

const forwarding = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'forwarded', 'via'];

function isFromHere({ socket, headers }: Request): boolean {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/i, '');
  return isLoopback(address) && forwarding.every((name) => headers[name] === undefined);
}
