import { nowMs } from '../../clock.js';
import { unavailable } from '../../errors.js';
import type { Connection, TransactionTerms } from './connection.js';

/** Throws 503 when the time of the work is over. */
export function requireTime(deadlineMs: number | undefined): void {
  if (deadlineMs !== undefined && nowMs() > deadlineMs) throw unavailable('the request took too long', undefined, 1);
}

/** Asked when all is done and nothing is committed yet: throws where the time is over, or the caller may no longer do this. */
export async function requireTerms({ deadlineMs, requireStanding }: TransactionTerms): Promise<void> {
  requireTime(deadlineMs);
  await requireStanding?.();
}

/** A connection that takes no more statements once the time is over: the transaction ends there, and nothing of it remains. */
export function withinTime(connection: Connection, deadlineMs: number | undefined): Connection {
  if (deadlineMs === undefined) return connection;
  return {
    all: async <Row>(text: string, bindings?: Parameters<Connection['all']>[1]) => {
      requireTime(deadlineMs);
      return connection.all<Row>(text, bindings);
    },
    run: async (text, bindings) => {
      requireTime(deadlineMs);
      return connection.run(text, bindings);
    },
    post: async (...statement) => {
      requireTime(deadlineMs);
      await connection.post(...statement);
    },
    append: (entry) => connection.append(entry),
  };
}
