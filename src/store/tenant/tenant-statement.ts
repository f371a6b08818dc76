import { LRUCache } from 'lru-cache';
import { requireClient } from '../sql/require-client.js';
import type { Binding } from '../sql/sql.js';

interface Prepared {
  readonly text: string;
  /** For each placeholder: whether it is the client's, or the next of the caller's bindings. */
  readonly isClient: readonly boolean[];
}

const prepared = new LRUCache<string, Prepared>({ max: 2_000 });

/**
 * Turns a statement with `:client` and `?` into one with `?` alone, and its bindings into theirs.
 * Throws `UnscopedStatement` unless every tenant table that is named is bound to the client.
 */
export function bindClient(
  text: string,
  clientId: string,
  bindings: readonly Binding[],
): { readonly text: string; readonly bindings: readonly Binding[] } {
  const statement = prepare(text);
  let next = 0;
  const all = statement.isClient.map((isClient) => (isClient ? clientId : (bindings[next++] ?? null)));
  if (next !== bindings.length) throw new Error(`statement takes ${next} bindings, ${bindings.length} given`);
  return { text: statement.text, bindings: all };
}

function prepare(text: string): Prepared {
  const known = prepared.get(text);
  if (known !== undefined) return known;
  requireClient(text);
  const isClient: boolean[] = [];
  const positional = text.replaceAll(/:client\b|\?/g, (placeholder) => {
    isClient.push(placeholder !== '?');
    return '?';
  });
  const statement = { text: positional, isClient };
  prepared.set(text, statement);
  return statement;
}
