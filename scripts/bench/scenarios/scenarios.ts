import { sizeLabel, type SeededDatabase } from '../seed.js';
import { importPeople } from './import-people.js';
import { start } from './start.js';
import type { Outcome, Scenario } from './scenario.js';
import { walk } from './walk.js';
import { groupWriters } from './writers.js';

const scenarios: readonly Scenario[] = [start, walk, groupWriters, importPeople];

/** Runs all scenarios on a database, one after the other. */
export async function runScenarios(
  database: SeededDatabase,
  patience: number,
  progress: (text: string) => void,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { name, run } of scenarios) {
    progress(`${name}, ${database.kind}, ${sizeLabel(database)} users`);
    const figures = await run(database, patience);
    outcomes.push({ scenario: name, database: database.kind, size: sizeLabel(database), figures });
  }
  return outcomes;
}
