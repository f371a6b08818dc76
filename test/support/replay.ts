import { readdirSync, readFileSync } from 'node:fs';
import { AssertionError } from 'chai';
import { mismatches } from './match-json.js';

/** A recorded exchange between a provider and a SCIM service; see test/idp/README.md. */
export interface Exchange {
  readonly title: string;
  /** Whether RFC 7644 does not allow the request, and with which status a strict token is refused. */
  readonly deviation?: boolean;
  readonly strictStatus?: number;
  readonly request: {
    readonly method: string;
    /** Relative to the SCIM base URL. */
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly expect: {
    readonly status: number | readonly number[];
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly capture?: Readonly<Record<string, string>>;
}

/** Exchanges that follow one another, on a client of their own. */
export interface Scenario {
  readonly name: string;
  readonly provider: string;
  readonly source: string;
  readonly dialect: 'tolerant' | 'strict';
  /** `raw`: the token stands in the Authorization header without a scheme. */
  readonly authorization?: 'bearer' | 'raw';
  /** What the client must have before the first exchange. */
  readonly requires?: { readonly roles?: readonly string[] };
  readonly exchanges: readonly Exchange[];
}

/** Where to replay: the SCIM base URL, and two tokens of one fresh client. */
export interface ReplayTarget {
  readonly baseUrl: string;
  readonly tokens: Readonly<Record<'tolerant' | 'strict', string>>;
}

const folder = new URL('../idp/', import.meta.url);

/** Reads every recorded scenario, in the order of their paths. */
export function readScenarios(): Scenario[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  // The files are ours; the replay fails where one has another shape.
  return files.toSorted().map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Scenario);
}

/**
 * Replays a scenario and throws an AssertionError that names the first exchange whose answer is another one.
 * Each deviation is sent with the strict token first, which must be refused and must leave everything as it was.
 */
export async function replay(target: ReplayTarget, scenario: Scenario): Promise<void> {
  const captured = new Map<string, string>();
  for (const exchange of scenario.exchanges) {
    // Substitution keeps the shape: only texts inside it change.
    const concrete = substitute(exchange, captured) as Exchange;
    if (concrete.deviation === true) await refuse(target, scenario, concrete);
    const answer = await send(target, scenario, concrete, scenario.dialect);
    check(scenario, concrete, answer);
    for (const [name, path] of Object.entries(concrete.capture ?? {})) captured.set(name, pick(answer.body, path));
  }
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

async function refuse(target: ReplayTarget, scenario: Scenario, exchange: Exchange): Promise<void> {
  const expected = exchange.strictStatus ?? 400;
  const { status, body } = await send(target, { ...scenario, authorization: 'bearer' }, exchange, 'strict');
  if (status !== expected) throw failure(scenario, exchange, [`strict: expected ${expected}, got ${status}`], body);
}

async function send(
  { baseUrl, tokens }: ReplayTarget,
  scenario: Scenario,
  { request }: Exchange,
  dialect: 'tolerant' | 'strict',
): Promise<Answer> {
  const token = tokens[dialect];
  const headers = { ...request.headers, Authorization: scenario.authorization === 'raw' ? token : `Bearer ${token}` };
  const body = request.body === undefined ? {} : { body: JSON.stringify(request.body) };
  const response = await fetch(baseUrl + request.path, { method: request.method, headers, ...body });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: readJson(text) };
}

function readJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function check(scenario: Scenario, exchange: Exchange, { status, headers, body }: Answer): void {
  const statuses = [exchange.expect.status].flat();
  const shown = Object.fromEntries(
    Object.keys(exchange.expect.headers ?? {}).map((name) => [name, headers.get(name) ?? undefined]),
  );
  const faults = [
    ...(statuses.includes(status) ? [] : [`expected ${statuses.join(' or ')}, got ${status}`]),
    ...mismatches(exchange.expect.headers ?? {}, shown, 'headers'),
    ...mismatches(exchange.expect.body ?? {}, body),
    ...(status === 204 && body !== undefined ? ['a 204 has no body'] : []),
  ];
  if (faults.length > 0) throw failure(scenario, exchange, faults, body);
}

function failure({ name }: Scenario, { title, request }: Exchange, faults: readonly string[], body: unknown): Error {
  const line = `${request.method} ${request.path}`;
  return new AssertionError([`${name}: ${title}: ${line}`, ...faults, JSON.stringify(body)].join('\n  '));
}

function substitute(value: unknown, captured: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => captured.get(name) ?? whole);
  }
  if (Array.isArray(value)) return value.map((each: unknown) => substitute(each, captured));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, substitute(each, captured)]));
}

function pick(body: unknown, path: string): string {
  let value: unknown = body;
  for (const name of path.split('.').slice(1)) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  }
  if (typeof value !== 'string') throw new AssertionError(`nothing to capture at ${path}`);
  return value;
}
