import pg, { type Connection as Wire } from 'pg';
import type { Binding } from '../sql/sql.js';

/** What the database says of a statement. */
export interface Answer {
  readonly rows: readonly unknown[];
  /** How many rows it returned or changed. */
  readonly count: number;
}

/** A statement that is to be sent, as PostgreSQL counts placeholders, and who hears of it. */
export interface Errand {
  readonly text: string;
  /** Under which it is prepared, once on each connection; undefined for what is not kept. */
  readonly name: string | undefined;
  readonly bindings: readonly Binding[];
  /** Whether its answer, and those before it, come back before what follows it is done. */
  readonly hurries?: boolean | undefined;
  readonly done: (answer: Answer) => void;
  readonly failed: (error: unknown) => void;
}

/** A statement was not tried, because one that travelled before it failed: that is the cause. */
export class SkippedStatement extends Error {
  override readonly name = 'SkippedStatement';

  constructor(cause: unknown) {
    super('a statement before this one failed', { cause });
  }
}

interface Column {
  readonly name: string;
  readonly read: (text: string) => unknown;
}

/** What a connection has prepared. */
class Prepared {
  /** The columns of what a statement returns, as far as they are known, by its name. */
  readonly columns = new Map<string, readonly Column[] | undefined>();
  /** The names that have been sent and not been confirmed, in their order. */
  readonly #sent: string[] = [];

  constructor(wire: Wire) {
    wire.on('parseComplete', () => {
      const name = this.#sent.shift();
      if (name !== undefined && name !== '') this.columns.set(name, undefined);
    });
  }

  isSent(name: string): boolean {
    return this.columns.has(name) || this.#sent.includes(name);
  }

  send(name: string): void {
    this.#sent.push(name);
  }

  /** What has not been confirmed by now never will be. */
  forgetSent(): void {
    this.#sent.length = 0;
  }
}

const preparedOn = new WeakMap<Wire, Prepared>();

function preparedBy(wire: Wire): Prepared {
  const known = preparedOn.get(wire);
  if (known !== undefined) return known;
  const prepared = new Prepared(wire);
  preparedOn.set(wire, prepared);
  return prepared;
}

/**
 * Statements that travel to the database together, and their answers back: one message each way, whatever their number. When one
 * fails, those behind it are not tried. node-postgres sends and hears them in the place of a query of its own.
 */
export class Journey {
  readonly #errands: readonly Errand[];
  readonly #ended: () => void;
  #prepared: Prepared | undefined;
  #place = 0;
  #columns: readonly Column[] | undefined;
  #rows: unknown[] = [];
  /** What has been answered, and is told when nothing can take it back. */
  readonly #held: { readonly errand: Errand; readonly answer: Answer }[] = [];

  constructor(errands: readonly Errand[], ended: () => void) {
    this.#errands = errands;
    this.#ended = ended;
  }

  submit(wire: Wire): void {
    this.#prepared = preparedBy(wire);
    wire.stream.cork();
    for (const errand of this.#errands) send(wire, this.#prepared, errand);
    wire.sync();
    wire.stream.uncork();
    this.#expect();
  }

  handleRowDescription({ fields }: { readonly fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({ name, read: readerOf(dataTypeID) }));
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const row: Record<string, unknown> = {};
    for (const [place, { name, read }] of (this.#columns ?? []).entries()) {
      const text = fields[place];
      row[name] = text === null || text === undefined ? null : read(text);
    }
    this.#rows.push(row);
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#finish(Number(/\d+$/.exec(text)?.[0] ?? 0));
  }

  handleEmptyQuery(): void {
    this.#finish(0);
  }

  /** What stands behind the last COMMIT is committed now, and not when it was answered. */
  handleReadyForQuery(): void {
    this.#prepared?.forgetSent();
    this.#tell();
    this.#ended();
  }

  /** The statement under way has failed, or the connection, or, when all have been answered, the commit of those behind the last one. */
  handleError(error: unknown): void {
    this.#prepared?.forgetSent();
    if (this.#place < this.#errands.length) this.#tell();
    for (const { errand } of this.#held.splice(0)) errand.failed(error);
    const [failed, ...skipped] = this.#errands.slice(this.#place);
    this.#place = this.#errands.length;
    failed?.failed(error);
    for (const errand of skipped) errand.failed(new SkippedStatement(error));
    this.#ended();
  }

  #finish(count: number): void {
    const errand = this.#errands[this.#place];
    if (errand?.name !== undefined) this.#prepared?.columns.set(errand.name, this.#columns ?? []);
    if (errand !== undefined) this.#held.push({ errand, answer: { rows: this.#rows, count } });
    this.#place += 1;
    if (errand?.hurries === true) this.#tell();
    this.#expect();
  }

  #tell(): void {
    for (const { errand, answer } of this.#held.splice(0)) errand.done(answer);
  }

  /** Makes ready for the answer to the next statement. */
  #expect(): void {
    const name = this.#errands[this.#place]?.name;
    this.#columns = name === undefined ? undefined : this.#prepared?.columns.get(name);
    this.#rows = [];
  }
}

function readerOf(typeId: number): Column['read'] {
  // node-postgres types what it reads as any.
  return pg.types.getTypeParser(typeId, 'text') as Column['read'];
}

function send(wire: Wire, prepared: Prepared, { text, name = '', bindings, hurries }: Errand): void {
  const isKept = name !== '';
  if (!isKept || !prepared.isSent(name)) {
    wire.parse({ name, text, types: [] }, true);
    prepared.send(name);
  }
  wire.bind({ statement: name, values: bindings.map(wordOf) }, true);
  // What it returns is known from the last time.
  if (!isKept || prepared.columns.get(name) === undefined) wire.describe({ type: 'P' }, true);
  wire.execute({}, true);
  if (hurries === true) wire.flush();
}

/** A value as PostgreSQL reads it. */
function wordOf(binding: Binding): string | null {
  if (binding === null) return null;
  return typeof binding === 'object' ? `{${binding.map(quoted).join()}}` : String(binding);
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
