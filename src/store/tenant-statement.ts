import { LRUCache } from 'lru-cache';
import type { Binding } from './sql.js';

const tenantTables = [
  'units',
  'unit_sets',
  'users',
  'value_index',
  'credentials',
  'groups',
  'memberships',
  'nestings',
  'tokens',
  'token_units',
  'changes',
];

const mention = new RegExp(
  String.raw`\b(from|join|update|into)\s+(${tenantTables.join('|')})\b(?:\s+(?:as\s+)?(?!on\b|where\b|set\b|join\b|left\b|order\b|group\b|limit\b|cross\b|union\b|returning\b)([a-z]\w*))?`,
  'gi',
);

/** A statement without the client in the predicate of each tenant table it names: a bug that must not reach the database. */
export class UnscopedStatement extends Error {
  override readonly name = 'UnscopedStatement';
}

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
  refuseUnscoped(text);
  const isClient: boolean[] = [];
  const positional = text.replaceAll(/:client\b|\?/g, (placeholder) => {
    isClient.push(placeholder !== '?');
    return '?';
  });
  const statement = { text: positional, isClient };
  prepared.set(text, statement);
  return statement;
}

function refuseUnscoped(text: string): void {
  for (const [, verb = '', table = '', alias] of text.matchAll(mention)) {
    const isInsert = verb.toLowerCase() === 'into';
    const scoped = isInsert
      ? new RegExp(
          String.raw`into\s+${table}\s*\(\s*client_id\b[^)]*\)\s*(values\s*\(\s*:client\b|select\s+(distinct\s+)?(:client|\w+\.client_id)\b)`,
          'i',
        )
      : new RegExp(
          String.raw`(?<![\w.])${alias === undefined ? `(${table}\\.)?` : `${alias}\\.`}client_id = :client\b`,
          'i',
        );
    if (!scoped.test(text)) throw new UnscopedStatement(`${table} is not bound to the client in: ${text}`);
  }
}
