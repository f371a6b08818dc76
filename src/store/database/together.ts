import { SkippedStatement } from './postgres-journey.js';

type Started<Results extends readonly unknown[]> = { readonly [Place in keyof Results]: Promise<Results[Place]> };

/**
 * The results of statements that do not wait for each other, so that they travel together. It settles when all of them have, for
 * nothing of a transaction may come behind its end; throws what the first of them throws that fails, and not because another did.
 */
export async function together<Results extends readonly unknown[]>(...started: Started<Results>): Promise<Results> {
  const outcomes = await Promise.allSettled(started);
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
  const first = failed.find(({ reason }) => !(reason instanceof SkippedStatement));
  if (first !== undefined) throw first.reason;
  return Promise.all(started);
}
