import { expect } from 'chai';
import { openDatabase } from '../../src/store/database/open-database.js';
import { readConfig } from '../../src/config.js';
import { forEachDatabase, type TestDatabase } from '../support/databases.js';
import { genericUse, measureUse } from '../support/postgres-plans.js';
import type { RecordedStatement } from '../support/recorded-database.js';
import { boundedWork, buildScaleWorld, changeMember, listStart, type ScaleWorld } from '../support/scale-world.js';
import { readSqlitePlan, unboundedSteps } from '../support/sqlite-plans.js';
import { personContact, personDocument } from '../support/staff.js';

const buildTimeoutMs = 60_000;
// A change of a group's members is answered with the group while it has at most 100 of them; one more tells that it has.
const membersLookedAt = 101;
const fewRows = 50;

/** Group 0 is small, group 1 holds half of the client; group 2 is small and grows by nobody. */
const sizes = {
  sqlite: { users: 100_000, groups: [10, 50_000, 200], person: personContact },
  postgres: { users: 20_000, groups: [10, 10_000, 200], person: personDocument },
} as const;

const tenantTables = ['users', 'value_index', 'memberships', 'changes'];

/** What a statement does that grows with the client: nothing, or words that say what. */
type Judge = (
  statement: RecordedStatement,
  connection: Parameters<typeof readSqlitePlan>[0],
) => Promise<readonly string[]>;

const judgeSqlite: Judge = async (statement, connection) =>
  unboundedSteps(statement, await readSqlitePlan(connection, statement));

const judgePostgres: Judge = async (statement, connection) => {
  const limit = /\blimit \?$/.test(statement.text.trim()) ? 2 * membersLookedAt + fewRows : fewRows;
  const [measured, generic] = [await measureUse(connection, statement), await genericUse(connection, statement)];
  const scanned = [...measured.scanned, ...generic.scanned].filter((table) => tenantTables.includes(table));
  return [
    ...scanned.map((table) => `reads ${table} from end to end`),
    ...(measured.rows > limit ? [`touches ${measured.rows} rows`] : []),
  ];
};

/** Runs work and returns what its statements do that grows with the client. */
async function faultsOf(world: ScaleWorld, judge: Judge, work: () => Promise<unknown>): Promise<readonly string[]> {
  const faults: string[] = [];
  world.watch(async (statement, connection) => {
    for (const fault of await judge(statement, connection)) faults.push(`${fault}: ${statement.text}`);
  });
  await work().finally(() => world.watch(undefined));
  return faults;
}

async function textsOf(world: ScaleWorld, work: () => Promise<unknown>): Promise<readonly string[]> {
  const texts: string[] = [];
  world.watch(async ({ text }) => void texts.push(text));
  await work().finally(() => world.watch(undefined));
  return texts;
}

/** Without statistics, as in a database that was filled a moment ago: autovacuum would gather them at a time of its own. */
async function withoutStatistics(url: string): Promise<void> {
  const database = await openDatabase(readConfig({ DATABASE_URL: url }).database);
  for (const table of ['users', 'groups', 'value_index', 'memberships', 'nestings']) {
    await database.reader.run(`alter table ${table} set (autovacuum_enabled = false)`);
  }
  await database.close();
}

async function build(database: TestDatabase): Promise<ScaleWorld> {
  const url = await database.url();
  if (database.kind === 'postgres') await withoutStatistics(url);
  return buildScaleWorld(url, sizes[database.kind]);
}

describe('the cost of work in a large client', () => {
  forEachDatabase((database) => {
    const judge = database.kind === 'sqlite' ? judgeSqlite : judgePostgres;
    const { users } = sizes[database.kind];
    let world: ScaleWorld;
    let next = users - 1;

    before(async function () {
      this.timeout(buildTimeoutMs);
      world = await build(database);
    });
    after(() => world.directory.close());

    const declare = (statistics: string) => {
      for (const { title, run } of boundedWork) {
        it(`${title} touches few rows${statistics}`, async () => {
          const person = next--;
          expect(await faultsOf(world, judge, () => run(world, person))).to.deep.equal([]);
        });
      }

      for (const [size, group] of [
        ['10', 0],
        ['half of the client', 1],
      ] as const) {
        it(`one member is added to a group of ${size}, and removed, by few rows${statistics} (RFC 7644 §3.5.2)`, async () => {
          const person = next--;
          const add = () => changeMember(world, group, { op: 'add', person });
          const remove = () => changeMember(world, group, { op: 'remove', person });
          expect(await faultsOf(world, judge, add)).to.deep.equal([]);
          expect(await faultsOf(world, judge, remove)).to.deep.equal([]);
        });
      }
    };

    it('one member more, or less, is the same statements for a group of any size (RFC 7644 §3.5.2)', async () => {
      for (const op of ['add', 'remove'] as const) {
        const [small, large] = [
          await textsOf(world, () => changeMember(world, 0, { op, person: users - 1 })),
          await textsOf(world, () => changeMember(world, 1, { op, person: users - 1 })),
        ];
        expect(small).to.have.length.greaterThan(3);
        expect(large).to.deep.equal(small);
      }
    });

    it('the total of a whole list is read from the numbers that are kept, not counted (RFC 7644 §3.4.2)', async () => {
      const totals = (await textsOf(world, () => listStart(world))).filter((text) => text.includes('as total'));
      expect(totals).to.have.lengthOf(1);
      for (const text of totals) expect(text).to.include('from resource_counts c').and.not.to.include('users');
    });

    if (database.kind === 'sqlite') {
      declare('');
    } else {
      describe('first without statistics, then with them (in order)', () => {
        declare(' without statistics');
        it('gathers statistics', async () => {
          await world.directory.context.database.reader.run('analyze');
        });
        declare(' with statistics');
      });
    }
  });
});
