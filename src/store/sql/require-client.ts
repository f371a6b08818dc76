import { isText, readSql, splitAt, wordOf, type SqlToken } from './sql-tokens.js';
import { readSources, type Source } from './sql-sources.js';

/** A statement that does not bind the client in each tenant table it names: a bug that must not reach the database. */
export class UnscopedStatement extends Error {
  override readonly name = 'UnscopedStatement';
}

/** The tables of tenants, and the column of each that says whose the row is. */
export const tenantTables: ReadonlyMap<string, string> = new Map([
  ['clients', 'id'],
  ...[
    'units',
    'unit_sets',
    'users',
    'resource_counts',
    'value_index',
    'credentials',
    'groups',
    'memberships',
    'nestings',
    'tokens',
    'token_units',
    'changes',
    'change_heads',
    'client_roles',
    'import_marks',
    'objects',
    'permissions',
    'collaboration_groups',
    'services',
    'connected_services',
    'invitations',
    'invitation_groups',
  ].map((table) => [table, 'client_id'] as const),
]);

/** Of those, the tables that the platform reads before it knows a client, or for its operators. */
const platformTables: ReadonlySet<string> = new Set(['clients', 'tokens']);

interface Clause {
  readonly name: string;
  readonly tokens: readonly SqlToken[];
}

type Tokens = readonly SqlToken[];

const starts = ['select', 'insert', 'update', 'delete', 'with', 'values'];
const clauseWords = new Set(
  'select insert into values set delete from where group having order limit offset returning for window do'.split(' '),
);

/**
 * Throws `UnscopedStatement` unless every tenant table of the statement is bound to `:client`: one that is read, changed or
 * deleted from by a condition that every row must meet, in its own select; one that is written to in its first column.
 */
export function requireClient(text: string): void {
  try {
    const tokens = readSql(text);
    if (!startsBlock(tokens)) throw new SyntaxError('not a statement about rows');
    checkBlock(tokens);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UnscopedStatement(`${error.message}, in: ${text}`, { cause: error });
  }
}

/** Throws `UnscopedStatement` when a statement of the platform names a table that is a tenant's alone. */
export function requirePlatform(text: string): void {
  if (text.includes('/*') || text.includes('--')) throw new UnscopedStatement(`a comment, in: ${text}`);
  const words = text.toLowerCase().match(/[a-z_]\w*/g) ?? [];
  const named = words.find((word) => tenantTables.has(word) && !platformTables.has(word));
  if (named !== undefined) throw new UnscopedStatement(`${named} is a tenant's, in: ${text}`);
}

function startsBlock(tokens: Tokens): boolean {
  return starts.includes(wordOf(tokens[0]) ?? '');
}

/** A whole statement or a subquery: branches of a UNION and the like, each judged by itself. */
function checkBlock(tokens: Tokens): void {
  const branches = splitAt(tokens, (token) => ['union', 'intersect', 'except'].some((word) => isText(token, word)));
  for (const branch of branches) checkBranch(readClauses(branch), branches.length === 1);
}

function readClauses(tokens: Tokens): readonly Clause[] {
  const clauses: { name: string; tokens: SqlToken[] }[] = [{ name: 'head', tokens: [] }];
  tokens.forEach((token, index) => {
    const name = clauseStart(tokens, index);
    if (name === undefined) clauses.at(-1)?.tokens.push(token);
    else clauses.push({ name, tokens: [] });
  });
  return clauses;
}

function clauseStart(tokens: Tokens, index: number): string | undefined {
  const word = wordOf(tokens[index]) ?? '';
  const previous = tokens[index - 1];
  if (word === 'on') return isText(tokens[index + 1], 'conflict') ? 'conflict' : undefined;
  // FOR UPDATE, FOR NO KEY UPDATE and DO UPDATE begin nothing of their own.
  if (word === 'update') return ['for', 'key', 'do'].includes(wordOf(previous) ?? '') ? undefined : 'update';
  if (word === 'from' && isText(previous, 'distinct')) return undefined;
  return clauseWords.has(word) ? word : undefined;
}

function checkBranch(clauses: readonly Clause[], isAlone: boolean): void {
  const sources = clauses.flatMap(({ name, tokens }) =>
    name === 'from' || name === 'update' ? readSources(tokens) : [],
  );
  const conditions = conjuncts(whereOf(clauses));
  for (const source of sources) {
    requireBound(source, sources, conditions);
    checkMentions({ name: 'on', tokens: source.on });
  }
  checkInsert(clauses, sources, isAlone);
  for (const clause of clauses) checkMentions(clause);
  for (const { name, tokens } of clauses) if (name === 'set') checkAssignments(tokens);
}

/** The condition on the rows of the branch; one that belongs to ON CONFLICT does not restrict them. */
function whereOf(clauses: readonly Clause[]): Tokens {
  const end = clauses.findIndex(({ name }) => name === 'conflict');
  return clauses.slice(0, end === -1 ? undefined : end).find(({ name }) => name === 'where')?.tokens ?? [];
}

