import { nowInstant } from '../clock.js';
import { conformerFor } from '../schema/conform.js';
import { userType } from '../schema/resource-type.js';
import { musterUserSchema, userSchema } from '../schema/schema-documents.js';
import { appendChange, type Actor, type ChangeEntry } from '../store/change-log.js';
import { storePassword } from '../store/credential-store.js';
import { addUsers } from '../store/membership-store.js';
import { insertResource, type StoredResource } from '../store/resource-store.js';
import { groupsTable, usersTable } from '../store/resource-table.js';
import type { TenantTables } from '../store/tenant-tables.js';
import { changedAttributes, changedValues } from './changed-attributes.js';
import { splitUser, type UserParts } from './document-parts.js';
import { newIdentifier } from './identifiers.js';
import { hashPassword, requireStrong } from './passwords.js';

/** The name of the group whose members administer a client. */
export const clientAdminsName = 'client-admins';

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

/** Adds the person and the group of administrators to a client that has neither, in the transaction that makes it. */
export async function addFirstAdmin(
  tables: TenantTables,
  actor: Actor,
  { document, passwordHash }: PreparedAdmin,
): Promise<FirstAdmin> {
  const user = fresh(document);
  await insertResource(tables, usersTable, user);
  if (passwordHash !== undefined) await storePassword(tables, user.id, passwordHash);
  await logNew(tables, actor, user, { resourceType: 'User' });
  const group = fresh({ displayName: clientAdminsName });
  await insertResource(tables, groupsTable, group);
  await tables.run('update groups set kind = ? where client_id = :client and id = ?', ['client-admins', group.id]);
  await addUsers(tables, group.id, [user.id]);
  await logNew(tables, actor, group, { resourceType: 'Group', members: { added: [user.id], removed: [] } });
  return { userId: user.id, groupId: group.id };
}

function fresh(document: StoredResource['document']): StoredResource {
  const at = nowInstant();
  return { id: newIdentifier(), version: 1, document, unitSet: '', createdAt: at, lastModified: at };
}

async function logNew(
  tables: TenantTables,
  actor: Actor,
  { id, version, document }: StoredResource,
  what: Pick<ChangeEntry, 'resourceType' | 'members'>,
): Promise<void> {
  const attributes = changedAttributes({}, document);
  const of = { resourceId: id, version, attributes, detail: changedValues({}, document) };
  await appendChange(tables, actor, { action: 'create', ...of, ...what });
}
