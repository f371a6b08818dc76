import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { byPath } from '../../src/http/api/route-order.js';
import { routeTable } from '../../src/http/api/route-table.js';
import type { AnswerDescription, Route } from '../../src/http/api/route.js';
import { problem } from '../../src/http/api/schemas.js';

/** An answer of the companion API. */
export interface ApiAnswer {
  readonly method: string;
  /** Below `/api/v1`, with the query. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string | undefined;
  readonly text: string;
}

const paths = byPath(routeTable).map(({ path, routes }) => ({
  pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`, 'i'),
  routes,
}));

function routeOf({ method, path }: ApiAnswer): Route | undefined {
  const [plain = ''] = path.split('?');
  const wanted = method === 'HEAD' ? 'GET' : method;
  return paths.find(({ pattern }) => pattern.test(plain))?.routes.find((each) => each.method === wanted);
}

/**
 * What is wrong with an answer of the companion API; undefined when nothing is. It must be one that its route describes,
 * with a body of that schema and nothing besides; a refusal is problem details (RFC 9457).
 */
export function misfit(answer: ApiAnswer): string | undefined {
  if (answer.path.startsWith('/openapi.json')) return undefined;
  const found = routeOf(answer);
  const described = found?.answers[answer.status];
  if (answer.status >= 400) return misfitOf(answer, 'application/problem+json', described?.schema ?? problem);
  if (found === undefined) return 'the route table does not hold this route';
  if (described === undefined) return `the route does not describe the status ${answer.status}`;
  return misfitOfSuccess(answer, described);
}

function misfitOfSuccess(answer: ApiAnswer, { schema, lines }: AnswerDescription): string | undefined {
  if (lines !== undefined && answer.contentType?.startsWith('application/x-ndjson') === true) {
    return misfitOfLines(answer.text, lines);
  }
  if (schema !== undefined) return misfitOf(answer, 'application/json', schema);
  return answer.text === '' ? undefined : 'the route describes no body for this status';
}

function misfitOfLines(text: string, schema: z.ZodType): string | undefined {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  return lines.map((line) => misfitOfBody(line, schema)).find((wrong) => wrong !== undefined);
}

function misfitOf(answer: ApiAnswer, type: string, schema: z.ZodType): string | undefined {
  if (answer.contentType?.startsWith(type) !== true) return `it is ${answer.contentType ?? 'of no type'}, not ${type}`;
  return answer.method === 'HEAD' ? undefined : misfitOfBody(answer.text, schema);
}

function misfitOfBody(text: string, schema: z.ZodType): string | undefined {
  const body: unknown = JSON.parse(text);
  const parsed = schema.safeParse(body);
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; ');
  return isDeepStrictEqual(parsed.data, body) ? undefined : 'it holds more than its schema';
}

/** Throws when an answer is not as its route describes it. */
export function requireDescribed(answer: ApiAnswer): void {
  const wrong = misfit(answer);
  if (wrong === undefined) return;
  throw new Error(
    `${answer.method} ${answer.path} answered ${answer.status}: ${wrong}\n${answer.text.slice(0, 1_000)}`,
  );
}
