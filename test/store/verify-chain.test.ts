import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { chainedColumns, chainStart, digestOf, nextHead, type ChainHead } from '../../src/store/trail/change-chain.js';
import type { Connection, Database } from '../../src/store/database/connection.js';
import type { Value } from '../../src/store/sql/sql.js';
import { verifyChain } from '../../src/store/trail/verify-chain.js';
import { forEachDatabase } from '../support/databases.js';
import { addClient, log, logMany, openAt } from '../support/logged-client.js';

type Row = Readonly<Record<string, Value>>;

/** Somebody who reaches the database past the service; `client` has a log of six entries. */
interface Break {
  readonly title: string;
  readonly tamper: (connection: Connection, client: string) => Promise<unknown>;
  readonly found: readonly [kind: string, position: number];
}

const set = (column: string, value: Value) => (connection: Connection, client: string) =>
  connection.run(`update changes set ${column} = ? where client_id = ? and position = 3`, [value, client]);

async function entry(connection: Connection, client: string, position: number): Promise<Row> {
  const statement = 'select * from changes where client_id = ? and position = ?';
  const [row] = await connection.all<Row>(statement, [client, position]);
  if (row === undefined) throw new Error(`there is no entry ${position}`);
  return row;
}

function insert(connection: Connection, row: Row): Promise<number> {
  const columns = Object.keys(row);
  const places = columns.map(() => '?').join(', ');
  return connection.run(`insert into changes (${columns.join(', ')}) values (${places})`, Object.values(row));
}

const remove = (condition: string) => (connection: Connection, client: string) =>
  connection.run(`delete from changes where client_id = ? and ${condition}`, [client]);

/** Moves entries from `from` on by one place; the positions are a key, so by way of negative ones. */
async function shift(connection: Connection, client: string, from: number, by: 1 | -1): Promise<void> {
  const rows = 'update changes set position =';
  await connection.run(`${rows} - position where client_id = ? and position >= ?`, [client, from]);
  await connection.run(`${rows} ${by} - position where client_id = ? and position < 0`, [client]);
}

async function swap(connection: Connection, client: string, columns: readonly string[]): Promise<void> {
  const [third, fourth] = [await entry(connection, client, 3), await entry(connection, client, 4)];
  for (const [row, position] of [
    [third, 4],
    [fourth, 3],
  ] as const) {
    await connection.run(
      `update changes set ${columns.map((column) => `${column} = ?`).join(', ')} where client_id = ? and position = ?`,
      [...columns.map((column) => row[column] ?? null), client, position],
    );
  }
}

const everyValue = [...chainedColumns, 'detail', 'detail_salt'];

/** What each column of an entry becomes. */
const columnBreaks: Readonly<Record<string, readonly [value: Value, kind: string]>> = {
  position: [70, 'removed'],
  at: ['2020-01-01T00:00:00.000Z', 'changed'],
  actor_kind: ['operator', 'changed'],
  actor_id: ['somebody else', 'changed'],
  request_id: [randomUUID(), 'changed'],
  action: ['delete', 'changed'],
  resource_type: ['Group', 'changed'],
  resource_id: [randomUUID(), 'changed'],
  version: [3, 'changed'],
  attributes: ['[]', 'changed'],
  members: ['{}', 'changed'],
  unit_set: ['x', 'changed'],
  detail: ['{"title":{"before":"Analyst","after":"Clerk"}}', 'values'],
  detail_salt: ['x', 'values'],
  detail_hash: ['0'.repeat(64), 'changed'],
  hash: ['0'.repeat(64), 'changed'],
};

const breaks: readonly Break[] = [
  ...Object.entries(columnBreaks).map(([column, [value, kind]]) => ({
    title: `a changed ${column}`,
    tamper: set(column, value),
    found: [kind, 3] as const,
  })),
  { title: 'an entry that is gone', tamper: remove('position = 3'), found: ['removed', 3] },
  { title: 'a first entry that is gone', tamper: remove('position = 1'), found: ['removed', 1] },
  {
    title: 'an entry that is gone with its gap',
    tamper: async (connection, client) => {
      await remove('position = 3')(connection, client);
      await shift(connection, client, 4, -1);
    },
    found: ['changed', 3],
  },
  {
    title: 'two entries in each other’s place',
    tamper: (connection, client) => swap(connection, client, [...everyValue, 'hash']),
    found: ['changed', 3],
  },
  {
    title: 'two entries in each other’s place, under the hashes of the places',
    tamper: (connection, client) => swap(connection, client, everyValue),
    found: ['changed', 3],
  },
  {
    title: 'an entry put in between',
    tamper: async (connection, client) => {
      const copy = await entry(connection, client, 2);
      await shift(connection, client, 3, 1);
      await insert(connection, { ...copy, position: 3 });
    },
    found: ['changed', 3],
  },
  {
    title: 'an entry put before the first',
    tamper: async (connection, client) => insert(connection, { ...(await entry(connection, client, 1)), position: 0 }),
    found: ['changed', 0],
  },
  {
    title: 'an entry put behind the last',
    tamper: async (connection, client) => insert(connection, { ...(await entry(connection, client, 6)), position: 7 }),
    found: ['head', 7],
  },
  { title: 'an end that is cut off', tamper: remove('position > 4'), found: ['cut', 5] },
  { title: 'a log that is gone', tamper: remove('position > 0'), found: ['cut', 1] },
  {
    title: 'a head that is gone',
    tamper: (connection, client) => connection.run('delete from change_heads where client_id = ?', [client]),
    found: ['head', 1],
  },
  {
    title: 'a head of another hash',
    tamper: (connection, client) =>
      connection.run('update change_heads set hash = ? where client_id = ?', ['0'.repeat(64), client]),
    found: ['head', 6],
  },
  {
    title: 'values that are gone without an erasure',
    tamper: async (connection, client) => {
      await set('detail', null)(connection, client);
      await set('detail_salt', null)(connection, client);
    },
    found: ['values', 3],
  },
  { title: 'values that are gone without their salt', tamper: set('detail', null), found: ['values', 3] },
  { title: 'a salt that is gone without its values', tamper: set('detail_salt', null), found: ['values', 3] },
];

