import Table from 'cli-table3';

/** How a command says what it found: JSON for programs, a table or lines for people. Standard output holds nothing else. */
export interface Output {
  /** One thing; `lines` is how a person reads it. */
  one(value: object, lines: readonly string[]): void;
  /** A list of things of the same shape. */
  list(values: readonly object[], columns: readonly string[]): void;
}

/** All of what comes one by one: a table is as wide as its widest cell. */
export async function allOf<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

type Write = (text: string) => void;

/** Output as JSON, a document a line. */
export function jsonOutput(write: Write): Output {
  return {
    one: (value) => {
      write(`${JSON.stringify(value)}\n`);
    },
    list: (values) => {
      write(`${JSON.stringify(values)}\n`);
    },
  };
}

/** Output as text for a terminal. */
export function textOutput(write: Write): Output {
  return {
    one: (_value, lines) => {
      write(`${lines.map(printable).join('\n')}\n`);
    },
    list: (values, columns) => {
      const table = new Table({ head: [...columns], style: { head: [], border: [] } });
      for (const value of values) {
        const cells = new Map<string, unknown>(Object.entries(value));
        table.push(columns.map((column) => printable(cell(cells.get(column)))));
      }
      write(`${table.toString()}\n`);
    },
  };
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A text as a terminal may show it: what a provider has put into a name must not move the cursor, nor pass for another line. */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
