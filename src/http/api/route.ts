import type { z } from 'zod';
import type { Caller, RequestScope, ScopeAccess } from '../../directory/request-scope.js';
import type { Services } from '../../directory/services.js';

/** Who may call a route: an operator alone, or whoever has at least this access to the client. */
export type Audience = 'operator' | ScopeAccess;

/**
 * Which client a route acts on. `token`: the token's, for an operator the one that `X-Muster-Client` names. `path`: the one
 * whose id is `{id}` in the path, which is 404 for whoever belongs to another. `none`: none. `optional`: as `token`, or
 * none for an operator who names none.
 */
export type Tenancy = 'token' | 'path' | 'none' | 'optional';

/** On whose behalf the handler of a route runs. */
export type CallerOn<Tenant extends Tenancy> = Tenant extends 'none' | 'optional' ? Caller : RequestScope;

/** What a handler is given; everything in it has been checked. */
export interface ApiCall<Params, Query, Body, Scope> {
  readonly services: Services;
  readonly scope: Scope;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Whether the request prefers a line of JSON for each thing, where the route offers that. */
  readonly prefersLines: boolean;
}

/** What a handler answers: a body that fits the schema of its status, none, or as many lines, or values of a list, as it yields. */
export interface ApiAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly lines?: AsyncIterable<unknown>;
  readonly list?: AsyncIterable<unknown>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that a route may give. Without a schema it has no body. */
export interface AnswerDescription {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** What each line is when it is asked for as `application/x-ndjson`. */
  readonly lines?: z.ZodType;
}

interface RouteHead {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`; parameters in braces. */
  readonly path: string;
  readonly summary: string;
  /** What the summary cannot say, for the page that shows the API. */
  readonly description?: string;
  readonly audience: Audience;
  /** By status. Refusals need no mention unless they say more than a problem does, or why. */
  readonly answers: Readonly<Record<number, AnswerDescription>>;
}

/** A row of the route table: all that the router, the checks and the description of the API are made from. */
export interface Route extends RouteHead {
  readonly tenant: Tenancy;
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly body: z.ZodType | undefined;
  /** How many things a body is about; a rate limit counts each of them. */
  readonly batch: ((body: unknown) => number) | undefined;
  handle(call: ApiCall<unknown, unknown, unknown, Caller>): Promise<ApiAnswer>;
}

interface TypedRoute<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Tenant extends Tenancy,
> extends RouteHead {
  /** `token` unless given. */
  readonly tenant?: Tenant;
  readonly params: Params;
  readonly query: Query;
  /** Where the schema is optional, a request may come without a body. */
  readonly body?: Body;
  /** How many things a body is about, where that may be many; a rate limit counts each of them. */
  readonly batch?: (body: z.infer<Body>) => number;
  handle(call: ApiCall<z.infer<Params>, z.infer<Query>, z.infer<Body>, CallerOn<Tenant>>): Promise<ApiAnswer>;
}

/** Declares a route; its handler sees what its schemas let through. */
export function route<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Tenant extends Tenancy = 'token',
>(typed: TypedRoute<Params, Query, Body, Tenant>): Route {
  return {
    ...typed,
    tenant: typed.tenant ?? 'token',
    body: typed.body,
    // As below: the router has parsed it by this very schema.
    batch: typed.batch === undefined ? undefined : (body) => typed.batch?.(body as z.infer<Body>) ?? 1,
    handle: (call) => {
      // The router has parsed them by these very schemas, and made the scope for this very tenancy.
      const checked = call as ApiCall<z.infer<Params>, z.infer<Query>, z.infer<Body>, CallerOn<Tenant>>;
      return typed.handle(checked);
    },
  };
}
