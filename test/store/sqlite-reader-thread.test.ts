import { join } from 'node:path';
import SqliteConnection from 'better-sqlite3';
import { expect } from 'chai';
import { SqliteReaderThread } from '../../src/store/database/sqlite-reader-thread.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

describe('the reader of SQLite in a thread', () => {
  let folder: string;
  let reader: SqliteReaderThread;
  beforeEach(async () => {
    folder = await temporaryFolder();
    const path = join(folder, 'some.sqlite');
    new SqliteConnection(path).exec('create table notes (id integer)').close();
    reader = new SqliteReaderThread(path);
  });
  afterEach(async () => {
    await reader.close();
    await removeTemporaryFolder(folder);
  });

  it('answers clients in turns, and each in the order of its questions', async () => {
    const order: string[] = [];
    const names = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2'];
    const ask = async (name: string) => {
      await reader.all('/* behind the service */ select ? as name', [name], name.charAt(0));
      order.push(name);
    };
    await Promise.all(names.map(ask));
    expect(order).to.deep.equal(['a1', 'a2', 'b1', 'a3', 'b2', 'a4']);
  });

  it('keeps half of its queue free of any one client, and refuses the rest with 503', async () => {
    const ask = (client: string) => reader.all('/* behind the service */ select 1 as one', [], client);
    const flood = Promise.allSettled(Array.from({ length: 400 }, () => ask('flood')));
    const quiet = await Promise.allSettled(Array.from({ length: 100 }, () => ask('quiet')));
    expect(quiet.filter(({ status }) => status === 'rejected')).to.have.length(0);
    const refused = (await flood).filter((answer) => answer.status === 'rejected');
    expect(refused).to.have.length(149);
    expect(refused[0]?.reason).to.include({ status: 503 });
  });
});
