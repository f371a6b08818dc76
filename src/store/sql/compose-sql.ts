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
  let text = strings[0] ?? '';
  const bindings: Binding[] = [];
  let place = 0;
  for (const part of parts) {
    place += 1;
    text += part.text + (strings[place] ?? '');
    for (const binding of part.bindings) bindings.push(binding);
  }
  return { text, bindings };
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
