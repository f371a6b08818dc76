import { setTimeout as sleep } from 'node:timers/promises';
import { userBody } from '../../../test/support/scim.js';
import { idIn, versionOf, type DrillClient, type DrillRequest } from '../drill-client.js';
import type { Journal } from '../findings.js';

/** A write that was acknowledged. */
export interface Acknowledged {
  readonly id: string;
  readonly version: number;
}

const tickMs = 5;
const mostAtOnce = 64;

/** Writes so many times a second: people who are new, and changes of those who are not. */
export class PacedWriter {
  readonly acknowledged: Acknowledged[] = [];
  /** How long each answer took, in the order of the answers. */
  readonly timesMs: number[] = [];
  readonly #client: DrillClient;
  readonly #journal: Journal;
  readonly #perSecond: number;
  readonly #open = new Set<Promise<void>>();
  #isStopped = false;
  #made = 0;

  constructor(client: DrillClient, journal: Journal, perSecond: number) {
    this.#client = client;
    this.#journal = journal;
    this.#perSecond = perSecond;
  }

  /** Writes until `stop`; resolves when all is answered. */
  async run(): Promise<void> {
    const startMs = performance.now();
    while (!this.#isStopped) {
      const due = ((performance.now() - startMs) * this.#perSecond) / 1_000;
      while (this.#made < due && this.#open.size < mostAtOnce) this.#begin();
      await sleep(tickMs);
    }
    await Promise.all(this.#open);
    const seconds = (performance.now() - startMs) / 1_000;
    this.#journal.figure(
      `${this.acknowledged.length} writes, ${Math.round(this.acknowledged.length / seconds)} a second`,
    );
  }

  stop(): void {
    this.#isStopped = true;
  }

  #begin(): void {
    const write = this.#write(this.#made++).finally(() => this.#open.delete(write));
    this.#open.add(write);
  }

  async #write(number: number): Promise<void> {
    const reply = await this.#client.send(this.#request(number));
    if (reply.kind === 'none' || reply.status >= 300) {
      this.#journal.violation(`a write was answered ${reply.kind === 'none' ? reply.code : reply.status}`);
      return;
    }
    this.timesMs.push(reply.ms);
    const [id, version] = [idIn(reply.headers['location']), versionOf(reply.headers['etag'])];
    if (id === undefined || version === undefined) this.#journal.violation('a write was answered without a version');
    else this.acknowledged.push({ id, version });
  }

  #request(number: number): DrillRequest {
    // One after the other, so that changes do not wait for one another.
    const known = number % 3 === 0 ? this.acknowledged[(number / 3) % (this.acknowledged.length || 1)] : undefined;
    const body = userBody(`restore-${number}@example.com`, { title: `write ${number}` });
    if (known === undefined) return { method: 'POST', path: '/scim/v2/Users', body };
    const operation = { op: 'replace', path: 'title', value: `write ${number}` };
    const patch = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [operation] };
    return { method: 'PATCH', path: `/scim/v2/Users/${known.id}`, body: patch };
  }
}
