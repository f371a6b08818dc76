import type { Router } from 'express';
import type { DirectoryContext } from '../../directory/context.js';
import type { Log } from '../../log.js';
import { bulkResponseSchema } from '../../protocol/bulk-message.js';
import { planBulk } from '../../protocol/bulk-plan.js';
import { requireTime } from '../../store/database/deadline.js';
import { renewScope } from '../authenticate.js';
import { giveWay } from '../large-body.js';
import type { RateLimits } from '../rate-limits.js';
import { requireFewLeaversIn } from './bulk-leavers.js';
import { BulkRun } from './bulk-run.js';
import { callOf } from './resource-router.js';
import { render } from './scim-call.js';

/** What Bulk needs besides the request. */
export interface BulkRouterOptions {
  readonly context: DirectoryContext;
  readonly limits: Pick<RateLimits, 'charge'>;
  readonly log: Log;
}

/** `POST /Bulk` (RFC 7644 §3.7): many operations in one request, each answered as if it had been sent alone. */
export function bulkRoutes(router: Router, { context, limits, log }: BulkRouterOptions): void {
  router.post('/Bulk', async (request, response) => {
    const { scope } = callOf(request);
    let isWanted = true;
    response.once('close', () => {
      isWanted = false;
    });
    const plan = planBulk(request.body, { tolerant: scope.dialect === 'tolerant' });
    await giveWay(request);
    await limits.charge(request, plan.operations.length - 1);
    await requireFewLeaversIn(plan, scope, context);
    const authorize = async () => {
      requireTime(scope.deadlineMs);
      return renewScope(request, scope);
    };
    const run = new BulkRun(plan, { scope, context, log, isWanted: () => isWanted, authorize });
    const results = await run.results();
    response.send(render({ schemas: [bulkResponseSchema], Operations: results }));
  });
}
