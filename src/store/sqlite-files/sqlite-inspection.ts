import SqliteConnection from 'better-sqlite3';
import { RequestError } from '../../errors.js';
import type { ChainFault } from '../trail/chain-fault.js';
import { sqliteDialect } from '../database/dialect.js';
import { knownMigrations } from '../database/migrate.js';
import { PreparedConnection } from '../database/prepared-connection.js';
import { operatorsLog, operatorsName } from '../tenant/client-store.js';
import { TenantTables } from '../tenant/tenant-tables.js';
import { verifyTables } from '../trail/verify-chain.js';

/** What is in an SQLite file that nobody writes to. */
export interface Inspection {
  readonly clients: number;
  /** Entries of the change logs that are as they were written. */
  readonly entries: number;
  /** The first entry of each log that is not; the operators' own is that of `the operators`. */
  readonly faults: readonly { readonly client: string; readonly fault: ChainFault }[];
}

const chained = '0009-hash-chain';

/**
 * Reads a file from its first page to its last, and every change log in it. Throws 409 for what is no whole database, no database
 * of this service, or one of a later version; `name` is what it calls the file.
 */
export async function inspectSqlite(path: string, name = path): Promise<Inspection> {
  const connection = new SqliteConnection(path, { readonly: true, fileMustExist: true });
  try {
    const migrations = await requireOurs(name, connection);
    requireWhole(name, connection);
    return await inspectLogs(new PreparedConnection(connection), migrations.includes(chained));
  } catch (error) {
    if (error instanceof SqliteConnection.SqliteError) throw refused(name, error.message, error);
    throw error;
  } finally {
    connection.close();
  }
}

async function requireOurs(name: string, connection: SqliteConnection.Database): Promise<readonly string[]> {
  // The rows have this one column.
  const applied = connection.prepare('select name from migrations').pluck().all() as string[];
  const known = await knownMigrations();
  const later = applied.find((migration) => !known.includes(migration));
  if (later !== undefined) throw refused(name, `it was written by a later version, which has ${later}`);
  return applied;
}

function requireWhole(name: string, connection: SqliteConnection.Database): void {
  const [problem] = connection.prepare('pragma integrity_check(1)').pluck().all();
  if (problem !== 'ok') throw refused(name, String(problem));
  if (connection.pragma('foreign_key_check', { simple: true }) !== undefined) {
    throw refused(name, 'rows refer to what is not there');
  }
}

async function inspectLogs(connection: PreparedConnection, isChained: boolean): Promise<Inspection> {
  // One of them is no client and holds the operators' own log.
  const owners = await connection.all<{ id: string; name: string }>('select id, name from clients order by name');
  let entries = 0;
  const faults = [];
  for (const { id, name } of isChained ? owners : []) {
    const tables = new TenantTables({ clientId: id, units: undefined }, sqliteDialect, connection);
    const { verified, fault } = await verifyTables(tables);
    entries += verified;
    if (fault !== undefined) faults.push({ client: id === operatorsLog ? operatorsName : name, fault });
  }
  return { clients: owners.filter(({ id }) => id !== operatorsLog).length, entries, faults };
}

function refused(name: string, reason: string, cause?: unknown): RequestError {
  return new RequestError(409, `${name} cannot be used: ${reason.replaceAll(/\s+/g, ' ')}`, { cause });
}
