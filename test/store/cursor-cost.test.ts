import { expect } from 'chai';
import { readListQuery } from '../../src/protocol/list-query.js';
import { userType } from '../../src/schema/resource-type.js';
import { forEachDatabase } from '../support/databases.js';
import { measureUse } from '../support/postgres-plans.js';
import { buildScaleWorld, type ScaleWorld } from '../support/scale-world.js';

const users = 5_000;
const count = 100;
// A look-up for what a page shows beside the users, such as their groups.
const fewRows = 50;

const orders = [
  {},
  { sortBy: 'userName' },
  { sortBy: 'userName', sortOrder: 'descending' },
  { sortBy: 'meta.lastModified' },
  { sortBy: 'meta.lastModified', sortOrder: 'descending' },
] as const;

describe('the cost of a page by cursor', () => {
  forEachDatabase((database) => {
    let world: ScaleWorld;
    before(async function () {
      this.timeout(60_000);
      world = await buildScaleWorld(await database.url(), { users, groups: [] });
      if (database.kind === 'postgres') await world.directory.context.database.reader.run('analyze');
    });
    after(() => world.directory.close());

    async function readPage(order: (typeof orders)[number], cursor: string): Promise<string | undefined> {
      const query = readListQuery([userType], { ...order, cursor, count: String(count), attributes: 'userName' });
      return (await world.services.lists.list(world.scope, query)).nextCursor;
    }

    /** What the statements of a page read: how many rows on PostgreSQL, by which steps on SQLite. */
    async function costOf(order: (typeof orders)[number], cursor: string): Promise<readonly string[]> {
      const faults: string[] = [];
      world.watch(async (statement, connection) => {
        if (database.kind === 'postgres') {
          const { rows, scanned } = await measureUse(connection, statement);
          if (rows > count + fewRows || scanned.includes('users')) faults.push(`${rows} rows: ${statement.text}`);
        } else {
          const plan = await connection.all<{ detail: string }>(
            `explain query plan ${statement.text}`,
            statement.bindings,
          );
          // A sort, a scan, or a search by the client alone reads whatever there is; the units of one person are few.
          const whole = plan.filter(({ detail }) =>
            /^USE TEMP B-TREE(?! FOR json_group_array)|^SCAN r\b|^SEARCH r\b.*\(client_id=\?\)$/.test(detail),
          );
          faults.push(...whole.map(({ detail }) => `${detail}: ${statement.text}`));
        }
      });
      await readPage(order, cursor).finally(() => world.watch(undefined));
      return faults;
    }

    for (const order of orders) {
      it(`does not grow with the pages before it: ${JSON.stringify(order)} (RFC 9865 §2)`, async () => {
        const cursors: string[] = [];
        for (let next = await readPage(order, ''); next !== undefined; next = await readPage(order, next)) {
          cursors.push(next);
        }
        expect(cursors).to.have.lengthOf(users / count - 1);
        for (const cursor of [cursors[0], cursors[24], cursors.at(-1)]) {
          expect(await costOf(order, cursor ?? '')).to.deep.equal([]);
        }
      });
    }
  });
});
