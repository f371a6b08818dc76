import type { Connection } from '../../src/store/database/connection.js';
import type { RecordedStatement } from './recorded-database.js';

/** A node of a plan as EXPLAIN writes it in JSON. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** What a statement does to the tables. */
export interface TableUse {
  /** Rows that were read from tables and indexes, those that a filter then passed over included. */
  readonly rows: number;
  /** Tables that were read from end to end. */
  readonly scanned: readonly string[];
}

function nodesOf(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

function rowsOf(node: PlanNode): number {
  if (node['Relation Name'] === undefined || !node['Node Type'].endsWith('Scan')) return 0;
  const seen =
    (node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  return seen * (node['Actual Loops'] ?? 1);
}

function useOf(plan: PlanNode): TableUse {
  const nodes = nodesOf(plan);
  return {
    rows: nodes.reduce((total, node) => total + rowsOf(node), 0),
    scanned: nodes.flatMap((node) => (node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? ''] : [])),
  };
}

async function explain(
  connection: Connection,
  options: string,
  { text, bindings }: RecordedStatement,
): Promise<TableUse> {
  const [row] = await connection.all<{ 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }] }>(
    `explain (${options}, format json) ${text}`,
    bindings,
  );
  if (row === undefined) throw new Error('EXPLAIN gives a row');
  return useOf(row['QUERY PLAN'][0].Plan);
}

/** Runs a statement to count what it reads, and takes back what it writes. */
export async function measureUse(connection: Connection, statement: RecordedStatement): Promise<TableUse> {
  if (!/^\s*(insert|update|delete)\b/.test(statement.text)) return explain(connection, 'analyze, buffers', statement);
  await connection.run('savepoint measured');
  const use = await explain(connection, 'analyze, buffers', statement);
  await connection.run('rollback to savepoint measured');
  return use;
}

/** The use that a prepared statement is planned for when it has run often, whatever is bound; nothing is counted. */
export function genericUse(connection: Connection, statement: RecordedStatement): Promise<TableUse> {
  return explain(connection, 'generic_plan', statement);
}
