import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Database } from '../store/database/connection.js';
import type { TimeObserver } from '../store/database/timed-database.js';
import { knownTokenOf } from './authenticate.js';
import { ClientCounts } from './client-counts.js';
import { routeNameOf } from './route-name.js';
import type { EndObserver, Traffic } from './traffic.js';

const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];
const statementBuckets = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 20];

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** What is measured: counts and times by route, status and the like; no name, no address, nothing that a client sent. */
export class Metrics {
  readonly registry = new Registry();
  readonly #clients = new ClientCounts(this.registry);
  readonly #requests = new Counter({
    name: 'muster_http_requests_total',
    help: 'Requests that have been answered, or given up',
    labelNames: ['route', 'method', 'status'],
    registers: [this.registry],
    collect: () => this.#showEnded(),
  });
  /** How many have ended since somebody looked; to find a series for each would cost more than to count it. */
  readonly #ended = new Map<string, number>();
  readonly #durations = new Histogram({
    name: 'muster_http_request_duration_seconds',
    help: 'From the headers of a request to the end of its answer',
    labelNames: ['route', 'method'],
    buckets: requestBuckets,
    registers: [this.registry],
  });
  readonly #limited = new Counter({
    name: 'muster_rate_limited_total',
    help: 'Requests answered 429, by the limit that they met',
    labelNames: ['limit'],
    registers: [this.registry],
  });
  readonly #refused = new Counter({
    name: 'muster_auth_failures_total',
    help: 'Credentials that were refused',
    registers: [this.registry],
  });
  readonly #work = new Histogram({
    name: 'muster_db_duration_seconds',
    help: 'Statements that read, scan or are part of a transaction, and whole transactions with their wait and their commit',
    labelNames: ['work'],
    buckets: statementBuckets,
    registers: [this.registry],
  });

  constructor() {
    // The lag of the event loop, garbage collection, memory, CPU, descriptors.
    collectDefaultMetrics({ register: this.registry });
  }

  /** Counts a request that has ended. */
  readonly count: EndObserver = (request, response, ms) => {
    const route = routeNameOf(request);
    const method = methods.has(request.method) ? request.method : 'OTHER';
    const key = `${method} ${response.statusCode} ${route}`;
    this.#ended.set(key, (this.#ended.get(key) ?? 0) + 1);
    this.#durations.observe({ route, method }, ms / 1_000);
    const client = knownTokenOf(request)?.clientId;
    if (client !== undefined) this.#clients.note(client);
  };

  readonly observeWork: TimeObserver = (work, seconds) => {
    this.#work.observe({ work }, seconds);
  };

  limited(limit: string): void {
    this.#limited.inc({ limit });
  }

  refusedCredentials(): void {
    this.#refused.inc();
  }

  /** Shows from now on how busy the database and the service are, each time that somebody looks. */
  watch({ database, traffic }: { readonly database: Database; readonly traffic: Traffic }): void {
    this.#gauge('muster_http_requests', 'Requests that are at work, or wait for their turn', 'state', () => ({
      atWork: traffic.turns.atWork,
      waiting: traffic.turns.waiting,
    }));
    this.#gauge('muster_db_load', 'What waits for the database, and its connections', 'what', () => ({
      ...database.load?.(),
    }));
  }

  close(): void {
    this.#clients.close();
    this.registry.clear();
  }

  #showEnded(): void {
    for (const [key, count] of this.#ended) {
      const [method = '', status = '', route = ''] = key.split(' ');
      this.#requests.inc({ route, method, status }, count);
    }
    this.#ended.clear();
  }

  #gauge(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>): void {
    const gauge = new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect: () => {
        for (const [value, count] of Object.entries(read())) gauge.set({ [label]: value }, count);
      },
    });
  }
}
