import { nowInstant } from '../clock.js';
import { notFound } from '../errors.js';
import { appendChange, type Actor } from '../store/change-log.js';
import {
  clientById,
  clientByName,
  insertClient,
  listClients,
  setClientActive,
  type Client,
} from '../store/client-store.js';
import { TenantTables } from '../store/tenant-tables.js';
import type { DirectoryContext } from './context.js';
import { isIdentifier, newIdentifier } from './identifiers.js';
import { readName } from './names.js';

/** The customers. Only an operator makes, lists or switches them. */
export class Clients {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /** Adds a client. Throws `invalidValue` for a name that is blank or too long, 409 for one that is taken. */
  async create(actor: Actor, name: string): Promise<Client> {
    const client = { id: newIdentifier(), name: readName('client', name), active: true, createdAt: nowInstant() };
    await this.#context.database.transaction(async (connection) => {
      await insertClient(connection, client);
      const tables = new TenantTables(
        { clientId: client.id, units: undefined },
        this.#context.database.dialect,
        connection,
      );
      await appendChange(tables, actor, { action: 'create', resourceType: 'Client', resourceId: client.id });
    });
    return client;
  }

  /** All clients, by name. */
  list(): Promise<readonly Client[]> {
    return listClients(this.#context.database.reader);
  }

  /** The client of this name or id. Throws 404. */
  async find(nameOrId: string): Promise<Client> {
    const { reader } = this.#context.database;
    const byId = isIdentifier(nameOrId) ? await clientById(reader, nameOrId) : undefined;
    const client = byId ?? (await clientByName(reader, nameOrId));
    if (client === undefined) throw notFound('client');
    return client;
  }

  /** Switches a client on or off; off, its tokens stop at once, and on again they work as before. */
  async setActive(actor: Actor, id: string, active: boolean): Promise<Client> {
    const client = await this.find(id);
    if (client.active === active) return client;
    await this.#context.database.transaction(async (connection) => {
      await setClientActive(connection, client.id, active, nowInstant());
      const tables = new TenantTables(
        { clientId: client.id, units: undefined },
        this.#context.database.dialect,
        connection,
      );
      const action = active ? 'activate' : 'deactivate';
      await appendChange(tables, actor, { action, resourceType: 'Client', resourceId: client.id });
    });
    this.#context.tokenCache.clear();
    return { ...client, active };
  }
}
