import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import { expiredCursor, invalidCount, invalidCursor } from '../errors.js';
import type { ListQuery } from './list-query.js';

/** How long a cursor is good for, in seconds, as ServiceProviderConfig says in `pagination.cursorTimeout` (RFC 9865 §4). */
export const cursorTimeoutSeconds = 3_600;

/** The value by which a resource is ordered; null where it has none, or where nothing was asked of the order. */
export type SortValue = string | number | null;

/** Behind which resource a page begins, and how many resources the first page counted. */
export interface CursorPosition {
  readonly key: SortValue;
  readonly id: string;
  readonly totalResults: number;
}

/** What a cursor belongs to: it opens for no other scope, query or page size. */
export interface CursorBinding {
  /** 256 bits. */
  readonly secret: Buffer;
  /** Names the client and the units that the caller reaches. */
  readonly scope: string;
  /** The digest of the query. */
  readonly query: string;
  readonly count: number;
  readonly nowMs: number;
}

type Content = readonly [issuedMs: number, count: number, query: string, total: number, id: string, key: SortValue];

const cipher = 'aes-256-gcm';
const nonceLength = 12;
const tagLength = 16;
// A URL of 16 kB is the most that Node takes; ours are shorter by far, as sort values are cut.
const form = /^[A-Za-z0-9_-]{40,8192}$/;

/** A digest of what a query selects and of its order; letter case and spaces that mean nothing do not change it. */
export function digestQuery({ selections, order }: ListQuery): string {
  const parts = selections.map(({ type, filter, sort }) => [type.name, filter ?? null, sort?.text ?? null]);
  const text = JSON.stringify([order, parts], (name, value: unknown) => (isNamed(name, value) ? nameOf(value) : value));
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

// Paths and attributes stand for themselves by their names; the rest of them is the schema's.
function isNamed(name: string, value: unknown): value is object {
  return (name === 'path' || name === 'subAttribute') && typeof value === 'object' && value !== null;
}

function nameOf(value: object): unknown {
  return 'text' in value ? value.text : 'name' in value ? value.name : undefined;
}

/**
 * Seals a position into a URL-safe text that tells a client nothing and that only this service can make (RFC 9865 §5.2).
 * The nonce is the HMAC-SHA-256 of all that is sealed, so that the same position gives the same text and no nonce is ever
 * used for two.
 */
export function sealCursor(binding: CursorBinding, { id, key, totalResults }: CursorPosition): string {
  const content: Content = [binding.nowMs, binding.count, binding.query, totalResults, id, key];
  const plain = Buffer.from(JSON.stringify(content));
  const nonce = derive(binding.secret, 'nonce', binding.scope, plain).subarray(0, nonceLength);
  const sealing = createCipheriv(cipher, derive(binding.secret, 'key'), nonce).setAAD(Buffer.from(binding.scope));
  const sealed = Buffer.concat([sealing.update(plain), sealing.final()]);
  return Buffer.concat([nonce, sealing.getAuthTag(), sealed]).toString('base64url');
}

/**
 * Opens a cursor. Throws `invalidCursor` for one that was not made here, for this scope and this query, `expiredCursor` for
 * one that is too old, `invalidCount` when the page size has changed (RFC 9865 §2.1).
 */
export function openCursor(binding: CursorBinding, text: string): CursorPosition {
  const content = unseal(binding, text);
  // One text for all of them: it must not tell whose cursor it was (RFC 9865 §5.2).
  if (content?.[2] !== binding.query) throw invalidCursor('the cursor is not one of this query');
  const [issuedMs, count, , totalResults, id, key] = content;
  if (binding.nowMs - issuedMs > cursorTimeoutSeconds * 1_000) throw expiredCursor('the cursor has expired');
  if (count !== binding.count) throw invalidCount('count must stay what it was for the first page');
  return { totalResults, id, key };
}

function unseal({ secret, scope }: CursorBinding, text: string): Content | undefined {
  if (!form.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  // The decoder passes over bits that stand for nothing, and a cursor has one text alone.
  if (bytes.toString('base64url') !== text) return undefined;
  const opening = createDecipheriv(cipher, derive(secret, 'key'), bytes.subarray(0, nonceLength), {
    authTagLength: tagLength,
  });
  opening.setAAD(Buffer.from(scope)).setAuthTag(bytes.subarray(nonceLength, nonceLength + tagLength));
  try {
    const plain = Buffer.concat([opening.update(bytes.subarray(nonceLength + tagLength)), opening.final()]);
    // It was sealed here, or it would not have opened.
    return JSON.parse(plain.toString('utf8')) as Content;
  } catch {
    return undefined;
  }
}

function derive(secret: Buffer, ...parts: readonly (string | Buffer)[]): Buffer {
  const hmac = createHmac('sha256', secret);
  // The length before each part keeps one from running into the next.
  for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:`).update(part);
  return hmac.digest();
}
