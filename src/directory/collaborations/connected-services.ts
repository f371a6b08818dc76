import { nowInstant } from '../../clock.js';
import { insufficientScope, notFound, RequestError } from '../../errors.js';
import { appendChange } from '../../store/trail/change-log.js';
import type { StoredResource } from '../../store/resources/resource-store.js';
import {
  connectionStatus,
  deleteConnection,
  deleteService,
  insertService,
  isServiceUsed,
  listServices,
  lockService,
  storeConnection,
  type ConnectedService,
  type ConnectionStatus,
  type Service,
} from '../../store/organisation/service-store.js';
import { readTables, writeTables, type TenantTables } from '../../store/tenant/tenant-tables.js';
import type { DirectoryContext } from '../context.js';
import { findCollaboration } from './find-collaboration.js';
import { isIdentifier, newIdentifier } from '../identifiers.js';
import { readName } from '../names.js';
import { requireAccess, type RequestScope } from '../request-scope.js';

/** The services of a client, and which collaborations are connected to them. */
export class ConnectedServices {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /** Adds a service to the client's catalogue. Throws 403 for a token for units, 409 for a name that is taken. */
  async create(scope: RequestScope, wish: Pick<Service, 'name' | 'approval'>): Promise<Service> {
    requireWholeClient(scope);
    const name = readName('service', wish.name);
    const service = { id: newIdentifier(), name, approval: wish.approval, createdAt: nowInstant() };
    await writeTables(this.#context.database, scope, async (tables) => {
      await insertService(tables, service);
      await logService(tables, scope, service, 'create');
    });
    return service;
  }

  /** The services of the client, by name: what a collaboration can be connected to. */
  list(scope: RequestScope): Promise<readonly Service[]> {
    requireAccess(scope, 'read');
    return listServices(readTables(this.#context.database, scope));
  }

  /** Takes a service out of the catalogue. Throws 404, and 409 while a collaboration is connected to it. */
  async remove(scope: RequestScope, id: string): Promise<void> {
    requireWholeClient(scope);
    await writeTables(this.#context.database, scope, async (tables) => {
      const service = await findService(tables, id);
      if (await isServiceUsed(tables, service.id)) {
        throw new RequestError(409, 'a collaboration is connected to the service');
      }
      await deleteService(tables, service.id);
      await logService(tables, scope, service, 'delete');
    });
  }

  /** Connects a collaboration with a service: at once, or pending until an administrator approves. Repeating changes nothing. */
  async connect(scope: RequestScope, collaborationId: string, serviceId: string): Promise<ConnectedService> {
    requireAccess(scope, 'provision');
    return this.#write(scope, { collaborationId, serviceId }, async (tables, collaboration, service) => {
      const key = { collaborationId: collaboration.id, serviceId: service.id };
      const current = await connectionStatus(tables, key);
      const status = current ?? (service.approval === 'auto' ? 'connected' : 'pending');
      if (current === undefined) await this.#store(tables, scope, { collaboration, service, status });
      return { id: service.id, name: service.name, status };
    });
  }

  /** Approves a connection that waits for it. Throws 403 for a token for units, 409 where nothing waits. */
  async approve(scope: RequestScope, collaborationId: string, serviceId: string): Promise<ConnectedService> {
    requireWholeClient(scope);
    return this.#write(scope, { collaborationId, serviceId }, async (tables, collaboration, service) => {
      const key = { collaborationId: collaboration.id, serviceId: service.id };
      const current = await connectionStatus(tables, key);
      if (current === undefined) throw notConnected();
      if (current === 'pending') await this.#store(tables, scope, { collaboration, service, status: 'connected' });
      return { id: service.id, name: service.name, status: 'connected' };
    });
  }

  /** Ends a connection, or takes back the wish for one. Throws 409 where there is none. */
  async disconnect(scope: RequestScope, collaborationId: string, serviceId: string): Promise<void> {
    requireAccess(scope, 'provision');
    await this.#write(scope, { collaborationId, serviceId }, async (tables, collaboration, service) => {
      const key = { collaborationId: collaboration.id, serviceId: service.id };
      const before = await connectionStatus(tables, key);
      if (before === undefined || !(await deleteConnection(tables, key))) throw notConnected();
      await logConnection(tables, scope, { collaboration, service, before, after: undefined });
    });
  }

  #write<Result>(
    scope: RequestScope,
    { collaborationId, serviceId }: { readonly collaborationId: string; readonly serviceId: string },
    work: (tables: TenantTables, collaboration: StoredResource, service: Service) => Promise<Result>,
  ): Promise<Result> {
    return writeTables(this.#context.database, scope, async (tables) => {
      const collaboration = await findCollaboration(tables, collaborationId, { lock: true });
      return work(tables, collaboration, await findService(tables, serviceId));
    });
  }

  async #store(
    tables: TenantTables,
    scope: RequestScope,
    { collaboration, service, status }: Connection & { readonly status: ConnectionStatus },
  ): Promise<void> {
    const key = { collaborationId: collaboration.id, serviceId: service.id };
    const before = await connectionStatus(tables, key);
    await storeConnection(tables, { ...key, status, at: nowInstant() });
    await logConnection(tables, scope, { collaboration, service, before, after: status });
  }
}

interface Connection {
  readonly collaboration: StoredResource;
  readonly service: Service;
}

async function findService(tables: TenantTables, id: string): Promise<Service> {
  const service = isIdentifier(id) ? await lockService(tables, id) : undefined;
  if (service === undefined) throw notFound('resource');
  return service;
}

function notConnected(): RequestError {
  return new RequestError(409, 'the collaboration is not connected to the service');
}

function requireWholeClient(scope: RequestScope): void {
  requireAccess(scope, 'admin');
  if (scope.units !== undefined) throw insufficientScope('a token for units cannot do this');
}

async function logService(
  tables: TenantTables,
  { actor }: RequestScope,
  { id, name, approval }: Service,
  action: 'create' | 'delete',
): Promise<void> {
  const value = (each: string) => (action === 'create' ? { after: each } : { before: each });
  const detail = { name: value(name), approval: value(approval) };
  const attributes = Object.keys(detail);
  await appendChange(tables, actor, { action, resourceType: 'Service', resourceId: id, attributes, detail });
}

async function logConnection(
  tables: TenantTables,
  scope: RequestScope,
  change: Connection & {
    readonly before: ConnectionStatus | undefined;
    readonly after: ConnectionStatus | undefined;
  },
): Promise<void> {
  const { collaboration, service, before, after } = change;
  await appendChange(tables, scope.actor, {
    action: 'update',
    resourceType: 'Group',
    resourceId: collaboration.id,
    unitSet: collaboration.unitSet,
    attributes: ['services'],
    detail: { [`services[${service.id}]`]: { before, after } },
  });
}
