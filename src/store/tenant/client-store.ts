import { RequestError } from '../../errors.js';
import { fold } from '../../schema/fold.js';
import { readDefaults, type DefaultRoles } from './client-settings-store.js';
import { UniqueViolation } from '../database/database-error.js';
import type { PlatformTables } from './platform-tables.js';

/** A customer, the tenant. */
export interface Client {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  readonly createdAt: string;
  /** How many active people it may have; undefined for no limit. */
  readonly maxUsers: number | undefined;
  /** The roles that people of each userType begin with. */
  readonly defaultRolesByUserType: DefaultRoles;
  /** How many days an invitation is open for, unless it says otherwise. */
  readonly invitationTtlDays: number;
}

/** A client that has no settings yet. */
export type NewClient = Omit<Client, 'maxUsers' | 'defaultRolesByUserType' | 'invitationTtlDays'>;

interface ClientRow {
  readonly id: string;
  readonly name: string;
  readonly active: number;
  readonly created_at: string;
  readonly max_users: number | null;
  readonly default_roles: string;
  readonly invitation_ttl_days: number;
}

const columns = 'id, name, active, created_at, max_users, default_roles, invitation_ttl_days';

/**
 * The row that holds the operators' own log, as migration 0019 made it. It is no client: nothing here finds, lists or changes it,
 * so that nobody gets a scope for it but `src/directory/audit/operators-log.ts`.
 */
export const operatorsLog = '00000000-0000-0000-0000-000000000000';

/** Whose log that is, where the clients of others are named. */
export const operatorsName = 'the operators';

const isClient = `id <> '${operatorsLog}'`;

function readClient(row: ClientRow): Client {
  return {
    id: row.id,
    name: row.name,
    active: row.active === 1,
    createdAt: row.created_at,
    maxUsers: row.max_users ?? undefined,
    defaultRolesByUserType: readDefaults(row.default_roles),
    invitationTtlDays: row.invitation_ttl_days,
  };
}

/** Adds a client. Throws 409 when another client has the name, whatever its letter case. */
export async function insertClient(platform: PlatformTables, client: NewClient): Promise<void> {
  await refusingDuplicates(() =>
    platform.run(
      'insert into clients (id, name, name_key, active, created_at, last_modified) values (?, ?, ?, ?, ?, ?)',
      [client.id, client.name, fold(client.name), client.active ? 1 : 0, client.createdAt, client.createdAt],
    ),
  );
}

/** Renames a client. Throws 409 when another client has the name. */
export async function renameClient(platform: PlatformTables, id: string, name: string, at: string): Promise<void> {
  await refusingDuplicates(() =>
    platform.run(`update clients set name = ?, name_key = ?, last_modified = ? where id = ? and ${isClient}`, [
      name,
      fold(name),
      at,
      id,
    ]),
  );
}

async function refusingDuplicates(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (error instanceof UniqueViolation)
      throw new RequestError(409, 'a client has this name already', { cause: error });
    throw error;
  }
}

/** All clients, by name. */
export async function listClients(platform: PlatformTables): Promise<Client[]> {
  const rows = await platform.all<ClientRow>(`select ${columns} from clients where ${isClient} order by name_key`);
  return rows.map(readClient);
}

/** The ids of all clients. */
export async function listClientIds(platform: PlatformTables): Promise<readonly string[]> {
  const rows = await platform.all<{ id: string }>(`select id from clients where ${isClient} order by id`);
  return rows.map((row) => row.id);
}

/** The client with this id. */
export async function clientById(platform: PlatformTables, id: string): Promise<Client | undefined> {
  const row = await platform.first<ClientRow>(`select ${columns} from clients where id = ? and ${isClient}`, [id]);
  return row === undefined ? undefined : readClient(row);
}

/** The client with this name, whatever its letter case. */
export async function clientByName(platform: PlatformTables, name: string): Promise<Client | undefined> {
  const row = await platform.first<ClientRow>(`select ${columns} from clients where name_key = ? and ${isClient}`, [
    fold(name),
  ]);
  return row === undefined ? undefined : readClient(row);
}

/** Switches a client on or off; false when it was so before. */
export async function setClientActive(
  platform: PlatformTables,
  id: string,
  active: boolean,
  at: string,
): Promise<boolean> {
  const state = active ? 1 : 0;
  const changed = await platform.run(
    `update clients set active = ?, last_modified = ? where id = ? and active <> ? and ${isClient}`,
    [state, at, id, state],
  );
  return changed > 0;
}
