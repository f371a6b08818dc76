import { conformerFor } from '../../schema/conform.js';
import { userType } from '../../schema/resource-type.js';
import { musterUserSchema, userSchema } from '../../schema/schema-documents.js';
import type { Actor } from '../../store/trail/change-log.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';
import { adminGrant } from './client-admins.js';
import { splitUser, type UserParts } from '../document-parts.js';
import { grant } from '../roles/granted-roles.js';
import { hashPassword, requireStrong } from '../users/passwords.js';
import { serviceScope } from '../request-scope.js';
import { addUser } from '../users/user-writes.js';

/** The person who is to administer a new client. */
export interface FirstAdminRequest {
  readonly userName: string;
  readonly displayName?: string | undefined;
  readonly email?: string | undefined;
  readonly openId?: string | undefined;
  readonly password?: string | undefined;
}

/** That person and the group of administrators. */
export interface FirstAdmin {
  readonly userId: string;
  readonly groupId: string;
}

interface PreparedAdmin extends Pick<UserParts, 'document'> {
  readonly passwordHash: string | undefined;
}

/** Checks and hashes what needs no database. Throws `invalidValue`. */
export async function prepareFirstAdmin(request: FirstAdminRequest): Promise<PreparedAdmin> {
  const { userName, displayName, email, openId, password } = request;
  const body = {
    schemas: [userSchema.id, musterUserSchema.id],
    userName,
    active: true,
    ...(displayName === undefined ? {} : { displayName }),
    ...(email === undefined ? {} : { emails: [{ value: email, type: 'work', primary: true }] }),
    ...(openId === undefined ? {} : { [musterUserSchema.id]: { openId } }),
  };
  const { document } = splitUser(conformerFor(userType).resource(body, { unknown: 'refuse' }));
  if (password !== undefined) requireStrong(password, userName);
  return { document, passwordHash: password === undefined ? undefined : await hashPassword(password) };
}

/** Adds the person as an administrator of a new client, in the transaction that makes it, and returns the id. */
export async function addFirstAdmin(
  tables: TenantTables,
  actor: Actor,
  { document, passwordHash }: PreparedAdmin,
): Promise<string> {
  const scope = serviceScope(tables.scope.clientId, actor);
  const user = await addUser(tables, scope, { document: grant(document, adminGrant), unitSet: '', passwordHash });
  return user.id;
}
