import type { Binding, Sql } from './sql.js';

/** SQL text without bindings. Never made from a caller's text. */
export function raw(text: string): Sql {
  return { text, bindings: [] };
}

/** A bound value. */
export function bind(value: Binding): Sql {
  return { text: '?', bindings: [value] };
}

/** Puts pieces together: sql`${column} = ${bind(value)}`. */
export function sql(strings: TemplateStringsArray, ...parts: readonly Sql[]): Sql {
  const text = strings.reduce((joined, string, index) => joined + (parts[index - 1]?.text ?? '') + string);
  return { text, bindings: parts.flatMap((part) => part.bindings) };
}

/** Puts pieces one after another with a separator between them. */
export function joinSql(parts: readonly Sql[], separator: string): Sql {
  return {
    text: parts.map((part) => part.text).join(separator),
    bindings: parts.flatMap((part) => part.bindings),
  };
}

export const always = raw('1 = 1');
export const never = raw('1 = 0');
