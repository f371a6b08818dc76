import type { Fault, Token } from './filter-lexer.js';
import type { FilterLiteral } from './filter-tree.js';

const constants: ReadonlyMap<string, FilterLiteral> = new Map<string, FilterLiteral>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

// Neither can stand in a stored value: PostgreSQL has no NUL in a text, and UTF-8 has no half of a pair.
const unstorable = /[\0\p{Surrogate}]/u;

/** Reads a comparison value by the rules of JSON (RFC 7644 §3.4.2.2 compValue, RFC 7159). */
export function readLiteral(token: Token, fault: Fault): FilterLiteral {
  if (token.kind === 'string') return readString(token, fault);
  if (token.kind === 'number') return readNumber(token, fault);
  const constant = token.kind === 'word' ? constants.get(token.text) : undefined;
  if (constant === undefined)
    throw fault('expected a value: a string in double quotes, a number, true, false or null', token.position);
  return constant;
}

function readString(token: Token, fault: Fault): string {
  const value = parseJson(token.text);
  if (typeof value !== 'string') throw fault('the string is not a JSON string', token.position);
  if (unstorable.test(value)) throw fault('the string holds a character that no value can have', token.position);
  return value;
}

function readNumber(token: Token, fault: Fault): number {
  const value = parseJson(token.text);
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw fault('the number is not a JSON number', token.position);
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
