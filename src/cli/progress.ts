import { Presets, SingleBar } from 'cli-progress';

const rowsALine = 10_000;

/** How far a long command has come, on standard error: a bar on a terminal, a line every so many rows elsewhere. */
export class Progress {
  readonly #bar: SingleBar | undefined;
  #rows = 0;

  /** `total` is the size of the file in bytes. */
  constructor(total: number) {
    if (!process.stderr.isTTY) return;
    const format = '{bar} {percentage} % | {rows} rows | {eta_formatted} to go';
    this.#bar = new SingleBar({ format, stream: process.stderr, hideCursor: true }, Presets.shades_classic);
    this.#bar.start(total, 0, { rows: 0 });
  }

  /** So many bytes of the file have been read. */
  at(bytes: number): void {
    this.#bar?.update(bytes, { rows: this.#rows });
  }

  /** One more row is done. */
  row(): void {
    this.#rows += 1;
    if (this.#bar === undefined && this.#rows % rowsALine === 0) this.say(`${this.#rows} rows`);
  }

  /** Ends the bar. */
  stop(): void {
    this.#bar?.update({ rows: this.#rows });
    this.#bar?.stop();
  }

  /** A line for a person. */
  say(text: string): void {
    process.stderr.write(`${text}\n`);
  }
}
