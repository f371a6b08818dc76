import { chainedColumns, chainStart, digestOf, nextHead } from './change-chain.js';
import type { Connection } from '../database/connection.js';
import type { Value } from '../sql/sql.js';

const rowsAtOnce = 500;

type EntryRow = Readonly<Record<(typeof chainedColumns)[number], Value>> & { readonly position: number | string };

/**
 * Chains what clients have in their logs from before there was a chain, and counts their positions anew without gaps. Part of
 * the migration `0009-hash-chain`.
 */
export async function chainExisting(connection: Connection): Promise<void> {
  const clients = await connection.all<{ id: string }>('select id from clients order by id');
  for (const { id } of clients) await chainClient(connection, id);
}

async function chainClient(connection: Connection, clientId: string): Promise<void> {
  let head = chainStart;
  for (let after = 0; ;) {
    const rows = await connection.all<EntryRow>(
      `select position, ${chainedColumns.join(', ')} from changes where client_id = ? and position > ? order by position limit ?`,
      [clientId, after, rowsAtOnce],
    );
    for (const row of rows) {
      head = nextHead(head, digestOf({ clientId, chained: chainedColumns.map((column) => row[column]) }));
      // Upwards: what has the new position has moved on by then, or is this very entry.
      await connection.run('update changes set position = ?, hash = ? where client_id = ? and position = ?', [
        head.position,
        head.hash,
        clientId,
        (after = Number(row.position)),
      ]);
    }
    if (rows.length < rowsAtOnce) break;
  }
  if (head.position === 0) return;
  const { position, hash } = head;
  await connection.run('insert into change_heads (client_id, position, hash) values (?, ?, ?)', [
    clientId,
    position,
    hash,
  ]);
}
