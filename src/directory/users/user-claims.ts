import { insufficientScope, RequestError } from '../../errors.js';
import { requirePath } from '../../schema/attribute-path.js';
import type { ResourceDocument } from '../../schema/document.js';
import { fold } from '../../schema/fold.js';
import { userType } from '../../schema/resource-type.js';
import { enterpriseUserSchema } from '../../schema/schema-documents.js';
import { registeredUsers } from '../../store/resources/profile-store.js';
import { findResource, type FoundResource } from '../../store/resources/resource-store.js';
import { usersTable } from '../../store/resources/resource-table.js';
import type { LicensedRole } from '../../store/organisation/role-store.js';
import { readTables, writeTables, type TenantTables } from '../../store/tenant/tenant-tables.js';
import { findUserByValue } from '../../store/resources/user-store.js';
import { statusOf } from './account-status.js';
import { LastAdministrator } from '../clients/client-admins.js';
import type { DirectoryContext } from '../context.js';
import { notGrantable, requireSeats } from '../roles/grant-roles.js';
import { clientAdminRole, grant, isGranted, revoke } from '../roles/granted-roles.js';
import { readLicences, type Licences } from '../roles/licences.js';
import { viewProfile, type Profile } from './profile-view.js';
import { requireAccess, type RequestScope } from '../request-scope.js';
import { changeUser } from './user-writes.js';

/** Profiles on a page. */
const pageSize = 10;
// Others wait for a transaction, so that a long batch is several.
const peopleATransaction = 100;

const staffIdPath = requirePath(userType, `${enterpriseUserSchema.id}:employeeNumber`);

/** A page of profiles; `page` counts from 1. */
export interface ProfilePage {
  readonly totalCount: number;
  readonly profiles: readonly Profile[];
  readonly page: number;
}

/** A role for people who are named by their staff ids. */
export interface ClaimRequest {
  readonly claimValue: string;
  readonly staffUniqueIds: readonly string[];
}

/** What became of a claim for one person. */
export type ClaimResult =
  | { readonly userName: string; readonly succeeded: true; readonly errors: readonly string[] }
  | { readonly userName: string; readonly succeeded: false; readonly message: string };

/** What became of a batch: results in the order of the request; who is nobody here, or has not registered, was not processed. */
export interface ClaimOutcome {
  readonly results: readonly ClaimResult[];
  readonly notProcessed: readonly string[];
}

type Deed = 'add' | 'remove';

/** Roles handed out in batches: each person stands for itself, and a batch with one that fails changes the others. */
export class UserClaims {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /** A page of the people who have registered, by last and first name; of those with this role when it is given. */
  async list(scope: RequestScope, { page, role }: { page: number; role: string | undefined }): Promise<ProfilePage> {
    requireAccess(scope, 'read');
    const tables = readTables(this.#context.database, scope);
    const name = role === undefined ? undefined : roleNamed(role);
    if (name !== undefined && (await readLicences(tables)).find(name) === undefined) {
      return { totalCount: 0, profiles: [], page };
    }
    const roleKey = name === undefined ? undefined : fold(name);
    const found = await registeredUsers(tables, { roleKey, limit: pageSize, offset: (page - 1) * pageSize });
    return { totalCount: found.total, profiles: found.users.map(viewProfile), page };
  }

  /** Grants a role. Throws `invalidValue` for one that the client cannot grant, 403 where a unit token would make administrators. */
  add(scope: RequestScope, request: ClaimRequest): Promise<ClaimOutcome> {
    return this.#process(scope, request, 'add');
  }

  /** Takes a role away. Throws as `add` does. */
  remove(scope: RequestScope, request: ClaimRequest): Promise<ClaimOutcome> {
    return this.#process(scope, request, 'remove');
  }

  async #process(scope: RequestScope, { claimValue, staffUniqueIds }: ClaimRequest, deed: Deed): Promise<ClaimOutcome> {
    requireAccess(scope, 'provision');
    const tables = readTables(this.#context.database, scope);
    const licences = await readLicences(tables);
    const role = licences.find(roleNamed(claimValue));
    if (role === undefined || (deed === 'add' && !role.active)) throw notGrantable(claimValue);
    await requireReach(tables, scope, { role, staffUniqueIds });
    const results: ClaimResult[] = [];
    const notProcessed: string[] = [];
    for (let start = 0; start < staffUniqueIds.length; start += peopleATransaction) {
      const part = staffUniqueIds.slice(start, start + peopleATransaction);
      const outcomes = await writeTables(this.#context.database, scope, (writer) =>
        processAll(writer, scope, part, { role, deed, licences }),
      );
      for (const { id, result } of outcomes) {
        if (result === undefined) notProcessed.push(id);
        else results.push(result);
      }
    }
    if (results.some(({ succeeded }) => succeeded)) this.#context.tokenCache.clear();
    return { results, notProcessed };
  }
}

interface Outcome {
  readonly id: string;
  readonly result: ClaimResult | undefined;
}

interface Claim {
  readonly role: LicensedRole;
  readonly deed: Deed;
  readonly licences: Licences;
}

async function processAll(
  tables: TenantTables,
  scope: RequestScope,
  ids: readonly string[],
  claim: Claim,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const id of ids) outcomes.push({ id, result: await processOne(tables, scope, id, claim) });
  return outcomes;
}

