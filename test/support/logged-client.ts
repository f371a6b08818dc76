import { readConfig } from '../../src/config.js';
import { newIdentifier } from '../../src/directory/identifiers.js';
import { appendChange, type ChangeEntry } from '../../src/store/trail/change-log.js';
import { insertClient } from '../../src/store/tenant/client-store.js';
import type { Database } from '../../src/store/database/connection.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { writePlatform } from '../../src/store/tenant/platform-tables.js';
import { writeTables } from '../../src/store/tenant/tenant-tables.js';

const actor = { kind: 'service', id: 'test', requestId: 'test' } as const;

/** Opens a database as one more process would. */
export function openAt(url: string): Promise<Database> {
  return openDatabase(readConfig({ DATABASE_URL: url }).database);
}

/** A client without anything; returns its id. */
export async function addClient(database: Database): Promise<string> {
  const id = newIdentifier();
  const client = { id, name: `client ${id}`, active: true, createdAt: '2027-01-01T00:00:00.000Z' };
  await writePlatform(database, (platform) => insertClient(platform, client));
  return id;
}

/** Appends an entry to the log of a client, in a transaction of its own; returns the id of what it tells of. */
export async function log(database: Database, clientId: string, entry: Partial<ChangeEntry> = {}): Promise<string> {
  const resourceId = newIdentifier();
  await writeTables(database, { clientId, units: undefined }, (tables) =>
    appendChange(tables, actor, {
      action: 'update',
      resourceType: 'User',
      resourceId,
      version: 2,
      attributes: ['title'],
      detail: { title: { before: 'Analyst', after: 'Countess' } },
      members: { added: [newIdentifier()], removed: [] },
      ...entry,
    }),
  );
  return resourceId;
}

/** Appends as many entries, one transaction each. */
export async function logMany(database: Database, clientId: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await log(database, clientId);
}
