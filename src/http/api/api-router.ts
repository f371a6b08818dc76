import { Router, type Request, type Response } from 'express';
import type { Services } from '../../directory/services.js';
import { RequestError } from '../../errors.js';
import { authenticateAgain, requireSameReach, tokenOf } from '../authenticate.js';
import type { RateLimits } from '../rate-limits.js';
import { noteApiRoute } from '../route-name.js';
import { leaveTurn, takeTurn } from '../traffic.js';
import { callerFor, requireOperator } from './api-caller.js';
import { checkedBodyOf, paramsOf, queryOf } from './read-call.js';
import { byPath } from './route-order.js';
import { routeTable } from './route-table.js';
import type { Route } from './route.js';
import { sendLines, sendList } from './send-lines.js';

const linesType = 'application/x-ndjson';

interface ApiRouterOptions {
  readonly limits: Pick<RateLimits, 'charge'>;
  /** The routes, unless they are all. */
  readonly table?: readonly Route[];
}

/** The companion API below `/api/v1`, made from the route table, for a request that has been authenticated. */
export function apiRouter(services: Services, { limits, table = routeTable }: ApiRouterOptions): Router {
  const router = Router();
  for (const { path, routes } of byPath(table)) {
    router.all(path.replaceAll(/\{(\w+)\}/g, ':$1'), async (request, response) => {
      noteApiRoute(request, path);
      const found = routes.find((each) => each.method === methodOf(request));
      if (found === undefined) throw methodNotAllowed(request, routes);
      await answer(found, { services, limits }, request, response);
    });
  }
  return router;
}

function methodOf(request: Request): string {
  return request.method === 'HEAD' ? 'GET' : request.method;
}

function methodNotAllowed(request: Request, routes: readonly Route[]): RequestError {
  const methods = routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  const headers = { Allow: methods.join(', ') };
  return new RequestError(405, `${request.method} is not for this path`, { headers });
}

interface Behind {
  readonly services: Services;
  readonly limits: Pick<RateLimits, 'charge'>;
}

async function answer(found: Route, behind: Behind, request: Request, response: Response): Promise<void> {
  const { services, limits } = behind;
  requireOperator(found, request);
  const params = paramsOf(found, request);
  const caller = () => callerFor(found, services.clients, request);
  // Who may not do this need not send a body; who was slow to send one, or has waited, is asked again.
  await caller();
  const query = queryOf(found, request);
  const sent = await checkedBodyOf(found, request);
  await takeTurn(request);
  await authenticateAgain(request);
  if (found.batch !== undefined) await limits.charge(request, found.batch(sent) - 1);
  const { status, body, lines, list, headers } = await found.handle({
    services,
    scope: await caller(),
    params,
    query,
    body: sent,
    prefersLines: prefersLines(found, request),
  });
  response.status(status).set(headers ?? {});
  const many = lines ?? list;
  if (many !== undefined) {
    leaveTurn(request);
    response.type(lines === undefined ? 'application/json' : linesType);
    await (lines === undefined ? sendList : sendLines)(response, whileAllowed(request, many));
  } else if (body === undefined) response.end();
  else response.json(body);
}

function prefersLines({ answers }: Route, request: Request): boolean {
  const offered = Object.values(answers).some(({ lines }) => lines !== undefined);
  return offered && request.accepts(['application/json', linesType]) === linesType;
}

// To ask how a token stands costs next to nothing within a second.
const valuesBetween = 50;

/** The values for as long as the token stands as it does: sending many takes as long as the caller likes. Throws 401 and 403. */
async function* whileAllowed(request: Request, values: AsyncIterable<unknown>): AsyncGenerator {
  const token = tokenOf(request);
  let sent = 0;
  for await (const value of values) {
    if (sent % valuesBetween === 0) await requireSameReach(request, token);
    yield value;
    sent += 1;
  }
}
