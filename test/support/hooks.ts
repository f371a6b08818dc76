import fc from 'fast-check';
import { constants } from 'node:os';
import type { Context, RootHookObject, Suite } from 'mocha';
import { removeAllPostgres } from './postgres.js';
import { chooseSeed, randomNumbers, shuffleSuite } from './random-order.js';
import { crossesClients, migrationStatements, seenStatements, watchDrivers } from './seen-statements.js';

const seed = chooseSeed(process.env['MOCHA_SEED']);

function rootOf(suite: Suite): Suite {
  return suite.parent === undefined ? suite : rootOf(suite.parent);
}

// Properties draw their cases from the same seed, so that it repeats them too.
if (seed !== 0) fc.configureGlobal({ seed });

watchDrivers();

async function refuseCrossing(): Promise<void> {
  const migrations = await migrationStatements();
  const ours = seenStatements().filter(({ text }) => !migrations.has(text));
  const crossing = ours.flatMap((statement) => crossesClients(statement) ?? []);
  if (crossing.length > 0) throw new Error(`statements that cross clients:\n${crossing.join('\n')}`);
}

/** What every run does first and last: a random order, no statement about two clients, and no server left behind. */
export const mochaHooks: RootHookObject = {
  beforeAll(this: Context) {
    const suite = this.test?.parent;
    if (suite === undefined || seed === 0) return;
    console.log(`  MOCHA_SEED=${seed} repeats this order and what is drawn at random`);
    shuffleSuite(rootOf(suite), randomNumbers(seed));
  },
  async afterAll(this: Context) {
    this.timeout(180_000);
    await removeAllPostgres();
    await refuseCrossing();
  },
};

// Ctrl-C and a stopped job end before any hook runs.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    void removeAllPostgres().finally(() => process.exit(128 + constants.signals[signal]));
  });
}
