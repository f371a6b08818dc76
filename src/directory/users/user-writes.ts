import { nowInstant } from '../../clock.js';
import { RequestError } from '../../errors.js';
import { isEqualValue, type ResourceDocument } from '../../schema/document.js';
import { setAccountStatus } from '../../store/resources/account-store.js';
import { appendChange } from '../../store/trail/change-log.js';
import { forgetPassword, storePassword } from '../../store/resources/credential-store.js';
import { removeFromAllGroups } from '../../store/resources/membership-store.js';
import {
  insertResource,
  reviveUser,
  updateResource,
  type FoundResource,
  type StoredResource,
} from '../../store/resources/resource-store.js';
import { usersTable } from '../../store/resources/resource-table.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';
import { revokeTokensOfUser } from '../../store/tenant/token-store.js';
import { together } from '../../store/database/together.js';
import { ensureUnitSet } from '../../store/tenant/unit-store.js';
import { freeUserSeat, hasUserLimit, takeUserSeat } from '../../store/resources/user-limit-store.js';
import { findLeaver, markDeleted } from '../../store/resources/user-store.js';
import { unitsNamed } from '../clients/assign-units.js';
import { differenceOf } from '../audit/changed-attributes.js';
import { judgeAdminChange, mirrorToGroup, type PersonChange } from '../clients/client-admins.js';
import type { UserParts } from '../document-parts.js';
import { newIdentifier } from '../identifiers.js';
import type { RequestScope } from '../request-scope.js';

/** What becomes of a user in a transaction: `parts.document` holds every grant, the sleeping ones included. */
export interface UserChange {
  readonly current: FoundResource;
  /** The names of its units now. */
  readonly names: readonly string[];
  readonly parts: UserParts;
  readonly passwordHash: string | undefined;
  /** What `hasUserLimit` has told in the same transaction, if it was asked. */
  readonly isLimited?: boolean | undefined;
}

/** A user to be added; the userName of a leaver brings that one back. */
export interface NewUser {
  readonly document: ResourceDocument;
  readonly unitSet: string;
  readonly passwordHash: string | undefined;
}

/** Whether a change may end tokens, or change what they reach. */
export function changesReach(attributes: readonly string[]): boolean {
  return attributes.some((name) => name === 'active' || name === 'roles' || name === 'units');
}

/**
 * Adds a user, or brings the leaver of its userName back under the old id (RFC 7644 §3.3). Throws 409 for a value that is
 * taken, and when the client has as many active people as it may.
 */
export async function addUser(tables: TenantTables, scope: RequestScope, next: NewUser): Promise<StoredResource> {
  const { document, unitSet, passwordHash } = next;
  const at = nowInstant();
  const [leaver, isLimited] = await together(
    findLeaver(tables, String(usersTable.keyValues(document)[0])),
    hasUserLimit(tables),
  );
  const id = leaver?.id ?? newIdentifier();
  const difference = { id, before: { active: false }, after: document };
  await judgeAdminChange(tables, scope, difference);
  if (document['active'] !== false) await takeSeat(tables, isLimited);
  const user: StoredResource = {
    id,
    version: (leaver?.version ?? 0) + 1,
    document,
    unitSet,
    createdAt: leaver?.createdAt ?? at,
    lastModified: at,
    standing: 'ACTIVE',
  };
  if (leaver === undefined) await insertResource(tables, usersTable, user);
  else {
    await forgetPassword(tables, id);
    await setAccountStatus(tables, id, 'ACTIVE');
    await reviveUser(tables, user);
  }
  await appendChange(tables, scope.actor, {
    action: leaver === undefined ? 'create' : 'revive',
    resourceType: 'User',
    resourceId: id,
    version: user.version,
    ...differenceOf({}, document),
    unitSet,
  });
  if (passwordHash !== undefined) await storePassword(tables, id, passwordHash);
  await mirrorToGroup(tables, scope.actor, difference);
  return user;
}

/** Changes a user that the caller has locked, and says what changed: nothing, and the version stays (RFC 7644 §3.5). */
export async function changeUser(
  tables: TenantTables,
  scope: RequestScope,
  { current, names, parts, passwordHash, isLimited }: UserChange,
): Promise<{ readonly user: StoredResource; readonly attributes: readonly string[] }> {
  const movesUnits = parts.units !== undefined && !isEqualValue(parts.units.toSorted(), names.toSorted());
  const differing = differenceOf(current.document, parts.document);
  const attributes = [
    ...differing.attributes,
    ...(movesUnits ? ['units'] : []),
    ...(passwordHash === undefined ? [] : ['password']),
  ];
  if (attributes.length === 0) return { user: current, attributes };
  const setsPassword = passwordHash !== undefined;
  const difference = { id: current.id, before: current.document, after: parts.document, setsPassword };
  await judgeAdminChange(tables, scope, difference);
  const unitSet = movesUnits ? await ensureUnitSet(tables, await unitsNamed(tables, parts.units)) : current.unitSet;
  const version = current.version + 1;
  const user = { ...current, document: parts.document, unitSet, version, lastModified: nowInstant() };
  await updateResource(tables, usersTable, user, current);
  if (passwordHash !== undefined) await storePassword(tables, user.id, passwordHash);
  await switchActivity(tables, difference, isLimited);
  await appendChange(tables, scope.actor, {
    action: 'update',
    resourceType: 'User',
    resourceId: user.id,
    version,
    attributes,
    unitSet,
    detail: {
      ...differing.detail,
      ...(movesUnits ? { units: { before: names, after: parts.units } } : {}),
    },
  });
  await mirrorToGroup(tables, scope.actor, difference);
  return { user, attributes };
}

/** Deletes a user that the caller has locked: the row stays inactive, and the userName is free (RFC 7644 §3.6). */
export async function removeUser(tables: TenantTables, scope: RequestScope, user: FoundResource): Promise<void> {
  const change = { version: user.version + 1, at: nowInstant() };
  const difference = { id: user.id, before: user.document, after: { active: false } };
  await judgeAdminChange(tables, scope, difference);
  await mirrorToGroup(tables, scope.actor, difference);
  const groups = await removeFromAllGroups(tables, user.id);
  await markDeleted(tables, user, change);
  if (user.document['active'] !== false) await freeUserSeat(tables);
  await revokeTokensOfUser(tables, { userId: user.id, at: change.at, reason: 'user-deleted' });
  await appendChange(tables, scope.actor, {
    action: 'delete',
    resourceType: 'User',
    resourceId: user.id,
    version: change.version,
    unitSet: user.unitSet,
    members: { added: [], removed: groups },
  });
}

/** A person who is switched off loses the personal tokens and frees a seat of the client; one who is switched on takes one. */
async function switchActivity(
  tables: TenantTables,
  { id, before, after }: PersonChange,
  isLimited: boolean | undefined,
): Promise<void> {
  const [was, is] = [before['active'] !== false, after['active'] !== false];
  if (!was && is) await takeSeat(tables, isLimited);
  if (!was || is) return;
  await freeUserSeat(tables, isLimited);
  await revokeTokensOfUser(tables, { userId: id, at: nowInstant(), reason: 'user-deactivated' });
}

async function takeSeat(tables: TenantTables, isLimited?: boolean): Promise<void> {
  if (!(await takeUserSeat(tables, isLimited))) {
    throw new RequestError(409, 'the client has reached its limit of active users');
  }
}
