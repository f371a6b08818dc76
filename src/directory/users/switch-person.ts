import { readProjection } from '../../protocol/projection.js';
import { userType } from '../../schema/resource-type.js';
import type { RequestScope } from '../request-scope.js';
import type { Users } from './users.js';

const idAlone = readProjection(userType, { attributes: 'id' });

/** Switches a person on or off as a PATCH of SCIM does it, so that the same rules hold. Throws as `Users.patch` does. */
export async function switchPerson(users: Users, scope: RequestScope, id: string, active: boolean): Promise<void> {
  const body = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path: 'active', value: active }],
  };
  await users.patch(scope, { id, body, projection: idAlone, projectionGiven: true });
}
