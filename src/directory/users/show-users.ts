import { wants, type Projection } from '../../protocol/projection.js';
import { userType } from '../../schema/resource-type.js';
import type { StoredResource } from '../../store/resources/resource-store.js';
import { usersTable } from '../../store/resources/resource-table.js';
import { findShown, type ShownResource } from '../../store/resources/shown-resource.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';
import { noLicences, readLicences } from '../roles/licences.js';
import { judgeUsers, mayHaveRoles, userRenderer } from './render-user.js';
import type { ResourceAnswer, ResourceText } from '../resource-answer.js';
import { locationOf } from '../resource-view.js';

/** How users are shown: what was asked for, and the base URL of SCIM. */
export interface UserShowing {
  readonly projection: Projection;
  readonly scimUrl: string;
}

/** The users as they are shown, in their order. */
export async function showUsers(
  tables: TenantTables,
  users: readonly ShownResource[],
  { projection, scimUrl }: UserShowing,
): Promise<readonly ResourceText[]> {
  const judged = judgeUsers(users, projection);
  const licences = judged.some(mayHaveRoles) ? await readLicences(tables) : noLicences;
  return judged.map(userRenderer(projection, { clientId: tables.scope.clientId, scimUrl, licences }));
}

/** What is answered about one user. */
export async function answerUser(
  tables: TenantTables,
  user: ShownResource,
  showing: UserShowing,
): Promise<ResourceAnswer> {
  const [body] = await showUsers(tables, [user], showing);
  const { id, version, lastModified } = user;
  return { id, version, lastModified, location: locationOf(userType, id, showing.scimUrl), body };
}

/** What is known besides of a user that was written, because the write did not change it. */
export type KnownBesides = Pick<ShownResource, 'units' | 'groups'>;

/** A user that was written, for who shows it; what is not known is read. */
export async function shownAsWritten(
  tables: TenantTables,
  { document, ...user }: StoredResource,
  projection: Projection,
  known: KnownBesides | undefined,
): Promise<ShownResource> {
  const options = { lock: false, groups: wants(projection, 'groups') };
  // Somebody may have deleted it meanwhile.
  const besides = known ?? (await findShown(tables, usersTable, user.id, options)) ?? { units: [], groups: [] };
  return { ...user, text: JSON.stringify(document), units: besides.units, groups: besides.groups };
}
