import { nowInstant } from '../../clock.js';
import { notFound } from '../../errors.js';
import { appendChange, type Actor, type ChangeEntry } from '../../store/trail/change-log.js';
import {
  clientById,
  clientByName,
  insertClient,
  listClients,
  renameClient,
  setClientActive,
  type Client,
} from '../../store/tenant/client-store.js';
import { readPlatform, writePlatform, type PlatformTables } from '../../store/tenant/platform-tables.js';
import { createAdminGroup } from './client-admins.js';
import { changeSettings, type ClientSettingsChange } from './client-settings.js';
import type { DirectoryContext } from '../context.js';
import { addFirstAdmin, prepareFirstAdmin, type FirstAdmin, type FirstAdminRequest } from './first-admin.js';
import { isIdentifier, newIdentifier } from '../identifiers.js';
import { readName } from '../names.js';

/** A client that was made now, with the first of its administrators, if one was named. */
export type CreatedClient = Client & { readonly admin: FirstAdmin | undefined };

/** What an operator changes of a client; what is undefined stays as it is. */
export interface ClientChange extends ClientSettingsChange {
  readonly name?: string | undefined;
  readonly active?: boolean | undefined;
}

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

  /**
   * Changes what is named of a client, all of it or nothing; off, its tokens stop at once, and on again they work as before.
   * Throws 404, `invalidValue`, and 409 for a name that is taken.
   */
  async change(actor: Actor, id: string, { name, active, ...settings }: ClientChange): Promise<Client> {
    const newName = name === undefined ? undefined : readName('client', name);
    const changed = await writePlatform(this.#context.database, async (platform) => {
      const client = isIdentifier(id) ? await clientById(platform, id) : undefined;
      if (client === undefined) throw notFound('client');
      if (newName !== undefined) await this.#rename(platform, actor, client, newName);
      const tables = platform.tenant({ clientId: id, units: undefined });
      const detail = await changeSettings(tables, client, settings);
      if (Object.keys(detail).length > 0) await this.#log(platform, actor, client, { action: 'update', detail });
      if (active !== undefined) await this.#switch(platform, actor, client, active);
      return clientById(platform, id);
    });
    if (active !== undefined) this.#context.tokenCache.clear();
    return changed ?? this.findById(id);
  }

  async #rename(platform: PlatformTables, actor: Actor, client: Client, name: string): Promise<void> {
    if (name === client.name) return;
    await renameClient(platform, client.id, name, nowInstant());
    await this.#log(platform, actor, client, {
      action: 'update',
      detail: { name: { before: client.name, after: name } },
    });
  }

  async #switch(platform: PlatformTables, actor: Actor, client: Client, active: boolean): Promise<void> {
    // False where it is so already.
    if (!(await setClientActive(platform, client.id, active, nowInstant()))) return;
    await this.#log(platform, actor, client, { action: active ? 'activate' : 'deactivate' });
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
