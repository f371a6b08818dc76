import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

// muster_<public id: 16 hex>_<secret: 256 bits, base64url><checksum: 6 hex of the SHA-256 of all before it>
const tokenForm = /^muster_([0-9a-f]{16})_([A-Za-z0-9_-]{43})([0-9a-f]{6})$/;

/** A token that was minted now; `text` is shown once and never kept. */
export interface Mint {
  readonly text: string;
  readonly publicId: string;
  readonly secretHash: string;
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 6);
}

/** The SHA-256 of a secret of 256 random bits, in hex; slow hashing would add nothing to it. */
function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Makes a new token, or a new secret for the one with this public id. */
export function mintSecret(publicId = randomBytes(8).toString('hex')): Mint {
  const secret = randomBytes(32).toString('base64url');
  const head = `muster_${publicId}_${secret}`;
  return { text: head + checksum(head), publicId, secretHash: hashSecret(secret) };
}

/** Splits a token; undefined when it cannot be one of ours, which needs no look-up to say. */
export function readSecret(text: string): { readonly publicId: string; readonly secret: string } | undefined {
  const [, publicId, secret, sum] = tokenForm.exec(text) ?? [];
  if (publicId === undefined || secret === undefined) return undefined;
  return checksum(`muster_${publicId}_${secret}`) === sum ? { publicId, secret } : undefined;
}

/** Whether the secret is the one whose hash is kept, in constant time. */
export function isSecret(secret: string, secretHash: string): boolean {
  const given = Buffer.from(hashSecret(secret), 'hex');
  const kept = Buffer.from(secretHash, 'hex');
  return given.length === kept.length && timingSafeEqual(given, kept);
}
