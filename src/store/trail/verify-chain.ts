import { readHead } from './append-entries.js';
import { chainedColumns, chainStart, type ChainHead } from './change-chain.js';
import {
  cut,
  faultAgainst,
  faultAtHead,
  faultOfEntry,
  notTheHead,
  type ChainedRow,
  type ChainFault,
} from './chain-fault.js';
import type { Database } from '../database/connection.js';
import { readTables, type TenantTables } from '../tenant/tenant-tables.js';
import { nextTurn, rowsATurn } from '../database/turns.js';

/** What became of a client's log. */
export interface ChainReport {
  /** Where the log ended when it began to be verified. */
  readonly head: ChainHead;
  /** How many entries are as they were written, from the first one on. */
  readonly verified: number;
  /** The first entry that is not. */
  readonly fault: ChainFault | undefined;
}

/**
 * Reads the log of a client from its first entry to its head and holds each entry against the one before; `stored` is a head
 * that was kept elsewhere. Others may write meanwhile. Page by page, with a turn of the event loop between two.
 */
export function verifyChain(database: Database, clientId: string, stored?: ChainHead): Promise<ChainReport> {
  return verifyTables(readTables(database, { clientId, units: undefined }), stored);
}

/** As `verifyChain`, of the client of these tables. */
export async function verifyTables(tables: TenantTables, stored?: ChainHead): Promise<ChainReport> {
  const head = await readHead(tables);
  const { last, fault } = await verifyEntries(tables, head.position, stored);
  const found = fault ?? faultAtHead(head, last) ?? (await faultBehindHead(tables)) ?? faultBeyond(stored, last);
  return { head, verified: last.position, fault: found };
}

/** Holds the entries up to a position against one another; `last` is the last one that is as it was written. */
async function verifyEntries(
  tables: TenantTables,
  end: number,
  stored: ChainHead | undefined,
): Promise<{ readonly last: ChainHead; readonly fault: ChainFault | undefined }> {
  const { clientId } = tables.scope;
  let last = chainStart;
  for await (const row of entriesUpTo(tables, end)) {
    const entry = { position: Number(row.position), hash: row.hash };
    const fault = faultOfEntry(clientId, last, row) ?? faultAgainst(stored, entry);
    if (fault !== undefined) return { last, fault };
    last = entry;
  }
  return { last, fault: undefined };
}

async function* entriesUpTo(tables: TenantTables, end: number): AsyncGenerator<ChainedRow> {
  for (let after: number | undefined; ;) {
    const page = await readPage(tables, after, end);
    yield* page;
    if (page.length < rowsATurn) return;
    after = Number(page.at(-1)?.position);
    await nextTurn();
  }
}

const columns = ['position', 'hash', ...chainedColumns, 'detail', 'detail_salt'].map((name) => `c.${name}`).join(', ');

// Asked of the few entries whose values are gone; an index by what they tell of answers.
const erased = `case when c.detail is null and c.detail_hash is not null and exists (select 1 from changes e where e.client_id = :client and e.resource_id = c.resource_id and e.action = 'erase' and e.position > c.position) then 1 else 0 end as erased`;

function readPage(tables: TenantTables, after: number | undefined, end: number): Promise<ChainedRow[]> {
  // Without a lower bound at first: what was put in before the first entry is found, too.
  const behind = after === undefined ? '' : ' and c.position > ?';
  return tables.scan<ChainedRow>(
    `select ${columns}, ${erased} from changes c where c.client_id = :client and c.position <= ?${behind} order by c.position limit ?`,
    [end, ...(after === undefined ? [] : [after]), rowsATurn],
  );
}

/** Whether there are entries that no head knows; it may have moved on since. */
async function faultBehindHead(tables: TenantTables): Promise<ChainFault | undefined> {
  const now = await tables.first<Readonly<Record<'head' | 'newest', number | string | null>>>(
    'select (select h.position from change_heads h where h.client_id = :client) as head, (select max(c.position) from changes c where c.client_id = :client) as newest',
  );
  const head = Number(now?.head ?? 0);
  return Number(now?.newest ?? 0) > head ? notTheHead(head + 1) : undefined;
}

function faultBeyond(stored: ChainHead | undefined, last: ChainHead): ChainFault | undefined {
  return stored === undefined || stored.position <= last.position ? undefined : cut(last.position + 1, stored.position);
}
