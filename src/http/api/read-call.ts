import type { Request } from 'express';
import { z } from 'zod';
import { RequestError } from '../../errors.js';
import { bodyOf } from '../read-body.js';
import type { Route } from './route.js';

/** The parameters of a path. Throws 400. */
export function paramsOf(found: Route, request: Request): unknown {
  return parse(found.params, { ...request.params }, 'path');
}

/** The query; a parameter whose schema is a list may be repeated, any other may not. Throws 400. */
export function queryOf(found: Route, request: Request): unknown {
  const start = request.originalUrl.indexOf('?');
  const given = new URLSearchParams(start === -1 ? '' : request.originalUrl.slice(start));
  const lists = listsIn(found.query);
  const query = Object.fromEntries([...new Set(given.keys())].map((name) => [name, valueOf(given, name, lists)]));
  return parse(found.query, query, 'query');
}

/** The body; undefined when the request has none. Throws 400, 413 and 415. */
export async function checkedBodyOf(found: Route, request: Request): Promise<unknown> {
  if (found.body === undefined) return undefined;
  return parse(found.body, hasBody(request) ? await bodyOf(request) : undefined, 'body');
}

function valueOf(given: URLSearchParams, name: string, lists: ReadonlySet<string>): unknown {
  const values = given.getAll(name);
  if (lists.has(name)) return values;
  if (values.length > 1) throw invalid('query', `${name}: is given more than once`);
  return values[0];
}

/** The names whose values are lists. */
function listsIn(schema: z.ZodType): ReadonlySet<string> {
  if (!(schema instanceof z.ZodObject)) return new Set();
  const lists = Object.entries(schema.shape).filter(([, value]) => isList(value));
  return new Set(lists.map(([name]) => name));
}

function isList(schema: unknown): boolean {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return isList(schema.unwrap());
  return schema instanceof z.ZodArray;
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function parse(schema: z.ZodType, value: unknown, part: string): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => [...issue.path, issue.message].join(': '));
  throw invalid(part, issues.join('; '));
}

function invalid(part: string, detail: string): RequestError {
  return new RequestError(400, `${part}: ${detail}`, { scimType: 'invalidValue' });
}
