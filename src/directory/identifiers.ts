import { randomUUID } from 'node:crypto';
import { nowMs } from '../clock.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text may be the id of something here; anything else is the id of nothing. */
export function isIdentifier(text: string): boolean {
  return uuid.test(text);
}

/** What no id that was made since that instant stands before. */
export function earliestIdentifier(ms: number): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(ms, 0, 6);
  return textOf(bytes);
}

/** A new id: a UUID of version 7, so that rows that are made together lie together (RFC 9562 §5.7). */
export function newIdentifier(): string {
  const time = nowMs().toString(16).padStart(12, '0');
  // The random part of version 4, which Node makes of random bytes in stock.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

function textOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
