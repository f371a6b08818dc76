import { RequestError } from '../../errors.js';
import { fold } from '../../schema/fold.js';
import { UniqueViolation } from '../database/database-error.js';
import type { TenantTables } from '../tenant/tenant-tables.js';

/** An application of the client's to which collaborations are connected: at once, or when an administrator approves. */
export interface Service {
  readonly id: string;
  readonly name: string;
  readonly approval: 'auto' | 'manual';
  readonly createdAt: string;
}

export type ConnectionStatus = 'connected' | 'pending';

/** A service as a collaboration has it. */
export interface ConnectedService {
  readonly id: string;
  readonly name: string;
  readonly status: ConnectionStatus;
}

interface ServiceRow {
  readonly id: string;
  readonly name: string;
  readonly approval: Service['approval'];
  readonly created_at: string;
}

const columns = 'v.id, v.name, v.approval, v.created_at';

function readService(row: ServiceRow): Service {
  return { id: row.id, name: row.name, approval: row.approval, createdAt: row.created_at };
}

/** Adds a service. Throws 409 when a service of the client has the name, whatever its letter case. */
export async function insertService(tables: TenantTables, service: Service): Promise<void> {
  try {
    await tables.run(
      'insert into services (client_id, id, name, name_key, approval, created_at) values (:client, ?, ?, ?, ?, ?)',
      [service.id, service.name, fold(service.name), service.approval, service.createdAt],
    );
  } catch (error) {
    if (error instanceof UniqueViolation) {
      throw new RequestError(409, 'a service has this name already', { cause: error });
    }
    throw error;
  }
}

/** The services of the client, by name. */
export async function listServices(tables: TenantTables): Promise<readonly Service[]> {
  const rows = await tables.all<ServiceRow>(
    `select ${columns} from services v where v.client_id = :client order by v.name_key`,
  );
  return rows.map(readService);
}

/** The service with this id, kept from other writers until the commit. */
export async function lockService(tables: TenantTables, id: string): Promise<Service | undefined> {
  const row = await tables.first<ServiceRow>(
    `select ${columns} from services v where v.client_id = :client and v.id = ?${tables.dialect.lockRows}`,
    [id],
  );
  return row === undefined ? undefined : readService(row);
}

/** Takes a service out of the catalogue. The caller has made sure that nothing is connected to it. */
export async function deleteService(tables: TenantTables, id: string): Promise<void> {
  await tables.run('delete from services where client_id = :client and id = ?', [id]);
}

/** Whether any collaboration is, or waits to be, connected to the service. */
export async function isServiceUsed(tables: TenantTables, id: string): Promise<boolean> {
  const row = await tables.first(
    'select x.service_id from connected_services x where x.client_id = :client and x.service_id = ? limit 1',
    [id],
  );
  return row !== undefined;
}

/** What names a connection. */
export interface ConnectionKey {
  readonly collaborationId: string;
  readonly serviceId: string;
}

/** How a collaboration stands with a service; undefined where they are not connected. */
export async function connectionStatus(
  tables: TenantTables,
  { collaborationId, serviceId }: ConnectionKey,
): Promise<ConnectionStatus | undefined> {
  const row = await tables.first<{ status: ConnectionStatus }>(
    'select x.status from connected_services x where x.client_id = :client and x.collaboration_id = ? and x.service_id = ?',
    [collaborationId, serviceId],
  );
  return row?.status;
}

/** Connects a collaboration with a service, or changes how they stand. */
export async function storeConnection(
  tables: TenantTables,
  connection: ConnectionKey & { readonly status: ConnectionStatus; readonly at: string },
): Promise<void> {
  await tables.run(
    'insert into connected_services (client_id, collaboration_id, service_id, status, connected_at) values (:client, ?, ?, ?, ?) on conflict (client_id, collaboration_id, service_id) do update set status = excluded.status, connected_at = excluded.connected_at',
    [connection.collaborationId, connection.serviceId, connection.status, connection.at],
  );
}

/** Ends a connection; false where there was none. */
export async function deleteConnection(
  tables: TenantTables,
  { collaborationId, serviceId }: ConnectionKey,
): Promise<boolean> {
  const deleted = await tables.run(
    'delete from connected_services where client_id = :client and collaboration_id = ? and service_id = ?',
    [collaborationId, serviceId],
  );
  return deleted > 0;
}

/** Whether a collaboration is, or waits to be, connected to any service. */
export async function hasServices(tables: TenantTables, collaborationId: string): Promise<boolean> {
  const row = await tables.first(
    'select x.service_id from connected_services x where x.client_id = :client and x.collaboration_id = ? limit 1',
    [collaborationId],
  );
  return row !== undefined;
}

/** The services of each of these collaborations, by name. */
export async function servicesOf(
  tables: TenantTables,
  collaborationIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ConnectedService[]>> {
  const rows = await tables.all<ConnectedService & { collaboration_id: string }>(
    `select x.collaboration_id, v.id, v.name, x.status from connected_services x join services v on v.client_id = :client and v.id = x.service_id
     where x.client_id = :client and x.collaboration_id ${tables.dialect.isListed} order by v.name_key`,
    [collaborationIds],
  );
  const found = new Map<string, ConnectedService[]>();
  for (const { collaboration_id: id, ...service } of rows) found.set(id, [...(found.get(id) ?? []), service]);
  return found;
}
