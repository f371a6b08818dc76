import { chainedColumns, detailHashOf, digestOf, nextHead, type ChainHead } from './change-chain.js';
import type { Value } from '../sql/sql.js';

/** The first entry of a log that is not what was written there. */
export interface ChainFault {
  readonly position: number;
  readonly kind: 'changed' | 'removed' | 'values' | 'cut' | 'head' | 'rewritten';
  /** A sentence for a person. */
  readonly detail: string;
}

/** An entry as it is verified. */
export interface ChainedRow extends Readonly<Record<(typeof chainedColumns)[number], Value>> {
  readonly position: number | string;
  readonly hash: string;
  readonly detail: string | null;
  readonly detail_salt: string | null;
  /** 1 where the values are gone, and an erasure of what the entry tells of follows. */
  readonly erased: number;
}

/** What is wrong with the entry behind `last`, which is as it was written. */
export function faultOfEntry(clientId: string, last: ChainHead, row: ChainedRow): ChainFault | undefined {
  const position = Number(row.position);
  if (position > last.position + 1) return removed(last.position + 1);
  const chained = chainedColumns.map((column) => row[column]);
  const { position: expected, hash } = nextHead(last, digestOf({ clientId, chained }));
  if (position !== expected || row.hash !== hash) return changed(position);
  return hasItsValues(row) ? undefined : valuesChanged(position);
}

/** What the last entry says against the head. */
export function faultAtHead(head: ChainHead, last: ChainHead): ChainFault | undefined {
  if (last.position < head.position) return cut(last.position + 1, head.position);
  return last.hash === head.hash ? undefined : notTheHead(last.position);
}

/** What an entry says against a head that was kept elsewhere. */
export function faultAgainst(stored: ChainHead | undefined, entry: ChainHead): ChainFault | undefined {
  if (stored?.position !== entry.position || stored.hash === entry.hash) return undefined;
  const detail = `entry ${entry.position} is not the one that the stored head names: the log was rewritten from there or from before`;
  return { position: entry.position, kind: 'rewritten', detail };
}

/** Entries from `position` on are gone, although there were some up to `until`. */
export function cut(position: number, until: number): ChainFault {
  return { position, kind: 'cut', detail: `the end is cut off: entries ${position} to ${until} are not there` };
}

/** Values are those of the hash, or were erased with their salt. */
function hasItsValues({ detail, detail_salt: salt, detail_hash: hash, erased }: ChainedRow): boolean {
  if (detail === null || salt === null) return detail === salt && (hash === null || erased === 1);
  return hash === detailHashOf(salt, detail);
}

function removed(position: number): ChainFault {
  return { position, kind: 'removed', detail: `entry ${position} is not there` };
}

function changed(position: number): ChainFault {
  const detail = `entry ${position} is not the one that was written there: it was changed, inserted or moved`;
  return { position, kind: 'changed', detail };
}

function valuesChanged(position: number): ChainFault {
  const detail = `the values of entry ${position} were changed, or taken out without an erasure`;
  return { position, kind: 'values', detail };
}

/** The head says that the log ends elsewhere than with this entry. */
export function notTheHead(position: number): ChainFault {
  return { position, kind: 'head', detail: `entry ${position} is not where the head says that the log ends` };
}
