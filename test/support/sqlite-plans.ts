import type { Connection } from '../../src/store/database/connection.js';
import type { RecordedStatement } from './recorded-database.js';

/** Columns that, together with the client, leave few rows of a table. */
const narrowing: Readonly<Record<string, readonly string[]>> = {
  users: ['id', 'user_name_key', 'external_id'],
  groups: ['id', 'display_name_key', 'external_id'],
  value_index: ['key'],
  memberships: ['user_id'],
  nestings: ['child_id'],
  changes: ['position'],
  credentials: ['user_id'],
  tokens: ['id', 'user_id'],
  permissions: ['group_id', 'object_id'],
};

const mention = new RegExp(
  String.raw`\b(?:from|join|update|into)\s+(${Object.keys(narrowing).join('|')})\b(?:\s+(?!on\b|where\b|set\b|cross\b)([a-z]\w*))?`,
  'g',
);

/** An index that holds one row of a client. */
const oneRow = 'INDEX groups_client_admins ';

/** The large tables of a statement by the name under which its plan speaks of them. */
function tablesByName(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(mention)].map(([, table = '', alias]) => [alias ?? table, table]));
}

/** A step of a plan; steps of the same query have the same parent. */
export interface PlanStep {
  readonly parent: number;
  readonly detail: string;
}

/** Reads the plan of a statement as SQLite would run it now. */
export function readSqlitePlan(connection: Connection, statement: RecordedStatement): Promise<readonly PlanStep[]> {
  return connection.all<PlanStep>(`explain query plan ${statement.text}`, statement.bindings);
}

/** The steps of a plan that touch more rows the larger the client, or the group, is. */
export function unboundedSteps({ text }: RecordedStatement, plan: readonly PlanStep[]): readonly string[] {
  const tables = tablesByName(text);
  const unbounded = plan.filter((step) => {
    const [, verb, name = '', rest = ''] = /^(SCAN|SEARCH) (\S+)(.*)$/.exec(step.detail) ?? [];
    const table = tables.get(name);
    if (table === undefined) return false;
    if (verb === 'SCAN') return true;
    const compared = [...rest.matchAll(/(\w+)[=<>]\?/g)].map(([, column]) => column);
    const isNarrow = rest.includes(oneRow) || (narrowing[table] ?? []).some((column) => compared.includes(column));
    if (isNarrow || readsOneEnd(text, name)) return false;
    return !(isLimited(text, name) && givesOrder(plan, step));
  });
  return unbounded.map(({ detail }) => detail);
}

/** The greatest value of an index is its last entry; SQLite reads that one alone. */
function readsOneEnd(text: string, name: string): boolean {
  return new RegExp(
    String.raw`\(select coalesce\(max\(${name}\.\w+\), 0\) \+ 1 from \w+ ${name} where ${name}\.client_id = \?\)`,
  ).test(text);
}

/** Whether the query that reads a table under this name ends with a limit. */
function isLimited(text: string, name: string): boolean {
  const isInner = new RegExp(String.raw`from \w+ ${name}\b[^()]* limit \?\)`).test(text);
  return isInner || new RegExp(String.raw`^select [^()]* from \w+ ${name}\b.* limit 1$`, 's').test(text);
}

/** Whether a query has its order from its indexes, so that it ends as soon as it has enough. */
function givesOrder(plan: readonly PlanStep[], { parent }: PlanStep): boolean {
  return !plan.some((step) => step.parent === parent && step.detail.startsWith('USE TEMP B-TREE'));
}
