import {
  chainedColumns,
  chainStart,
  digestOf,
  erasableColumns,
  nextHead,
  type ChainHead,
  type NewEntry,
} from './change-chain.js';
import type { Connection } from '../database/connection.js';
import type { Sql } from '../sql/sql.js';
import { bindClient } from '../tenant/tenant-statement.js';
import type { TenantTables } from '../tenant/tenant-tables.js';

const ownColumns = [...chainedColumns, ...erasableColumns];
const columns = ['client_id', 'position', 'hash', ...ownColumns].join(', ');

const insertEntry = `insert into changes (${columns}) values (?, ?, ?, ${ownColumns.map(() => '?').join(', ')})`;
const saveHead =
  'insert into change_heads (client_id, position, hash) values (?, ?, ?) on conflict (client_id) do update set position = excluded.position, hash = excluded.hash';

/**
 * Appends entries to the logs of their clients, in their order: for a database with one writer, whose transaction nobody can
 * come between.
 */
export async function appendEntries(connection: Connection, entries: readonly NewEntry[]): Promise<void> {
  const heads = new Map<string, ChainHead>();
  for (const entry of entries) {
    const { clientId, chained, erasable } = entry;
    const head = nextHead(heads.get(clientId) ?? (await lastHead(connection, clientId)), digestOf(entry));
    await connection.run(insertEntry, [clientId, head.position, head.hash, ...chained, ...erasable]);
    heads.set(clientId, head);
  }
  for (const [clientId, { position, hash }] of heads) await connection.run(saveHead, [clientId, position, hash]);
}

/** Where the log of a client ends. */
export async function readHead(tables: TenantTables): Promise<ChainHead> {
  return toHead(
    await tables.first<HeadRow>('select h.position, h.hash from change_heads h where h.client_id = :client'),
  );
}

interface HeadRow {
  readonly position: number | string;
  readonly hash: string;
}

async function lastHead(connection: Connection, clientId: string): Promise<ChainHead> {
  const [row] = await connection.all<HeadRow>('select position, hash from change_heads where client_id = ?', [
    clientId,
  ]);
  return toHead(row);
}

function toHead(row: HeadRow | undefined): ChainHead {
  return row === undefined ? chainStart : { position: Number(row.position), hash: row.hash };
}

const link = (before: string, position: string) =>
  `encode(sha256(convert_to(${before} || ':' || ${position} || ':' || ?, 'UTF8')), 'hex')`;
const ownPlaces = ownColumns.map((column) => (column === 'version' ? '?::integer' : '?')).join(', ');

// PostgreSQL computes the hash, because the head is known to whoever holds its lock alone. Those who wait for the lock go on
// from the head that the one before them has left. The lock is held until the commit has ended, so that the commit must not wait
// for the disk; src/store/database/postgres-transaction.ts has a flush follow it.
const appendText = `with head as (
  insert into change_heads (client_id, position, hash) values (:client, 1, ${link(`'${chainStart.hash}'`, '1')})
  on conflict (client_id) do update set position = change_heads.position + 1, hash = ${link('change_heads.hash', '(change_heads.position + 1)')}
  returning position, hash
) insert into changes (${columns}) select :client, head.position, head.hash, ${ownPlaces}
  from head, (select set_config('synchronous_commit', 'off', true) as setting) later where later.setting = 'off'`;

/**
 * The statements that append entries on PostgreSQL, each locking the head of its client until the commit: by client, so that two
 * transactions with entries of several clients do not wait for each other.
 */
export function appendStatements(entries: readonly NewEntry[]): readonly Sql[] {
  const inOrder = entries.toSorted((a, b) => (a.clientId < b.clientId ? -1 : Number(a.clientId > b.clientId)));
  return inOrder.map((entry) => {
    const digest = digestOf(entry);
    return bindClient(appendText, entry.clientId, [digest, digest, ...entry.chained, ...entry.erasable]);
  });
}
