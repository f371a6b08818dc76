import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Connection, Database } from '../../src/store/database/connection.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

const manyRows = 20_000;

/** One statement that writes so many rows. */
async function fill(connection: Connection, count: number): Promise<void> {
  await connection.run(
    `insert into notes (text) with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ?)
     select printf('%0200d', n) from numbers`,
    [count],
  );
}

/** How often others have had the event loop until something is done. */
async function turnsDuring(action: Promise<void>): Promise<number> {
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await action;
  isDone = true;
  return turns;
}

describe('the commit of very many rows on SQLite', () => {
  let folder: string;
  let database: Database;
  const sizeOf = (name: string): number => statSync(join(folder, name)).size;

  beforeEach(async () => {
    folder = await temporaryFolder();
    database = await openDatabase({ kind: 'sqlite', path: join(folder, 'm.sqlite') }, { leavesRoom: false });
    await database.transaction(async (connection) => {
      await connection.run('create table notes (text text not null)');
    });
  });

  afterEach(async () => {
    await database.close();
    await removeTemporaryFolder(folder);
  });

  it('gives others more turns than that of a few', async () => {
    const few = await turnsDuring(database.transaction((connection) => fill(connection, 10)));
    const many = await turnsDuring(database.transaction((connection) => fill(connection, manyRows)));
    expect(many - few).to.be.at.least(3);
  });

  it('has folded the log into the file when it is acknowledged, and leaves the next commits to SQLite', async () => {
    const large = () => database.transaction((connection) => fill(connection, manyRows));
    await large();
    const logBytes = sizeOf('m.sqlite-wal');
    expect(sizeOf('m.sqlite')).to.be.above(manyRows * 200);
    await large();
    expect(sizeOf('m.sqlite-wal')).to.be.below(logBytes * 1.5);
    const fileBytes = sizeOf('m.sqlite');
    for (let count = 0; count < 40; count++) await database.transaction((connection) => fill(connection, 1_000));
    expect(sizeOf('m.sqlite')).to.be.above(fileBytes + 20_000 * 200);
    expect(sizeOf('m.sqlite-wal')).to.be.below(logBytes * 1.5);
  });
});
