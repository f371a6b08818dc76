import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';

/** The statements that were sent to PostgreSQL together: it answers all of them at once. */
export type SeenJourney = readonly string[];

/** Reads what a client of PostgreSQL sends on one connection, and tells of each journey. */
class FrontendReader {
  readonly #tell: (journey: SeenJourney) => void;
  readonly #texts = new Map<string, string>();
  #unread = Buffer.alloc(0);
  #isStarted = false;
  #journey: string[] = [];

  constructor(tell: (journey: SeenJourney) => void) {
    this.#tell = tell;
  }

  read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    for (;;) {
      // The first message has no type.
      const head = this.#isStarted ? 1 : 0;
      if (this.#unread.length < head + 4) return;
      const end = head + this.#unread.readInt32BE(head);
      if (this.#unread.length < end) return;
      const type = this.#isStarted ? this.#unread.toString('latin1', 0, 1) : '';
      this.#take(type, this.#unread.subarray(head + 4, end));
      this.#unread = this.#unread.subarray(end);
      this.#isStarted = true;
    }
  }

  #take(type: string, body: Buffer): void {
    const [first = '', second = ''] = body.toString('utf8').split('\0');
    if (type === 'P') this.#texts.set(first, second);
    if (type === 'B') this.#journey.push(this.#texts.get(second) ?? '');
    if (type === 'Q') this.#journey.push(first);
    if (type !== 'S' && type !== 'Q') return;
    this.#tell(this.#journey);
    this.#journey = [];
  }
}

/** A way to a PostgreSQL server on which it is seen what is sent there. */
export class WatchedWay {
  readonly #server: Server;
  readonly #connections: SeenJourney[][] = [];

  private constructor(target: number) {
    this.#server = createServer((near) => {
      const far = connect(target, '127.0.0.1');
      const journeys: SeenJourney[] = [];
      this.#connections.push(journeys);
      const reader = new FrontendReader((journey) => journeys.push(journey));
      near.on('data', (chunk: Buffer) => reader.read(chunk));
      near.pipe(far).pipe(near);
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
    });
  }

  static async open(target: number): Promise<WatchedWay> {
    const way = new WatchedWay(target);
    way.#server.listen(0, '127.0.0.1');
    await once(way.#server, 'listening');
    return way;
  }

  /** The same database by this way. */
  url(database: string): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('nothing listens');
    return Object.assign(new URL(database), { port: String(address.port) }).href;
  }

  /** The transactions so far, each as its journeys: from the one with its BEGIN to the one with its COMMIT. */
  transactions(): readonly (readonly SeenJourney[])[] {
    return this.#connections.flatMap((journeys) => {
      const starts = journeys.flatMap((journey, place) => (journey.includes('BEGIN') ? [place] : []));
      return starts.map((start) => {
        const length = journeys.slice(start).findIndex((journey) => journey.includes('COMMIT')) + 1;
        return journeys.slice(start, start + length);
      });
    });
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}
