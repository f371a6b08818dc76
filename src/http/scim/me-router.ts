import type { RequestHandler, Router } from 'express';
import { locationOf } from '../../directory/resource-view.js';
import type { ResourceAnswer } from '../../directory/resource-answer.js';
import { insufficientScope, RequestError } from '../../errors.js';
import { userType } from '../../schema/resource-type.js';
import { callOf } from './resource-router.js';
import type { ScimCall } from './scim-call.js';

/** What is done to the person of a personal token. */
type Action = (call: ScimCall, userId: string, body: unknown) => Promise<ResourceAnswer>;

const read: Action = (call, userId) => call.services.users.read(call.scope, userId, call.projection(userType));

const replace: Action = async (call, userId, body) => {
  const plain = await call.meantResource(userType, body);
  return call.services.users.replace(call.scope, call.resourceRequest(userType, userId, plain));
};

const patch: Action = async (call, userId, body) => {
  const plain = await call.meantPatch(userType, body);
  return call.services.users.patch(call.scope, call.resourceRequest(userType, userId, plain));
};

// It would lock the person out for good; an administrator deletes people.
const remove: Action = () => Promise.reject(insufficientScope('people cannot delete themselves'));

/**
 * `/Me`: the person of a personal token, as at `/Users/{id}` (RFC 7644 §3.11). People change of themselves what is theirs to
 * change. Other tokens stand for nobody: 501.
 */
export function meRoutes(router: Router, scimUrl: string): void {
  const handle =
    (action: Action): RequestHandler =>
    async (request, response) => {
      const call = callOf(request);
      const { userId } = call.scope;
      if (userId === undefined) throw new RequestError(501, 'this token stands for no person');
      const location = locationOf(userType, userId, scimUrl);
      response.send(call.answer(await naming(location, action(call, userId, request.body))));
    };
  router.get('/Me', handle(read)).put('/Me', handle(replace)).patch('/Me', handle(patch)).delete('/Me', handle(remove));
}

/** Errors too name the permanent location of who is meant (RFC 7644 §3.11). */
async function naming<Result>(location: string, outcome: Promise<Result>): Promise<Result> {
  try {
    return await outcome;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const { status, message, scimType, cause, headers } = error;
    const extras = { cause, headers: { ...headers, Location: location } };
    throw new RequestError(status, message, scimType === undefined ? extras : { ...extras, scimType });
  }
}
