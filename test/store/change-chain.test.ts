import { expect } from 'chai';
import { appendChange } from '../../src/store/trail/change-log.js';
import { headText } from '../../src/store/trail/change-chain.js';
import type { Database } from '../../src/store/database/connection.js';
import { migrate } from '../../src/store/database/migrate.js';
import { TenantTables, writeTables } from '../../src/store/tenant/tenant-tables.js';
import { verifyChain } from '../../src/store/trail/verify-chain.js';
import { forEachDatabase, type TestDatabase } from '../support/databases.js';
import { addClient, log, logMany, openAt } from '../support/logged-client.js';
import { startPostgres } from '../support/postgres.js';

const actor = { kind: 'service', id: 'test', requestId: 'test' } as const;
const entry = { action: 'update', resourceType: 'Unit' } as const;

/** The positions of a client's log, in their order. */
async function positionsOf(database: Database, clientId: string): Promise<readonly number[]> {
  const statement = 'select position from changes where client_id = ? order by position';
  return (await database.reader.all<{ position: number | string }>(statement, [clientId])).map((row) =>
    Number(row.position),
  );
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('the chain of the change log', () => {
  forEachDatabase((testDatabase) => {
    let database: Database;
    let other: Database;
    before(async () => {
      const url = await testDatabase.url();
      database = await openAt(url);
      other = await openAt(url);
    });
    after(async () => {
      await other.close();
      await database.close();
    });

    it('has no gap and no fork when many writers of two processes append to one log', async () => {
      const client = await addClient(database);
      const writes = Array.from({ length: 120 }, (_, index) => log(index % 2 === 0 ? database : other, client));
      await Promise.all(writes);
      expect(await positionsOf(database, client)).to.deep.equal(upTo(120));
      expect(await verifyChain(database, client)).to.deep.include({ verified: 120, fault: undefined });
    });

    it('has no place for what a transaction did that failed', async () => {
      const client = await addClient(database);
      const failing = database.transaction(async (connection) => {
        const tables = new TenantTables({ clientId: client, units: undefined }, database.dialect, connection);
        await appendChange(tables, actor, { ...entry, resourceId: client });
        throw new Error('thought better of it');
      });
      const outcomes = await Promise.allSettled([log(database, client), failing, log(database, client)]);
      expect(outcomes.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
      expect(await positionsOf(database, client)).to.deep.equal([1, 2]);
      expect(await verifyChain(database, client)).to.deep.include({ verified: 2, fault: undefined });
    });

    it('has one place for each of those who share a commit, and none for one that failed among them', async () => {
      const client = await addClient(database);
      const outcomes = await Promise.allSettled(
        upTo(40).map((number) =>
          writeTables(
            database,
            { clientId: client, units: undefined },
            async (tables) => {
              await tables.all(`select c.id from clients c where c.id = :client${database.dialect.lockRows}`);
              await appendChange(tables, actor, { ...entry, resourceId: client });
              if (number % 4 === 0) throw new Error('thought better of it');
            },
            { locksFirst: client },
          ),
        ),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(30);
      expect(await positionsOf(database, client)).to.deep.equal(upTo(30));
      expect(await verifyChain(database, client)).to.deep.include({ verified: 30, fault: undefined });
    });

    it('is written for several clients in one transaction, whatever their order', async () => {
      const clients = [await addClient(database), await addClient(database)];
      const writeTo = (order: readonly string[], on: Database) =>
        on.transaction(async (connection) => {
          for (const clientId of order) {
            const tables = new TenantTables({ clientId, units: undefined }, on.dialect, connection);
            await appendChange(tables, actor, { ...entry, resourceId: clientId });
          }
        });
      const orders = [clients, clients.toReversed()];
      await Promise.all(
        Array.from({ length: 40 }, (_, index) => writeTo(orders[index % 2] ?? [], index % 4 < 2 ? database : other)),
      );
      for (const client of clients) {
        expect(await positionsOf(database, client)).to.deep.equal(upTo(40));
        expect(await verifyChain(database, client)).to.deep.include({ verified: 40, fault: undefined });
      }
    });

    it('is verified while others write, page by page', async () => {
      const client = await addClient(database);
      await database.transaction(async (connection) => {
        const tables = new TenantTables({ clientId: client, units: undefined }, database.dialect, connection);
        for (let index = 0; index < 1_200; index++) await appendChange(tables, actor, { ...entry, resourceId: client });
      });
      const reports = await Promise.all([
        verifyChain(other, client),
        logMany(database, client, 30),
        verifyChain(other, client),
      ]);
      for (const report of [reports[0], reports[2]]) {
        expect(report.fault).to.equal(undefined);
        expect(report.verified).to.equal(report.head.position).and.to.be.within(1_200, 1_230);
      }
    });

    it('covers what was in the log before there was a chain', async () => {
      const url = await testDatabase.url();
      const old = await openAt(url);
      const [first, second, empty] = [await addClient(old), await addClient(old), await addClient(old)];
      for (let index = 0; index < 3; index++) for (const client of [first, second]) await log(old, client);
      await old.transaction((connection) =>
        connection.run('update changes set position = position * 7 where client_id = ? and position > 1', [first]),
      );
      await takeChainAway(old, testDatabase);
      expect(await migrate(old)).to.deep.equal(['0009-hash-chain']);
      await log(old, first);
      expect(await positionsOf(old, first)).to.deep.equal([1, 2, 3, 4]);
      const reports = [];
      for (const client of [first, second, empty]) reports.push(await verifyChain(old, client));
      await old.close();
      expect(reports.map(({ verified, fault }) => [verified, fault])).to.deep.equal([
        [4, undefined],
        [3, undefined],
        [0, undefined],
      ]);
    });
  });
});

/** The schema as it was before the chain, with the entries that are there. */
async function takeChainAway(database: Database, { kind }: TestDatabase): Promise<void> {
  const statements = [
    'drop table change_heads',
    'alter table changes drop column hash',
    "delete from migrations where name = '0009-hash-chain'",
    ...(kind === 'sqlite' ? [] : ['alter table changes alter column position add generated always as identity']),
  ];
  await database.transaction(async (connection) => {
    for (const statement of statements) await connection.run(statement);
  });
}

describe('a commit that does not hold the head of the log while the disk is written', () => {
  it('is on the disk when it is acknowledged, also when PostgreSQL is killed right after', async function killed() {
    this.timeout(60_000);
    // Left to itself, PostgreSQL would write its log so late that what was acknowledged were lost.
    const server = await startPostgres({ settings: { wal_writer_delay: '10s' } });
    try {
      const url = await server.createDatabase();
      const before = await openAt(url);
      await migrate(before);
      const client = await addClient(before);
      await Promise.all([logMany(before, client, 5), logMany(before, client, 5)]);
      const { head } = await verifyChain(before, client);
      await server.kill();
      await before.close();
      await server.restart();
      const after = await openAt(url);
      const report = await verifyChain(after, client, head);
      await after.close();
      expect([headText(report.head), report.fault]).to.deep.equal([headText(head), undefined]);
      expect(head.position).to.equal(10);
    } finally {
      await server.remove();
    }
  });
});
