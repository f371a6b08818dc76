/** A statement as far as its structure goes: what stands in parentheses, or between `case` and `end`, is a group. */
export type SqlToken =
  | { readonly kind: 'word' | 'symbol'; readonly text: string }
  | { readonly kind: 'value' | 'client' }
  | { readonly kind: 'group'; readonly tokens: readonly SqlToken[] };

const forms =
  /\s+|(?<word>[a-z_]\w*)|(?<client>:client\b)|(?<value>'[^'?\\]*'|\d+(?:\.\d+)?|\?)|(?<symbol>::|[-#]>>?|\|\||[<>!]=|<>|"C"|[-+*/%<>=,.()])/giy;
const refused = /--|\/\*|;|\\/;

/**
 * Splits one statement of ours; words are in lower case. Throws `SyntaxError` for what our statements never hold: comments,
 * a second statement, quoted names, other named parameters, a placeholder inside a literal.
 */
export function readSql(text: string): readonly SqlToken[] {
  if (refused.test(text)) throw new SyntaxError('a comment, a backslash or a second statement');
  const open: SqlToken[][] = [[]];
  for (let position = 0; position < text.length; position = forms.lastIndex) {
    forms.lastIndex = position;
    const match = forms.exec(text);
    if (match === null) throw new SyntaxError(`cannot be read at ${position}`);
    const token = tokenOf(match.groups ?? {});
    if (token !== undefined) place(token, open);
  }
  const [tokens] = open;
  if (tokens === undefined || open.length !== 1) throw new SyntaxError('a group is not closed');
  return tokens;
}

function tokenOf({ word, client, value, symbol }: Readonly<Record<string, string | undefined>>): SqlToken | undefined {
  if (word !== undefined) return { kind: 'word', text: word.toLowerCase() };
  if (client !== undefined) return { kind: 'client' };
  if (value?.includes(':client') === true) throw new SyntaxError('the client in a literal');
  if (value !== undefined) return { kind: 'value' };
  return symbol === undefined ? undefined : { kind: 'symbol', text: symbol };
}

function place(token: SqlToken, open: SqlToken[][]): void {
  if (isText(token, '(') || isText(token, 'case')) {
    open.push([]);
    return;
  }
  if (!isText(token, ')') && !isText(token, 'end')) {
    open.at(-1)?.push(token);
    return;
  }
  const tokens = open.pop();
  const around = open.at(-1);
  if (tokens === undefined || around === undefined) throw new SyntaxError('a group was not opened');
  around.push({ kind: 'group', tokens });
}

/** Whether a token is this word or symbol. */
export function isText(token: SqlToken | undefined, text: string): boolean {
  return token !== undefined && 'text' in token && token.text === text;
}

/** The text of a word; undefined for anything else. */
export function wordOf(token: SqlToken | undefined): string | undefined {
  return token?.kind === 'word' ? token.text : undefined;
}

/** The parts between separators that stand outside of groups. */
export function splitAt(
  tokens: readonly SqlToken[],
  isSeparator: (token: SqlToken, index: number) => boolean,
): readonly (readonly SqlToken[])[] {
  const parts: SqlToken[][] = [[]];
  tokens.forEach((token, index) => {
    if (isSeparator(token, index)) parts.push([]);
    else parts.at(-1)?.push(token);
  });
  return parts;
}
