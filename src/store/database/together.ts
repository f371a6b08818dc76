type Started<Results extends readonly unknown[]> = { readonly [Place in keyof Results]: Promise<Results[Place]> };

/**
 * The results of statements that do not wait for each other, so that they travel together. It settles when all of them have, for
 * nothing of a transaction may come behind its end; throws what the first of them throws that fails.
 */
export async function together<Results extends readonly unknown[]>(...started: Started<Results>): Promise<Results> {
  await Promise.allSettled(started);
  return Promise.all(started);
}
