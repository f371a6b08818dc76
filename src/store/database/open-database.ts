import type { DatabaseAddress } from '../../config.js';
import type { Database, DatabaseOptions } from './connection.js';
import { openPostgres } from './postgres-database.js';
import { openSqlite } from './sqlite-database.js';

/** Opens the database that the settings name. */
export async function openDatabase(
  address: DatabaseAddress,
  options: DatabaseOptions = { leavesRoom: false },
): Promise<Database> {
  return address.kind === 'sqlite' ? openSqlite(address.path, options) : openPostgres(address);
}