/** The conditions that all hold; none are known where an OR stands beside them. */
function conjuncts(tokens: Tokens): readonly Tokens[] {
  if (tokens.some((token) => isText(token, 'or'))) return [];
  const closesBetween = new Set<number>();
  let isBetween = false;
  tokens.forEach((token, index) => {
    if (isText(token, 'and') && isBetween) closesBetween.add(index);
    if (isText(token, 'between')) isBetween = true;
    else if (isText(token, 'and')) isBetween = false;
  });
  return splitAt(tokens, (token, index) => isText(token, 'and') && !closesBetween.has(index));
}

function requireBound(source: Source, sources: readonly Source[], conditions: readonly Tokens[]): void {
  const column = tenantTables.get(source.table ?? '');
  if (column === undefined) return;
  const own = conjuncts(source.on);
  const bound = [...conditions, ...own].some((condition) =>
    bindsClient(condition, source, column, sources.length === 1),
  );
  if (!bound) throw new SyntaxError(`${source.table ?? ''} is not bound to the client`);
}

function bindsClient(condition: Tokens, source: Source, column: string, isOnly: boolean): boolean {
  const [last, equals] = [condition.at(-1), condition.at(-2)];
  if (last?.kind !== 'client' || !isText(equals, '=')) return false;
  const [first, dot, second, ...rest] = condition.slice(0, -2);
  if (dot === undefined) return isOnly && isText(first, column);
  return rest.length === 0 && isText(first, source.name) && isText(dot, '.') && isText(second, column);
}

/** What is written into a tenant's table is the client's: the first column of each row. */
function checkInsert(clauses: readonly Clause[], sources: readonly Source[], isAlone: boolean): void {
  const at = clauses.findIndex(({ name }) => name === 'into');
  if (at === -1) return;
  const [table, columns, ...others] = clauses[at]?.tokens ?? [];
  const column = tenantTables.get(wordOf(table) ?? '');
  const isPlain = clauses[at - 1]?.name === 'insert' && clauses[at - 1]?.tokens.length === 0 && isAlone;
  if (!isPlain || others.length > 0) throw new SyntaxError('an INSERT of another form');
  if (column === undefined) return;
  const named = columns?.kind === 'group' && isText(columns.tokens[0], column);
  if (!named || !rowsOf(clauses[at + 1], sources)) {
    throw new SyntaxError(`rows of ${wordOf(table) ?? ''} are not bound to the client`);
  }
  const target = clauses.find(({ name }) => name === 'conflict')?.tokens[1];
  const isUpdate = clauses.some(({ name, tokens }) => name === 'do' && isText(tokens[0], 'update'));
  const meetsOwn = target?.kind === 'group' && isText(target.tokens[0], column);
  if (isUpdate && !meetsOwn) throw new SyntaxError('ON CONFLICT may meet the row of another client');
}

function rowsOf(clause: Clause | undefined, sources: readonly Source[]): boolean {
  if (clause?.name === 'values') {
    const rows = splitAt(clause.tokens, (token) => isText(token, ','));
    return rows.every(
      ([row, ...more]) =>
        more.length === 0 && row?.kind === 'group' && row.tokens[0]?.kind === 'client' && isText(row.tokens[1], ','),
    );
  }
  if (clause?.name !== 'select') return false;
  const [value = []] = splitAt(clause.tokens, (token) => isText(token, ','));
  const [first, dot, column, ...more] = isText(value[0], 'distinct') ? value.slice(1) : value;
  if (first?.kind === 'client') return dot === undefined;
  const source = sources.find(({ name }) => isText(first, name));
  return more.length === 0 && isText(dot, '.') && isText(column, tenantTables.get(source?.table ?? '') ?? '');
}

/** A row never changes hands. */
function checkAssignments(tokens: Tokens): void {
  for (const [target] of splitAt(tokens, (token) => isText(token, ','))) {
    if (target?.kind !== 'word' || target.text === 'client_id') throw new SyntaxError('an assignment to the client');
  }
}

/** A tenant table's name stands nowhere else than where tables are read, before a dot, or as the name of a result. */
function checkMentions({ name, tokens }: Clause): void {
  const readsTables = name === 'from' || name === 'update' || name === 'into';
  tokens.forEach((token, index) => {
    if (token.kind === 'group') checkGroup(token.tokens);
    if (readsTables || !tenantTables.has(wordOf(token) ?? '')) return;
    const isResult = name === 'select' && isText(tokens[index - 1], 'as');
    if (!isResult && !isText(tokens[index + 1], '.')) throw new SyntaxError('a tenant table in an unknown place');
  });
}

function checkGroup(tokens: Tokens): void {
  if (startsBlock(tokens)) checkBlock(tokens);
  else checkMentions({ name: 'group', tokens });
}
