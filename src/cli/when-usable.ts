import { setTimeout as sleep } from 'node:timers/promises';
import { RequestError } from '../errors.js';
import type { Log } from '../log.js';

/** How a start waits for its database. */
export interface StartPatience {
  readonly log: Log;
  /** Ends the waiting. */
  readonly ending: AbortSignal;
}

const retryMs = 500;
const toldEvery = 20;

/**
 * Does what needs the database, again and again while that is away. Throws what is no outage at once, and the outage when the
 * waiting is ended.
 */
export async function whenUsable<Result>(
  attempt: () => Promise<Result>,
  { log, ending }: StartPatience,
): Promise<Result> {
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RequestError) || error.status !== 503 || ending.aborted) throw error;
      if (failures % toldEvery === 0)
        log.warn({ code: codeOf(error.cause) }, 'the database cannot be used; the start waits');
      // When the waiting is ended in the middle of a pause, the next attempt is the last.
      await sleep(retryMs, undefined, { signal: ending }).catch(() => undefined);
    }
  }
}

function codeOf(cause: unknown): string | undefined {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : undefined;
}
