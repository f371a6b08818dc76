import { Router } from 'express';
import type { Users } from '../../directory/users.js';
import { RequestError } from '../../errors.js';
import { userType } from '../../schema/resource-type.js';
import { callOf } from './resource-router.js';

/** `/Me`: the person of a personal token (RFC 7644 §3.11). Other tokens stand for nobody: 501. */
export function meRouter(users: Users): Router {
  const router = Router();
  router.get('/Me', async (request, response) => {
    const call = callOf(request);
    const { userId } = call.scope;
    if (userId === undefined) throw new RequestError(501, 'this token stands for no person');
    response.send(call.answer(await users.read(call.scope, userId, call.projection(userType))));
  });
  return router;
}
