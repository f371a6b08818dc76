import { expect } from 'chai';
import { readConfig } from '../../src/config.js';
import { nowMs } from '../../src/clock.js';
import type { Connection, Database } from '../../src/store/database/connection.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { forEachDatabase } from '../support/databases.js';

const writers = 50;
const meetsAt = 'the counter';

function deferred() {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

describe('transactions that meet at one row', () => {
  forEachDatabase((testDatabase) => {
    let database: Database;
    let other: Database;
    before(async () => {
      const { database: address } = readConfig({ DATABASE_URL: await testDatabase.blankUrl() });
      database = await openDatabase(address);
      other = await openDatabase(address);
      await database.transaction(async (connection) => {
        await connection.run('create table counters (id integer primary key, value integer not null)');
        await connection.run('create table notes (writer integer primary key, value integer not null unique)');
      });
    });
    beforeEach(() =>
      database.transaction(async (connection) => {
        await connection.run('delete from notes');
        await connection.run('delete from counters');
        await connection.run('insert into counters (id, value) values (1, 0), (2, 0)');
      }),
    );
    after(async () => {
      await other.close();
      await database.close();
    });

    /** Counts a counter up, and notes by whom: what two did at the same time would show. */
    const count = async (connection: Connection, writer: number, counter = 1): Promise<number> => {
      const [row] = await connection.all<{ value: number }>(
        `select value from counters where id = ?${database.dialect.lockRows}`,
        [counter],
      );
      const value = Number(row?.value) + 1;
      await connection.run('update counters set value = ? where id = ?', [value, counter]);
      await connection.run('insert into notes (writer, value) values (?, ?)', [writer, value]);
      return value;
    };
    const notes = async () =>
      (await database.reader.all<{ writer: number }>('select writer from notes order by writer')).map(
        (row) => row.writer,
      );
    const counted = async () =>
      Number((await database.reader.all<{ value: number }>('select value from counters where id = 1'))[0]?.value);
    const all = Array.from({ length: writers }, (_, writer) => writer);

    it('lose nothing, each seeing what those before it have written, from two processes at once', async () => {
      const values = await Promise.all(
        all.map((writer) =>
          (writer % 2 === 0 ? database : other).transaction((connection) => count(connection, writer), { meetsAt }),
        ),
      );
      expect(values.toSorted((a, b) => a - b)).to.deep.equal(all.map((writer) => writer + 1));
      expect(await notes()).to.deep.equal(all);
    });

    it('take no other with them when they throw, or when the database refuses what they write', async () => {
      const results = await Promise.allSettled(
        all.map((writer) =>
          database.transaction(
            async (connection) => {
              const value = await count(connection, writer);
              if (writer % 5 === 0) throw new Error('thought better of it');
              if (writer % 7 === 0) await connection.run('insert into notes (writer, value) values (?, 0)', [writer]);
              return value;
            },
            { meetsAt },
          ),
        ),
      );
      const kept = all.filter((writer) => writer % 5 !== 0 && writer % 7 !== 0);
      expect(results.flatMap(({ status }, writer) => (status === 'fulfilled' ? [writer] : []))).to.deep.equal(kept);
      expect(await notes()).to.deep.equal(kept);
      expect(await counted()).to.equal(kept.length);
    });

    it('are given up at their deadline, and leave nothing', async () => {
      const deadlineMs = nowMs() + 200;
      const late = database.transaction(
        async (connection) => {
          await count(connection, 1);
          while (nowMs() <= deadlineMs) await new Promise((resolve) => setImmediate(resolve));
        },
        { meetsAt, deadlineMs },
      );
      const other = database.transaction((connection) => count(connection, 2), { meetsAt });
      const [given, kept] = await Promise.allSettled([late, other]);
      expect(given.status === 'rejected' && given.reason).to.include({ status: 503 });
      expect(kept).to.deep.equal({ status: 'fulfilled', value: 1 });
      expect(await notes()).to.deep.equal([2]);
    });

    if (testDatabase.kind === 'postgres') {
      // What each of them does when the connection is cut under it: its own statements, the mark of the next, the commit of all.
      const cut = (connection: Connection) => connection.all('select pg_terminate_backend(pg_backend_pid())');
      const moments: Readonly<Record<string, (connection: Connection, writer: number) => Promise<unknown>>> = {
        'in one of them': async (connection, writer) => (writer === 3 ? cut(connection) : count(connection, writer)),
        'in the last of them, which does not look': async (connection, writer) =>
          writer === writers - 1 ? cut(connection).catch(() => 0) : count(connection, writer),
      };
      for (const [moment, work] of Object.entries(moments)) {
        it(`are all 503 when their connection is cut ${moment}, and the next ones go on`, async () => {
          const results = await Promise.allSettled(
            all.map((writer) => database.transaction((connection) => work(connection, writer), { meetsAt })),
          );
          const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
          expect(refused).not.to.deep.equal([]);
          for (const reason of refused) expect(reason).to.include({ status: 503 });
          expect(await notes()).to.have.length(results.filter(({ status }) => status === 'fulfilled').length);
          await database.transaction((connection) => count(connection, 99), { meetsAt });
        });
      }
    }

    if (testDatabase.kind === 'postgres') {
      it('keep nobody waiting for what they hold while they wait themselves, and keep their order', async () => {
        const lock = (connection: Connection) =>
          connection.all(`select value from counters where id = 2${database.dialect.lockRows}`);
        const order: number[] = [];
        const locked = deferred();
        const acknowledged = deferred();
        // It lets go when the first of them is durable, which the second must not keep from happening.
        const holder = other.transaction(async (connection) => {
          await lock(connection);
          locked.resolve();
          await acknowledged.promise;
        });
        await locked.promise;
        const meeting = [1, 2, 3].map((writer) =>
          database.transaction(
            async (connection) => {
              await count(connection, writer);
              if (writer === 2) await lock(connection);
              order.push(writer);
            },
            { meetsAt },
          ),
        );
        await meeting[0];
        acknowledged.resolve();
        await Promise.all([holder, ...meeting]);
        expect(order).to.deep.equal([1, 2, 3]);
        expect(await notes()).to.deep.equal([1, 2, 3]);
      });
    }

    it('are run again when they and others wait for each other in a circle', async () => {
      const meetings = all.slice(0, 12).map((writer) => {
        const [first, second] = writer % 2 === 0 ? [1, 2] : [2, 1];
        const work = async (connection: Connection) => {
          await connection.all(`select value from counters where id = ?${database.dialect.lockRows}`, [first]);
          await connection.run('update counters set value = value + 1 where id = ?', [second]);
        };
        return (writer % 4 < 2 ? database : other).transaction(work, { meetsAt: `counter ${first}` });
      });
      const results = await Promise.allSettled(meetings);
      // Who was chosen too often is told to come again.
      for (const result of results) if (result.status === 'rejected') expect(result.reason).to.include({ status: 503 });
      const done = results.filter(({ status }) => status === 'fulfilled').length;
      const [sum] = await database.reader.all<{ value: number }>('select sum(value) as value from counters');
      expect(Number(sum?.value)).to.equal(done);
    });
  });
});
