import { invalidSyntax } from '../errors.js';

/** The deepest nesting of objects and lists that is accepted. */
export const maxJsonDepth = 64;

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const literal = /true|false|null/y;
const hexFour = /[0-9A-Fa-f]{4}/y;

/**
 * Checks that a text is one JSON value that is safe to parse: the grammar of RFC 8259, `maxJsonDepth`, no NUL in a
 * string, no name twice in one object whatever its letter case, no `__proto__`. Throws `invalidSyntax` with the offset
 * in characters. One pass, linear time.
 */
export function checkJson(text: string): void {
  if (text.startsWith('\ufeff')) throw fault('a byte order mark is not allowed', 0);
  const end = skipSpace(text, checkValue(text, skipSpace(text, 0), 0));
  if (end < text.length) throw fault('text after the JSON value', end);
}

// Each function below takes the offset at which its part begins and gives the offset behind it.

function checkValue(text: string, at: number, depth: number): number {
  switch (text.charCodeAt(at)) {
    case quote:
      return checkString(text, at);
    case openBrace:
      return checkObject(text, at, depth + 1);
    case openBracket:
      return checkList(text, at, depth + 1);
    default:
      return match(literal, text, at) ?? match(number, text, at) ?? fail('a value is expected', at);
  }
}

function checkObject(text: string, start: number, depth: number): number {
  if (depth > maxJsonDepth) throw fault(`nested deeper than ${maxJsonDepth}`, start);
  let at = skipSpace(text, start + 1);
  if (text.charCodeAt(at) === closeBrace) return at + 1;
  const names = new Set<string>();
  for (;;) {
    if (text.charCodeAt(at) !== quote) throw fault('a name in double quotes is expected', at);
    const end = checkString(text, at);
    checkName(text.slice(at + 1, end - 1), names, at);
    at = skipSpace(text, end);
    if (text.charCodeAt(at) !== colon) throw fault('a colon is expected', at);
    at = skipSpace(text, checkValue(text, skipSpace(text, at + 1), depth));
    const next = text.charCodeAt(at);
    if (next === closeBrace) return at + 1;
    if (next !== comma) throw fault('a comma or } is expected', at);
    at = skipSpace(text, at + 1);
  }
}

function checkList(text: string, start: number, depth: number): number {
  if (depth > maxJsonDepth) throw fault(`nested deeper than ${maxJsonDepth}`, start);
  let at = skipSpace(text, start + 1);
  if (text.charCodeAt(at) === closeBracket) return at + 1;
  for (;;) {
    at = skipSpace(text, checkValue(text, at, depth));
    const next = text.charCodeAt(at);
    if (next === closeBracket) return at + 1;
    if (next !== comma) throw fault('a comma or ] is expected', at);
    at = skipSpace(text, at + 1);
  }
}

// Attribute names are case-insensitive (RFC 7643 §2.1), so names that differ in letter case only are one name.
function checkName(raw: string, names: Set<string>, at: number): void {
  const name = (raw.includes('\\') ? unescaped(raw) : raw).toLowerCase();
  if (name === '__proto__') throw fault('the name __proto__ is not allowed', at);
  if (names.has(name)) throw fault('a name is given twice in one object', at);
  names.add(name);
}

// Called with the inside of a string that has been checked.
function unescaped(raw: string): string {
  return String(JSON.parse(`"${raw}"`));
}

function checkString(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === backslash) at = checkEscape(text, at);
    else if (code >= 0x20) at += 1;
    else if (at >= text.length) throw fault('the string has no end', start);
    else throw fault(code === 0 ? 'NUL is not allowed' : 'a control character is not allowed in a string', at);
  }
}

function checkEscape(text: string, at: number): number {
  const letter = text.charAt(at + 1);
  if (letter !== 'u') {
    return letter !== '' && '"\\/bfnrt'.includes(letter) ? at + 2 : fail('the escape is not known', at);
  }
  const end = match(hexFour, text, at + 2) ?? fail('the escape needs four hexadecimal digits', at);
  if (text.startsWith('0000', at + 2)) throw fault('NUL is not allowed', at);
  return end;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at += 1;
  }
}

function match(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function fail(what: string, at: number): never {
  throw fault(what, at);
}

function fault(what: string, at: number): Error {
  return invalidSyntax(`the body is not acceptable JSON: ${what} (offset ${at})`);
}
