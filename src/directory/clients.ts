import { nowInstant } from '../clock.js';
import { notFound } from '../errors.js';
import { appendChange, type Actor, type ChangeEntry } from '../store/change-log.js';
import {
  clientById,
  clientByName,
  insertClient,
  listClients,
  renameClient,
  setClientActive,
  type Client,
} from '../store/client-store.js';
import { readPlatform, writePlatform, type PlatformTables } from '../store/platform-tables.js';
import { createAdminGroup } from './client-admins.js';
import type { DirectoryContext } from './context.js';
import { addFirstAdmin, prepareFirstAdmin, type FirstAdmin, type FirstAdminRequest } from './first-admin.js';
import { isIdentifier, newIdentifier } from './identifiers.js';
import { readName } from './names.js';

/** A client that was made now, with the first of its administrators, if one was named. */
export type CreatedClient = Client & { readonly admin: FirstAdmin | undefined };

/** The customers. Only an operator makes, lists or switches them. */
export class Clients {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /**
   * Adds a client with its group of administrators, and the first of them if one is named: all or none.
   * Throws `invalidValue` for a name that is blank or too long, 409 for one that is taken.
   */
  async create(actor: Actor, name: string, adminRequest?: FirstAdminRequest): Promise<CreatedClient> {
    const head = { id: newIdentifier(), name: readName('client', name), active: true, createdAt: nowInstant() };
    const client: Client = { ...head, maxUsers: undefined, defaultRolesByUserType: {}, invitationTtlDays: 15 };
    // Ahead of the transaction, because others wait for that.
    const prepared = adminRequest === undefined ? undefined : await prepareFirstAdmin(adminRequest);
    const admin = await writePlatform(this.#context.database, async (platform) => {
      await insertClient(platform, client);
      await this.#log(platform, actor, client, { action: 'create', detail: { name: { after: client.name } } });
      const tables = platform.tenant({ clientId: client.id, units: undefined });
      const groupId = await createAdminGroup(tables, actor);
      if (prepared === undefined) return undefined;
      return { groupId, userId: await addFirstAdmin(tables, actor, prepared) };
    });
    return { ...client, admin };
  }

  /** All clients, by name. */
  list(): Promise<readonly Client[]> {
    return listClients(readPlatform(this.#context.database));
  }

  /** The client of this name or id. Throws 404. */
  async find(nameOrId: string): Promise<Client> {
    const platform = readPlatform(this.#context.database);
    const byId = isIdentifier(nameOrId) ? await clientById(platform, nameOrId) : undefined;
    const client = byId ?? (await clientByName(platform, nameOrId));
    if (client === undefined) throw notFound('client');
    return client;
  }

  /** The client with this id. Throws 404. */
  async findById(id: string): Promise<Client> {
    const client = isIdentifier(id) ? await clientById(readPlatform(this.#context.database), id) : undefined;
    if (client === undefined) throw notFound('client');
    return client;
  }

  /** Renames a client. Throws 404, `invalidValue`, and 409 for a name that is taken. */
  async rename(actor: Actor, id: string, name: string): Promise<Client> {
    const client = await this.findById(id);
    const renamed = { ...client, name: readName('client', name) };
    if (renamed.name === client.name) return client;
    await writePlatform(this.#context.database, async (platform) => {
      await renameClient(platform, client.id, renamed.name, nowInstant());
      const detail = { name: { before: client.name, after: renamed.name } };
      await this.#log(platform, actor, client, { action: 'update', detail });
    });
    return renamed;
  }

  /** Switches a client on or off; off, its tokens stop at once, and on again they work as before. Throws 404. */
  async setActive(actor: Actor, id: string, active: boolean): Promise<Client> {
    const client = await this.findById(id);
    if (client.active === active) return client;
    await writePlatform(this.#context.database, async (platform) => {
      // Another request may have done it since the client was read.
      if (!(await setClientActive(platform, client.id, active, nowInstant()))) return;
      await this.#log(platform, actor, client, { action: active ? 'activate' : 'deactivate' });
    });
    this.#context.tokenCache.clear();
    return { ...client, active };
  }

  async #log(
    platform: PlatformTables,
    actor: Actor,
    client: Client,
    what: Pick<ChangeEntry, 'action' | 'detail'>,
  ): Promise<void> {
    const attributes = Object.keys(what.detail ?? {});
    const of = { resourceType: 'Client', resourceId: client.id, attributes } as const;
    await appendChange(platform.tenant({ clientId: client.id, units: undefined }), actor, { ...what, ...of });
  }
}