async function processOne(
  tables: TenantTables,
  scope: RequestScope,
  staffId: string,
  claim: Claim,
): Promise<ClaimResult | undefined> {
  const found = await findRegistered(tables, staffId);
  const user = found === undefined ? undefined : await findResource(tables, usersTable, found.id, { lock: true });
  if (user === undefined || !user.inScope) return undefined;
  const userName = String(user.document['userName']);
  const message = await refusalOf(() => apply(tables, scope, user, claim));
  return message === undefined ? { userName, succeeded: true, errors: [] } : { userName, succeeded: false, message };
}

/** Says why nothing was changed; undefined when it was. Both refusals come before anything is written. */
async function refusalOf(work: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LastAdministrator) return 'Last administrator';
    if (error instanceof RequestError && error.status === 409) return 'No seat left';
    throw error;
  }
}

async function apply(
  tables: TenantTables,
  scope: RequestScope,
  current: FoundResource,
  { role, deed, licences }: Claim,
): Promise<string | undefined> {
  const has = isGranted(current.document, role.name);
  if (deed === 'add' && has) return 'Claim already added';
  if (deed === 'remove' && !has) return 'Claim not found to remove';
  const document = deed === 'add' ? grant(current.document, role) : revoke(current.document, role.name);
  if (deed === 'add') await requireSeats(tables, licences, { before: current.document, after: document });
  await changeUser(tables, scope, { current, names: [], parts: partsOf(document), passwordHash: undefined });
  return undefined;
}

function partsOf(document: ResourceDocument) {
  return { document, password: undefined, units: undefined };
}

async function findRegistered(tables: TenantTables, staffId: string): Promise<FoundResource | undefined> {
  const user = await findUserByValue(tables, staffIdPath, staffId);
  return user === undefined || !user.inScope || statusOf(user) === 'PENDING' ? undefined : user;
}

/** Throws 403 where a token for units would make or unmake administrators of the client, before anything is written. */
async function requireReach(
  tables: TenantTables,
  scope: RequestScope,
  { role, staffUniqueIds }: { role: LicensedRole; staffUniqueIds: readonly string[] },
): Promise<void> {
  if (scope.units === undefined || role.name !== clientAdminRole) return;
  for (const id of staffUniqueIds) {
    if ((await findRegistered(tables, id)) !== undefined) {
      throw insufficientScope('a token for units cannot change who administers the client');
    }
  }
}

/** In claims the administrators' role goes by another name too. */
function roleNamed(claimValue: string): string {
  return fold(claimValue) === 'admin' ? clientAdminRole : claimValue;
}
