import { LRUCache } from 'lru-cache';
import { Counter, type Registry } from 'prom-client';

const mostShown = 20;
const mostSeen = 10_000;
const chooseEveryMs = 60_000;

/**
 * Counts requests by client id: the busiest clients of the last minute have a series each, all others one together, so that the
 * number of series does not follow the number of clients. A client that is chosen counts from then on.
 */
export class ClientCounts {
  readonly #counter: Counter<'client'>;
  readonly #recent = new LRUCache<string, number>({ max: mostSeen });
  readonly #timer: NodeJS.Timeout;
  /** What has been counted since somebody looked. */
  readonly #noted = new Map<string, number>();
  #shown: ReadonlySet<string> = new Set();

  constructor(registry: Registry) {
    this.#counter = new Counter({
      name: 'muster_client_requests_total',
      help: `Requests by client id: the ${mostShown} busiest of late, and all others together`,
      labelNames: ['client'],
      registers: [registry],
      collect: () => this.#show(),
    });
    this.#timer = setInterval(() => this.choose(), chooseEveryMs);
    this.#timer.unref();
  }

  note(client: string): void {
    this.#recent.set(client, (this.#recent.get(client) ?? 0) + 1);
    if (this.#shown.size < mostShown && !this.#shown.has(client)) this.#shown = new Set([...this.#shown, client]);
    const series = this.#shown.has(client) ? client : 'other';
    this.#noted.set(series, (this.#noted.get(series) ?? 0) + 1);
  }

  /** Chooses anew whom to show, by what has been noted since the last time. */
  choose(): void {
    this.#show();
    const busiest = [...this.#recent.entries()].toSorted(([, a], [, b]) => b - a).slice(0, mostShown);
    const next = new Set(busiest.map(([client]) => client));
    for (const client of this.#shown) if (!next.has(client)) this.#counter.remove(client);
    this.#shown = next;
    this.#recent.clear();
  }

  #show(): void {
    for (const [client, count] of this.#noted) this.#counter.inc({ client }, count);
    this.#noted.clear();
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
