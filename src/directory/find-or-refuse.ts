import { insufficientScope, notFound, versionMismatch } from '../errors.js';
import { namesVersion } from '../protocol/etag.js';
import { findResource, type FoundResource } from '../store/resources/resource-store.js';
import type { ResourceTable } from '../store/resources/resource-table.js';
import { findShown, type FoundShown } from '../store/resources/shown-resource.js';
import type { TenantTables } from '../store/tenant/tenant-tables.js';
import { isIdentifier } from './identifiers.js';
import type { WriteTarget } from './resource-answer.js';

/**
 * The resource with this id. Throws 404 when the client has none, which is also the answer for another client's;
 * 403 when the client has it and the token's units do not reach it, naming neither.
 */
export async function findOrRefuse(
  tables: TenantTables,
  table: ResourceTable,
  id: string,
  options: { readonly lock: boolean },
): Promise<FoundResource> {
  return reachable(isIdentifier(id) ? await findResource(tables, table, id, options) : undefined);
}

/** As `findOrRefuse`, for who shows the resource; with the groups of a user where they are shown. */
export async function findShownOrRefuse(
  tables: TenantTables,
  table: ResourceTable,
  id: string,
  options: { readonly lock: boolean; readonly groups: boolean },
): Promise<FoundShown> {
  return reachable(isIdentifier(id) ? await findShown(tables, table, id, options) : undefined);
}

function reachable<Found extends { readonly inScope: boolean }>(found: Found | undefined): Found {
  if (found === undefined) throw notFound('resource');
  if (!found.inScope) throw insufficientScope('the token does not reach this resource');
  return found;
}

/**
 * Locks the resource for a write. Throws 412 when `ifMatch` names another version, or `ifNoneMatch` this one (RFC 7644 §3.14,
 * RFC 7232 §6).
 */
export async function lockForWrite(
  tables: TenantTables,
  table: ResourceTable,
  target: WriteTarget,
): Promise<FoundResource> {
  return inVersion(target, await findOrRefuse(tables, table, target.id, { lock: true }));
}

/** As `lockForWrite`, for who shows the resource after the write. */
export async function lockShownForWrite(
  tables: TenantTables,
  table: ResourceTable,
  target: WriteTarget,
  { groups }: { readonly groups: boolean },
): Promise<FoundShown> {
  return inVersion(target, await findShownOrRefuse(tables, table, target.id, { lock: true, groups }));
}

function inVersion<Found extends { readonly version: number }>(target: WriteTarget, found: Found): Found {
  const { ifMatch, ifNoneMatch } = target;
  if (ifMatch !== undefined && !namesVersion(ifMatch, found.version)) throw versionMismatch('If-Match');
  if (ifNoneMatch !== undefined && namesVersion(ifNoneMatch, found.version)) throw versionMismatch('If-None-Match');
  return found;
}
