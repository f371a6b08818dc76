import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry } from 'prom-client';
import type { Metrics } from '../http/metrics.js';
import type { GatherMetrics } from '../http/metrics-route.js';

/** A worker asks for the metrics of all; the process that has started them answers, without text when that fails. */
interface MetricsMessage {
  readonly musterMetrics: number;
  readonly text?: string | undefined;
}

// Longer than the registry waits for a worker that does not answer.
const patienceMs = 6_000;

function isMetricsMessage(message: unknown): message is MetricsMessage {
  return typeof message === 'object' && message !== null && 'musterMetrics' in message;
}

/** Answers workers that ask for the metrics of all of them together. */
export function answerWorkers(): void {
  const all = new AggregatorRegistry();
  cluster.on('message', (worker: Worker, message: unknown) => {
    if (!isMetricsMessage(message)) return;
    const answer = (text: string | undefined) => {
      if (worker.isConnected()) worker.send({ musterMetrics: message.musterMetrics, text });
    };
    all.clusterMetrics().then(answer, () => answer(undefined));
  });
}

let asked = 0;

/** Gathers the metrics of all workers; of this one alone when the others cannot be asked. */
export const gatherFromWorkers: GatherMetrics = async ({ registry }) => (await askForAll()) ?? registry.metrics();

function askForAll(): Promise<string | undefined> {
  const number = ++asked;
  return new Promise((resolve) => {
    const finish = (text: string | undefined) => {
      clearTimeout(impatience);
      process.off('message', listen);
      resolve(text);
    };
    const listen = (message: unknown) => {
      if (isMetricsMessage(message) && message.musterMetrics === number) finish(message.text);
    };
    const impatience = setTimeout(() => finish(undefined), patienceMs);
    process.on('message', listen);
    process.send?.({ musterMetrics: number });
  });
}

/** Lets the process that has started this one ask for its metrics. */
export function offerMetrics({ registry }: Metrics): void {
  AggregatorRegistry.setRegistries(registry);
  // With it the process listens for the question.
  void new AggregatorRegistry();
}
