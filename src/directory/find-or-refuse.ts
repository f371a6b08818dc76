import { insufficientScope, notFound, versionMismatch } from '../errors.js';
import { namesVersion } from '../protocol/etag.js';
import { findResource, type FoundResource } from '../store/resource-store.js';
import type { ResourceTable } from '../store/resource-table.js';
import type { TenantTables } from '../store/tenant-tables.js';
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
  const found = isIdentifier(id) ? await findResource(tables, table, id, options) : undefined;
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
  { id, ifMatch, ifNoneMatch }: WriteTarget,
): Promise<FoundResource> {
  const found = await findOrRefuse(tables, table, id, { lock: true });
  if (ifMatch !== undefined && !namesVersion(ifMatch, found.version)) throw versionMismatch('If-Match');
  if (ifNoneMatch !== undefined && namesVersion(ifNoneMatch, found.version)) throw versionMismatch('If-None-Match');
  return found;
}
