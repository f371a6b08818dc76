import { randomBytes } from 'node:crypto';
import type { Database } from '../database/connection.js';
import { readPlatform, writePlatform, type PlatformTables } from './platform-tables.js';

const cursorSecretName = 'cursor-secret';

/**
 * The secret of 256 bits that seals cursors (RFC 9865 §5.2). The first process to ask makes it; those that ask at the same
 * time get the same one.
 */
export async function readCursorSecret(database: Database): Promise<Buffer> {
  const secret = (await find(database, cursorSecretName)) ?? (await keep(database, cursorSecretName));
  return Buffer.from(secret, 'base64url');
}

async function keep(database: Database, name: string): Promise<string> {
  const fresh = randomBytes(32).toString('base64url');
  await writePlatform(database, (platform) => keepSetting(platform, name, fresh));
  const kept = await find(database, name);
  if (kept === undefined) throw new Error(`the setting ${name} was not kept`);
  return kept;
}

/** Keeps a setting, unless it is kept already. */
export async function keepSetting(platform: PlatformTables, name: string, value: string): Promise<void> {
  await platform.run('insert into settings (name, value) values (?, ?) on conflict (name) do nothing', [name, value]);
}

/** What was kept under a name. */
export async function findSetting(platform: PlatformTables, name: string): Promise<string | undefined> {
  const row = await platform.first<{ value: string }>('select value from settings where name = ?', [name]);
  return row?.value;
}

function find(database: Database, name: string): Promise<string | undefined> {
  return findSetting(readPlatform(database), name);
}
