import { invalidValue } from '../../errors.js';

// Controls, line and paragraph separators, private use and noncharacters, and format characters but the two joiners that
// some scripts need: they cannot be seen, or not be told apart.
const disallowed = /[\p{Cc}\p{Zl}\p{Zp}\p{Co}]|(?![\u200c\u200d])\p{Cf}/u;

/**
 * Refuses a userName with characters that no PRECIS profile allows (RFC 7644 §5, RFC 7613 §3.2); how names are compared is
 * `fold`. Throws `invalidValue`.
 */
export function requireUsername(userName: string): void {
  if (disallowed.test(userName)) throw invalidValue('userName holds characters that cannot be seen');
}

/** A password as it is compared: spaces of every kind alike, composed characters (RFC 7644 §5, RFC 7613 §4.2). */
export function preparePassword(password: string): string {
  return password.replaceAll(/\p{Zs}/gu, ' ').normalize('NFC');
}