/** Writes the log from a position on anew, as somebody can who knows how the chain is made. */
async function rewrite(connection: Connection, client: string, from: number): Promise<void> {
  let head: ChainHead = chainStart;
  for (let position = 1; position <= 6; position++) {
    const row = await entry(connection, client, position);
    const chained = chainedColumns.map((column) =>
      column === 'actor_id' && position >= from ? 'me' : (row[column] ?? null),
    );
    head = nextHead(head, digestOf({ clientId: client, chained }));
    await connection.run('update changes set actor_id = ?, hash = ? where client_id = ? and position = ?', [
      chained[chainedColumns.indexOf('actor_id')] ?? null,
      head.hash,
      client,
      position,
    ]);
  }
  await connection.run('update change_heads set hash = ? where client_id = ?', [head.hash, client]);
}

describe('verifying the change log', () => {
  forEachDatabase((testDatabase) => {
    let database: Database;
    before(async () => {
      database = await openAt(await testDatabase.url());
    });
    after(() => database.close());

    async function sixEntries(): Promise<string> {
      const client = await addClient(database);
      await logMany(database, client, 6);
      return client;
    }

    async function found(client: string, stored?: ChainHead) {
      const { fault } = await verifyChain(database, client, stored);
      return fault === undefined ? undefined : [fault.kind, fault.position];
    }

    it('is tried with every column of an entry', async () => {
      const columns = Object.keys(await entry(database.reader, await sixEntries(), 3));
      expect(Object.keys(columnBreaks)).to.have.members(columns.filter((column) => column !== 'client_id'));
    });

    for (const { title, tamper, found: expected } of breaks) {
      it(`finds ${title}`, async () => {
        const client = await sixEntries();
        expect(await found(client)).to.equal(undefined);
        await database.transaction((connection) => tamper(connection, client));
        expect(await found(client)).to.deep.equal(expected);
        expect(await verifyChain(database, client))
          .to.have.property('verified')
          .that.is.within(0, 6);
      });
    }

    it('finds an entry that was moved to the log of another client', async () => {
      const [client, other] = [await sixEntries(), await sixEntries()];
      await database.transaction((connection) =>
        connection.run(
          '/* behind the service */ update changes set client_id = ?, position = 7 where client_id = ? and position = 3',
          [other, client],
        ),
      );
      expect([await found(client), await found(other)]).to.deep.equal([
        ['removed', 3],
        ['head', 7],
      ]);
    });

    it('finds what was done with knowledge of the chain against a head that was kept elsewhere', async () => {
      const client = await sixEntries();
      const { head } = await verifyChain(database, client);
      await log(database, client);
      expect(await found(client, head)).to.equal(undefined);
      await database.transaction((connection) => rewrite(connection, client, 4));
      await database.transaction((connection) => remove('position = 7')(connection, client));
      await database.transaction((connection) =>
        connection.run('update change_heads set position = 6 where client_id = ?', [client]),
      );
      expect(await found(client)).to.equal(undefined);
      expect(await found(client, head)).to.deep.equal(['rewritten', 6]);
    });

    it('finds an end that was cut off together with the head against a head that was kept elsewhere', async () => {
      const client = await sixEntries();
      const { head } = await verifyChain(database, client);
      const { hash } = await entry(database.reader, client, 4);
      await database.transaction(async (connection) => {
        await remove('position > 4')(connection, client);
        await connection.run('update change_heads set position = 4, hash = ? where client_id = ?', [
          hash ?? null,
          client,
        ]);
      });
      expect(await found(client)).to.equal(undefined);
      expect(await found(client, head)).to.deep.equal(['cut', 5]);
    });

    it('takes values for erased that an erasure of the same thing follows', async () => {
      const client = await addClient(database);
      const erasedId = await log(database, client);
      const other = await log(database, client);
      await log(database, client, { action: 'erase', resourceId: erasedId, detail: {} });
      const erase = (id: string) =>
        database.transaction((connection) =>
          connection.run(
            '/* behind the service */ update changes set detail = null, detail_salt = null where resource_id = ?',
            [id],
          ),
        );
      await erase(erasedId);
      expect(await verifyChain(database, client)).to.deep.include({ verified: 3, fault: undefined });
      await erase(other);
      expect(await found(client)).to.deep.equal(['values', 2]);
    });
  });
});
