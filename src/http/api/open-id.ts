import type { z } from 'zod';

const longest = 4_096;
const alphabet = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** An OpenID from base64url or base64, padded or not: the text that it encodes in UTF-8. Adds an issue where it is neither. */
export function readOpenId(encoded: string, context: z.core.$RefinementCtx<string>): string {
  const text = encoded.length <= longest && alphabet.test(encoded) ? decode(encoded) : undefined;
  if (text !== undefined) return text;
  context.addIssue({ code: 'custom', message: 'must be an OpenID in base64' });
  return '';
}

function decode(encoded: string): string | undefined {
  const digits = encoded.replace(/=+$/, '');
  // A single digit is left over of no bytes.
  if (digits.length % 4 === 1) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(digits, 'base64'));
    return /\p{Cc}/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
