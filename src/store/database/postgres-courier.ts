import { LRUCache } from 'lru-cache';
import type { PoolClient } from 'pg';
import type { Binding } from '../sql/sql.js';
import type { Connection } from './connection.js';
import { translateDatabaseError } from './database-error.js';
import { Journey, SkippedStatement, type Answer, type Errand } from './postgres-journey.js';

interface Numbered {
  readonly text: string;
  readonly name: string | undefined;
}

const maxNamed = 400;
let named = 0;
const numbered = new LRUCache<string, Numbered>({ max: 2_000 });

/** `?` placeholders as PostgreSQL counts them; the first statements seen are prepared once on each connection. */
function number(text: string): Numbered {
  const known = numbered.get(text);
  if (known !== undefined) return known;
  let position = 0;
  const result = {
    text: text.replaceAll('?', () => `$${++position}`),
    name: named < maxNamed ? `s${++named}` : undefined,
  };
  numbered.set(text, result);
  return result;
}

/** What is to become of a statement that nobody waits for. */
export interface PostOptions extends Pick<Errand, 'hurries'> {
  readonly done?: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Takes statements to the database on one connection: those that are given to it in one turn of the event loop, or while others are
 * under way, travel together (`Journey`).
 */
export class Courier {
  readonly #client: PoolClient;
  /** How long a journey may take; undefined for as long as it likes. */
  readonly #patienceMs: number | undefined;
  #errands: Errand[] = [];
  #isUnderWay = false;
  #isDue = false;

  constructor(client: PoolClient, patienceMs: number | undefined) {
    this.#client = client;
    this.#patienceMs = patienceMs;
  }

  /** Sends a statement with what was given before; throws what the database does. */
  ask(text: string, bindings: readonly Binding[]): Promise<Answer> {
    return new Promise((done, failed) => {
      this.#errands.push({ ...number(text), bindings, done, failed });
      this.go();
    });
  }

  /** Keeps a statement that travels with what is sent next. */
  post(text: string, bindings: readonly Binding[], { hurries, done = () => undefined, failed }: PostOptions): void {
    this.#errands.push({ ...number(text), bindings, hurries, done, failed });
  }

  /** Sends what has been given; resolves when all of it has been answered, whatever the answers. */
  arrive(): Promise<void> {
    const last = this.#errands.pop();
    if (last === undefined) return Promise.resolve();
    return new Promise((arrived) => {
      const { done, failed } = last;
      this.#errands.push({
        ...last,
        done: (answer) => {
          done(answer);
          arrived();
        },
        failed: (error) => {
          failed(error);
          arrived();
        },
      });
      this.go();
    });
  }

  /** Sends what has been given, at the end of this turn of the event loop or when what is under way is back. */
  go(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    if (!this.#isUnderWay) process.nextTick(() => this.#leave());
  }

  /** Gives up what has not been sent. */
  drop(reason: unknown): void {
    const dropped = this.#errands;
    this.#errands = [];
    for (const errand of dropped) errand.failed(new SkippedStatement(reason));
  }

  #leave(): void {
    this.#isDue = false;
    if (this.#errands.length === 0) return;
    const errands = this.#errands;
    this.#errands = [];
    this.#isUnderWay = true;
    const { stream } = this.#client.connection;
    const late = () => stream.destroy(new Error('Query read timeout'));
    const impatience = this.#patienceMs === undefined ? undefined : setTimeout(late, this.#patienceMs);
    this.#client.query(
      new Journey(errands, () => {
        clearTimeout(impatience);
        this.#isUnderWay = false;
        if (this.#isDue) process.nextTick(() => this.#leave());
      }),
    );
  }
}

/** Statements that throw what `translateDatabaseError` makes of a failure. */
export function statementsOn(courier: Courier): Pick<Connection, 'all' | 'run'> {
  const ask = async (text: string, bindings: readonly Binding[] = []) => {
    try {
      return await courier.ask(text, bindings);
    } catch (error) {
      throw translateDatabaseError(error);
    }
  };
  return {
    // The caller names the columns in the statement, and with them the shape of its rows.
    all: async <Row>(text: string, bindings?: readonly Binding[]) => (await ask(text, bindings)).rows as Row[],
    run: async (text, bindings) => (await ask(text, bindings)).count,
  };
}
