import type { DrillClient, DrillRequest } from '../drill-client.js';

/** What came of the requests that were sent. */
export interface Outcome {
  /** How long each answer took, in milliseconds. */
  readonly ms: readonly number[];
  /** How many answers had which status; `none` for those that had none. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** How fast to send, and for how long. */
export interface Pace {
  readonly perSecond: number;
  readonly seconds: number;
}

/**
 * Sends requests at a pace, whether or not the ones before have been answered: who waits for answers before asking again does
 * not see how long others wait.
 */
export async function sendAtPace(
  client: DrillClient,
  { perSecond, seconds }: Pace,
  requestOf: (sequence: number) => DrillRequest,
): Promise<Outcome> {
  const ms: number[] = [];
  const statuses: Record<string, number> = {};
  const sending: Promise<void>[] = [];
  const startMs = performance.now();
  const send = async (sequence: number) => {
    const reply = await client.send(requestOf(sequence));
    ms.push(reply.ms);
    const status = reply.kind === 'answer' ? String(reply.status) : 'none';
    statuses[status] = (statuses[status] ?? 0) + 1;
  };
  for (let sequence = 0; sequence < perSecond * seconds;) {
    const due = Math.min(((performance.now() - startMs) / 1_000) * perSecond, perSecond * seconds);
    for (; sequence < due; sequence++) sending.push(send(sequence));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(sending);
  return { ms, statuses };
}
