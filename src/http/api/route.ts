import type { z } from 'zod';
import type { RequestScope, ScopeAccess } from '../../directory/request-scope.js';
import type { Services } from '../../directory/services.js';

/** Who may call a route: an operator alone, or whoever has at least this access to the client. */
export type Audience = 'operator' | ScopeAccess;

/** What a handler is given; everything in it has been checked. */
export interface ApiCall<Params, Query, Body> {
  readonly services: Services;
  readonly scope: RequestScope;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
}

/** What a handler answers; the body fits the schema of its status. */
export interface ApiAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/** An answer that a route may give. Without a schema it has no body. */
export interface AnswerDescription {
  readonly description: string;
  readonly schema?: z.ZodType;
}

interface RouteHead {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`; parameters in braces. */
  readonly path: string;
  readonly summary: string;
  readonly audience: Audience;
  readonly answers: Readonly<Record<number, AnswerDescription>>;
}

/** A row of the route table: all that the router, the checks and the description of the API are made from. */
export interface Route extends RouteHead {
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly body: z.ZodType | undefined;
  handle(call: ApiCall<unknown, unknown, unknown>): Promise<ApiAnswer>;
}

interface TypedRoute<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> extends RouteHead {
  readonly params: Params;
  readonly query: Query;
  readonly body?: Body;
  handle(call: ApiCall<z.infer<Params>, z.infer<Query>, z.infer<Body>>): Promise<ApiAnswer>;
}

/** Declares a route; its handler sees what its schemas let through. */
export function route<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType>(
  typed: TypedRoute<Params, Query, Body>,
): Route {
  return {
    ...typed,
    body: typed.body,
    handle: (call) => {
      // The router has parsed them by these very schemas.
      const { params, query, body } = call as ApiCall<z.infer<Params>, z.infer<Query>, z.infer<Body>>;
      return typed.handle({ ...call, params, query, body });
    },
  };
}
