import { isUtf8 } from 'node:buffer';
import { invalidSyntax } from '../errors.js';
import { checkJson } from './check-json.js';

/**
 * Reads a JSON text strictly (RFC 8259). Throws `invalidSyntax` for an empty body, invalid UTF-8, a byte order mark,
 * NUL, text after the value, nesting deeper than 64, a name given twice in one object whatever its letter case, and the
 * name `__proto__`. The message names the fault and the offset and never shows the body. Takes linear time.
 */
export function readJson(bytes: Buffer): unknown {
  const value: unknown = JSON.parse(checkedText(bytes));
  return value;
}

/** The text of a body that `readJson` would read: it can be parsed. Throws as `readJson` does. */
export function checkedText(bytes: Buffer): string {
  if (bytes.length === 0) throw invalidSyntax('the body is empty');
  if (!isUtf8(bytes)) throw invalidSyntax(`the body is not UTF-8 at byte ${firstInvalidByte(bytes)}`);
  const text = bytes.toString('utf8');
  checkJson(text);
  return text;
}

// Decoding replaces an invalid sequence, so the bytes differ from there on.
function firstInvalidByte(bytes: Buffer): number {
  const replaced = Buffer.from(bytes.toString('utf8'));
  let offset = 0;
  while (offset < bytes.length && bytes[offset] === replaced[offset]) offset += 1;
  return offset;
}
