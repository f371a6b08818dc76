import { readdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import pg from 'pg';
import { postgresDialect, sqliteDialect, type ColumnTypes } from '../../src/store/database/dialect.js';
import { requireClient, requirePlatform, UnscopedStatement } from '../../src/store/sql/require-client.js';

/** A statement as a driver was given it. */
export interface SeenStatement {
  readonly text: string;
  readonly bindings: readonly unknown[];
}

const seen = new Map<string, SeenStatement>();

function see(text: unknown, bindings: unknown): void {
  if (typeof text !== 'string' || seen.has(text)) return;
  seen.set(text, { text, bindings: Array.isArray(bindings) ? bindings : [] });
}

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Looks at every call of a method before it is made. */
function watch(prototype: object, name: string, look: (self: unknown, args: readonly unknown[]) => void): void {
  // It is called as it was; what it takes and gives stays as it is.
  const original = Reflect.get(prototype, name) as Method;
  Reflect.set(prototype, name, function watched(this: unknown, ...args: unknown[]) {
    look(this, args);
    return original.apply(this, args);
  });
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** Remembers from now on each statement that reaches a driver in this process, whoever sent it and by whatever way. */
export function watchDrivers(): void {
  watchPostgres();
  const memory = new Database(':memory:');
  const statements: object = Object.getPrototypeOf(memory.prepare('select 1')) as object;
  memory.close();
  for (const name of ['all', 'get', 'iterate', 'run']) {
    watch(statements, name, (statement, bindings) => see(fieldOf(statement, 'source'), bindings));
  }
  watch(Worker.prototype, 'postMessage', (_worker, [message]) =>
    see(fieldOf(message, 'text'), fieldOf(message, 'bindings')),
  );
}

/** Looks at what is sent: a text that is prepared under a name, or the name and the values that are bound to it. */
function watchPostgres(): void {
  const prepared = new WeakMap<object, Map<unknown, unknown>>();
  const textsOf = (wire: object) => {
    const texts = prepared.get(wire) ?? new Map<unknown, unknown>();
    prepared.set(wire, texts);
    return texts;
  };
  watch(pg.Connection.prototype, 'query', (_wire, [text]) => see(text, []));
  watch(pg.Connection.prototype, 'parse', (wire, [statement]) => {
    if (typeof wire === 'object' && wire !== null)
      textsOf(wire).set(fieldOf(statement, 'name') ?? '', fieldOf(statement, 'text'));
  });
  watch(pg.Connection.prototype, 'bind', (wire, [values]) => {
    if (typeof wire !== 'object' || wire === null) return;
    see(textsOf(wire).get(fieldOf(values, 'statement') ?? ''), fieldOf(values, 'values'));
  });
}

/** The statements that were seen, each once. */
export function seenStatements(): readonly SeenStatement[] {
  return [...seen.values()];
}

/**
 * What is wrong with a statement about rows, unless a comment at its beginning says that a test looks behind the service: undefined when it names tables of the platform alone, or binds each other table
 * that it names, and each row that it writes, to one and the same client.
 */
export function crossesClients({ text, bindings }: SeenStatement): string | undefined {
  if (!/^\s*(select|insert|update|delete|with|values)\b/i.test(text)) return undefined;
  const reason = refusal(() => requirePlatform(text));
  if (reason === undefined) return undefined;
  const clients = new Set(bindings.filter((value) => typeof value === 'string'));
  const named = [...clients].some(
    (client) => refusal(() => requireClient(naming(client, text, bindings))) === undefined,
  );
  return named ? undefined : reason;
}

/** The statement with `:client` where this client is bound, and `?` for any other value. */
function naming(client: string, text: string, bindings: readonly unknown[]): string {
  let place = 0;
  return text.replaceAll(/\?|\$\d+/g, () => (bindings[place++] === client ? ':client' : '?'));
}

function refusal(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof UnscopedStatement) return error.message;
    throw error;
  }
}

interface Migration {
  readonly up: (types: ColumnTypes) => readonly string[];
}

/** The statements of the migrations, which are about all clients. */
export async function migrationStatements(): Promise<ReadonlySet<string>> {
  const folder = new URL('../../db/migrations/', import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.js'));
  const modules = await Promise.all(
    // Every file in the folder exports `up`; the tests run all of them.
    files.map(async (file) => (await import(new URL(file, folder).href)) as Migration),
  );
  return new Set(
    [sqliteDialect, postgresDialect].flatMap(({ columnTypes }) => modules.flatMap(({ up }) => up(columnTypes))),
  );
}
