import type { Dialect } from '../database/dialect.js';

/**
 * The texts of a statement that is made of pieces: each is put together once. A text that is made anew each time is a new string to
 * those who look statements up by it, who must read it all.
 */
export class StatementTexts {
  readonly #known = new Map<Dialect, Map<string, string>>();

  /** The text of this kind, which says all that the text depends on besides the dialect; it must not name what a client sent. */
  of(dialect: Dialect, kind: string, make: () => string): string {
    const texts = this.#known.get(dialect) ?? new Map<string, string>();
    const text = texts.get(kind) ?? make();
    texts.set(kind, text);
    this.#known.set(dialect, texts);
    return text;
  }
}
