import { invalidValue } from '../../errors.js';
import { readProjection } from '../../protocol/projection.js';
import { userType } from '../../schema/resource-type.js';
import { enterpriseUserSchema, musterUserSchema, userSchema } from '../../schema/schema-documents.js';
import { clientAdminRole } from '../roles/granted-roles.js';
import type { Accounts, AccountView } from './accounts.js';
import type { RequestScope } from '../request-scope.js';
import type { Users } from './users.js';

/** What is said of a person in plain words; null takes a value away, undefined says nothing. */
export interface PersonRequest {
  readonly userName?: string | undefined;
  readonly username?: string | undefined;
  readonly firstName?: string | null | undefined;
  readonly lastName?: string | null | undefined;
  readonly displayName?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly phoneNumber?: string | null | undefined;
  readonly employeeNumber?: string | null | undefined;
  readonly openId?: string | null | undefined;
  readonly userType?: string | null | undefined;
  readonly password?: string | undefined;
  readonly units?: readonly string[] | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly status?: 'ACTIVE' | 'INACTIVE' | 'LOCKED' | undefined;
  /** Read when the person is added; membership of the group of administrators says it afterwards. */
  readonly isAdmin?: boolean | undefined;
}

const idAlone = readProjection(userType, { attributes: 'id' });

/** People as applications write them that know no SCIM. Every write is one of SCIM, so that the same rules hold. */
export class People {
  readonly #users: Users;
  readonly #accounts: Accounts;

  constructor(users: Users, accounts: Accounts) {
    this.#users = users;
    this.#accounts = accounts;
  }

  /** Adds a person. Throws as `Users.create` does. */
  async create(scope: RequestScope, request: PersonRequest): Promise<AccountView> {
    const userName = request.userName ?? request.username;
    if (userName === undefined) throw invalidValue('userName is required');
    const roles = rolesOf(request);
    const values = valuesOf({ ...request, roles });
    const body: Record<string, unknown> = { schemas: [userSchema.id] };
    for (const { path, value } of values) if (value !== null) writeInto(body, path, value);
    const { id } = await this.#users.create(scope, body, idAlone);
    await this.#settleStatus(scope, id, request);
    return this.#accounts.find(scope, id);
  }

  /** Changes what is named of a person. Throws as `Users.patch` does. */
  async change(scope: RequestScope, id: string, request: PersonRequest): Promise<AccountView> {
    const operations = valuesOf(request).map(({ path, value }) =>
      value === null ? { op: 'remove', path } : { op: 'replace', path, value },
    );
    const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
    const patch = { id, body, projection: idAlone, projectionGiven: true };
    // Before anything is written: what is refused changes nothing.
    if (request.status === 'LOCKED') await this.#accounts.requireLockable(scope, id);
    if (operations.length > 0) await this.#users.patch(scope, patch);
    await this.#settleStatus(scope, id, request);
    return this.#accounts.find(scope, id);
  }

  /** Deletes a person. Throws as `Users.remove` does. */
  remove(scope: RequestScope, id: string): Promise<void> {
    return this.#users.remove(scope, { id });
  }

  async #settleStatus(scope: RequestScope, id: string, { status }: PersonRequest): Promise<void> {
    if (status === 'LOCKED') await this.#accounts.lock(scope, id);
    if (status === 'ACTIVE') await this.#accounts.unlock(scope, id);
  }
}

interface Value {
  readonly path: string;
  /** Null where the attribute is to go. */
  readonly value: unknown;
}

function valuesOf(request: PersonRequest): readonly Value[] {
  const { email, phoneNumber, units, roles, status } = request;
  const values: readonly (readonly [string, unknown])[] = [
    ['userName', request.userName ?? request.username],
    ['name.givenName', request.firstName],
    ['name.familyName', request.lastName],
    ['displayName', request.displayName],
    ['userType', request.userType],
    ['password', request.password],
    ['emails', listOf(email, { type: 'work', primary: true })],
    ['phoneNumbers', listOf(phoneNumber, { type: 'work' })],
    ['roles', roles?.map((value) => ({ value }))],
    [`${enterpriseUserSchema.id}:employeeNumber`, request.employeeNumber],
    [`${musterUserSchema.id}:openId`, request.openId],
    [`${musterUserSchema.id}:units`, units],
    ['active', status === undefined ? undefined : status !== 'INACTIVE'],
  ];
  return values.flatMap(([path, value]) => (value === undefined ? [] : [{ path, value }]));
}

function listOf(value: string | null | undefined, more: object): unknown {
  return typeof value === 'string' ? [{ value, ...more }] : value;
}

function rolesOf({ roles, isAdmin }: PersonRequest): readonly string[] | undefined {
  return isAdmin === true ? [...(roles ?? []), clientAdminRole] : roles;
}

/** Puts a value into a body of SCIM at a path such as `name.givenName` or `urn:…:User:openId`. */
function writeInto(body: Record<string, unknown>, path: string, value: unknown): void {
  const cut = path.startsWith('urn:') ? path.lastIndexOf(':') : path.indexOf('.');
  if (cut === -1) {
    body[path] = value;
    return;
  }
  const [holder, name] = [path.slice(0, cut), path.slice(cut + 1)];
  const members = body[holder];
  body[holder] = { ...(typeof members === 'object' ? members : {}), [name]: value };
  if (path.startsWith('urn:')) body['schemas'] = [...new Set([...schemasOf(body), holder])];
}

function schemasOf({ schemas }: Record<string, unknown>): readonly unknown[] {
  return Array.isArray(schemas) ? schemas : [];
}
