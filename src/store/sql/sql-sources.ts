import { isText, wordOf, type SqlToken } from './sql-tokens.js';

/** What a FROM clause reads: a table, a function or a subquery. */
export interface Source {
  /** Undefined for a function or a subquery. */
  readonly table: string | undefined;
  /** The name under which its columns are known. */
  readonly name: string;
  /** The condition of the join that brings it in; it restricts this source and no other. */
  readonly on: readonly SqlToken[];
}

const joinWords = ['join', 'inner', 'left', 'outer', 'cross'];
const unsupported = ['right', 'full', 'natural', 'using', 'only', 'lateral'];

/** Reads the sources of a FROM clause, or the target of an UPDATE. Throws `SyntaxError` for a form that we do not use. */
export function readSources(tokens: readonly SqlToken[]): readonly Source[] {
  const items: SqlToken[][] = [[]];
  tokens.forEach((token, index) => {
    const word = wordOf(token) ?? '';
    // left(text, n) is a function.
    const isCall = tokens[index + 1]?.kind === 'group';
    if (unsupported.includes(word) && !(word === 'right' && isCall)) throw new SyntaxError(`${word} in a FROM clause`);
    const isJoin = joinWords.includes(word) && !(word === 'left' && isCall);
    if (isJoin || isText(token, ',')) items.push([]);
    else items.at(-1)?.push(token);
  });
  return items.filter((item) => item.length > 0).map(readSource);
}

function readSource(item: readonly SqlToken[]): Source {
  const end = item.findIndex((token) => isText(token, 'on'));
  const head = end === -1 ? item : item.slice(0, end);
  const on = end === -1 ? [] : item.slice(end + 1);
  const [first, second] = head;
  if (first?.kind === 'group') {
    if (!['select', 'with'].includes(wordOf(first.tokens[0]) ?? '')) throw new SyntaxError('a join in parentheses');
    return { table: undefined, name: aliasOf(head.slice(1)) ?? '', on };
  }
  const table = wordOf(first);
  if (table === undefined || isText(second, '.')) throw new SyntaxError('a table that is not named plainly');
  if (second?.kind === 'group') return { table: undefined, name: aliasOf(head.slice(2)) ?? table, on };
  const alias = aliasOf(head.slice(1));
  if (head.length > (isText(second, 'as') ? 3 : 2)) throw new SyntaxError('more than a table and its alias');
  return { table, name: alias ?? table, on };
}

function aliasOf(tokens: readonly SqlToken[]): string | undefined {
  return tokens.map(wordOf).find((word) => word !== undefined && !['as', 'with', 'ordinality'].includes(word));
}
