import { randomUUID } from 'node:crypto';
import { nowInstant } from '../../clock.js';
import { detailHashOf } from './change-chain.js';
import type { TenantTables } from '../tenant/tenant-tables.js';

/** Who does something: a token, a person at the command line, or the service itself. */
export interface Actor {
  readonly kind: 'token' | 'operator' | 'service';
  /** The token's id, or the name of the account or part that acts. */
  readonly id: string;
  readonly requestId: string;
}

/** What is done to a thing, as the log calls it. */
export const changeActions = [
  'create',
  'update',
  'delete',
  'revive',
  'end',
  'activate',
  'deactivate',
  'mint',
  'rotate',
  'revoke',
  'erase',
] as const;

/** What the log tells of. */
export const changedTypes = ['User', 'Group', 'Client', 'Unit', 'Token', 'Service', 'Invitation'] as const;

/** A value that changed; absent where there was, or is, none. */
export interface ValueChange {
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What became of each attribute, by canonical path. */
export type ChangeDetail = Readonly<Record<string, ValueChange>>;

/** What the log says of one write. It holds no secret: neither a password nor a token, nor a hash of one. */
export interface ChangeEntry {
  readonly action: (typeof changeActions)[number];
  readonly resourceType: (typeof changedTypes)[number];
  readonly resourceId: string;
  readonly version?: number;
  /** Canonical paths of the attributes that changed. */
  readonly attributes?: readonly string[];
  /** The set of units that the thing is in after the write: the scope rule for the entry. In none unless given. */
  readonly unitSet?: string;
  /** The values of those attributes, where they may be told. */
  readonly detail?: ChangeDetail;
  readonly members?: { readonly added: readonly string[]; readonly removed: readonly string[] };
}

/** Appends an entry in the transaction of the write that it tells of, when that has written everything else. */
export async function appendChange(tables: TenantTables, actor: Actor, entry: ChangeEntry): Promise<void> {
  const { text, salt, hash } = sealDetail(entry.detail);
  tables.append({
    chained: [
      nowInstant(),
      actor.kind,
      actor.id,
      actor.requestId,
      entry.action,
      entry.resourceType,
      entry.resourceId,
      entry.version ?? null,
      JSON.stringify(entry.attributes ?? []),
      JSON.stringify(entry.members ?? {}),
      entry.unitSet ?? '',
      hash,
    ],
    erasable: [text, salt],
  });
}

/**
 * The values as text, a salt, and the hash of both. When values are erased, salt and text go and the hash stays; the salt keeps
 * anybody from guessing the values by their hash.
 */
function sealDetail(detail: ChangeDetail | undefined): Readonly<Record<'text' | 'salt' | 'hash', string | null>> {
  if (detail === undefined || Object.keys(detail).length === 0) return { text: null, salt: null, hash: null };
  const text = JSON.stringify(detail);
  // Of random bytes in stock, which is several times faster than to ask for new ones.
  const salt = randomUUID();
  return { text, salt, hash: detailHashOf(salt, text) };
}
