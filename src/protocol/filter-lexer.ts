export type TokenKind = 'word' | 'string' | 'number' | '(' | ')' | '[' | ']' | 'end';

/** A piece of a filter. `text` is the piece as written; positions count characters from 0. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly position: number;
  readonly end: number;
  /** Whether white space, or the beginning of the text, stands before it. */
  readonly spaced: boolean;
}

/** Makes the error for a fault at a position of the text. */
export type Fault = (what: string, position: number) => Error;

const spaces = /[ \t\r\n]*/y;
// Attribute paths, operators and JSON literals; URNs bring dots, digits and colons, `$ref` the dollar.
const words = /[A-Za-z$.][\w.:$/%~-]*/y;
const numbers = /[-+\d][\w.+-]*/y;
const brackets: ReadonlySet<string> = new Set(['(', ')', '[', ']']);

/** Reads the token that begins at or after `from`. Each character is looked at once. */
export function readToken(text: string, from: number, fault: Fault): Token {
  const position = matchEnd(spaces, text, from);
  const spaced = position > from || from === 0;
  const token = (kind: TokenKind, end: number): Token => ({
    kind,
    text: text.slice(position, end),
    position,
    end,
    spaced,
  });
  const character = text[position];
  if (character === undefined) return token('end', position);
  // The set holds these four characters only, and each is a kind of its own.
  if (brackets.has(character)) return token(character as TokenKind, position + 1);
  if (character === '"') return token('string', stringEnd(text, position, fault));
  const wordEnd = matchEnd(words, text, position);
  if (wordEnd > position) return token('word', wordEnd);
  const numberEnd = matchEnd(numbers, text, position);
  if (numberEnd > position) return token('number', numberEnd);
  throw fault(`unexpected character ${JSON.stringify(character)}`, position);
}

function matchEnd(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : from;
}

function stringEnd(text: string, position: number, fault: Fault): number {
  for (let at = position + 1; at < text.length; at += 1) {
    if (text[at] === '"') return at + 1;
    if (text[at] === '\\') at += 1;
  }
  throw fault('a string is not closed', position);
}
