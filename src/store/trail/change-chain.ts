import { createHash } from 'node:crypto';
import type { Value } from '../sql/sql.js';

/**
 * The columns of an entry that its hash covers, in this order, behind the client and the position. A column that is added later
 * joins at the end as a pair of name and value, where it is not null: what has been chained keeps its hash.
 */
export const chainedColumns = [
  'at',
  'actor_kind',
  'actor_id',
  'request_id',
  'action',
  'resource_type',
  'resource_id',
  'version',
  'attributes',
  'members',
  'unit_set',
  'detail_hash',
] as const;

/** The columns of an entry that an erasure empties: `detail_hash` stands for them in the chain. */
export const erasableColumns = ['detail', 'detail_salt'] as const;

/** An entry that has no place in the log yet; values in the order of the columns above. */
export interface NewEntry {
  readonly clientId: string;
  readonly chained: readonly Value[];
  readonly erasable: readonly Value[];
}

/** Where a client's log ends: the position of its last entry, and the hash of that; 0 and `chainStart` for an empty log. */
export interface ChainHead {
  readonly position: number;
  readonly hash: string;
}

/** The hash before the first entry. */
export const chainStart: ChainHead = { position: 0, hash: '0'.repeat(64) };

/** A head as people keep it: `<position>:<hash>`. */
export function headText({ position, hash }: ChainHead): string {
  return `${position}:${hash}`;
}

/** Reads what `headText` wrote; undefined for anything else. */
export function readHeadText(text: string): ChainHead | undefined {
  const [, position, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text.trim()) ?? [];
  return position === undefined || hash === undefined ? undefined : { position: Number(position), hash };
}

/** The SHA-256 of an entry by itself, in hex: of a JSON list of the client and the chained values. */
export function digestOf({ clientId, chained }: Pick<NewEntry, 'clientId' | 'chained'>): string {
  return sha256(JSON.stringify([clientId, ...chained]));
}

/** The head behind an entry: its hash is the SHA-256 of `<hash before>:<position>:<digest>`, in hex. */
export function nextHead(head: ChainHead, digest: string): ChainHead {
  const position = head.position + 1;
  return { position, hash: sha256(`${head.hash}:${position}:${digest}`) };
}

/** The SHA-256 of salt and values, in hex. */
export function detailHashOf(salt: string, detail: string): string {
  return createHash('sha256').update(salt).update(detail).digest('hex');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
