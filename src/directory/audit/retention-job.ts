import { randomUUID } from 'node:crypto';
import { withoutData, type Log } from '../../log.js';
import type { Services } from '../services.js';

const everyMs = 3_600_000;

/**
 * Erases those who were deleted more than so many days ago, at once and then every hour. Of several processes over one database
 * one does it at a time; what fails is done an hour later. Returns what stops it.
 */
export function startRetention(services: Services, days: number, log: Log): () => Promise<void> {
  const stopping = new AbortController();
  const erase = async () => {
    try {
      const erased = await eraseOfAll(services, days, stopping.signal);
      if (erased > 0) log.info({ erased, days }, 'erased people who were deleted');
    } catch (error) {
      log.warn({ err: withoutData(error) }, 'erasing people who were deleted failed, and is tried again in an hour');
    }
  };
  let running = erase();
  const timer = setInterval(() => void (running = running.then(erase)), everyMs).unref();
  return async () => {
    clearInterval(timer);
    stopping.abort();
    await running;
  };
}

async function eraseOfAll(services: Services, days: number, signal: AbortSignal): Promise<number> {
  const actor = { kind: 'service', id: 'retention', requestId: randomUUID() } as const;
  let erased = 0;
  for (const { id } of await services.clients.list()) {
    if (signal.aborted) break;
    erased += await services.erasure.eraseDeleted(actor, id, { days, signal });
  }
  return erased;
}
