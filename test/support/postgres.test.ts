import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { startPostgres, type PostgresServer } from './postgres.js';

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  // Its server is stopped under it on purpose; the failure is seen at the next statement.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('a PostgreSQL of our own', () => {
  let server: PostgresServer;
  before(async function () {
    this.timeout(60_000);
    server = await startPostgres();
  });
  after(() => server.remove());

  it('keeps what was committed when it is killed and started again', async () => {
    const url = await server.createDatabase();
    await query(url, 'create table kept (n integer)');
    await query(url, 'insert into kept values (1)');
    await server.kill();
    await server.restart();
    expect(await query(url, 'select n from kept')).to.deep.equal([{ n: 1 }]);
  });

  it('refuses connections while it is stopped and takes them again on the same port', async () => {
    const url = await server.createDatabase();
    await server.stop();
    const failure: unknown = await query(url, 'select 1').catch((error: unknown) => error);
    expect(failure).to.have.property('code', 'ECONNREFUSED');
    await server.restart();
    expect(await query(url, 'select 1 as one')).to.deep.equal([{ one: 1 }]);
  });

  it('copies a database and drops it', async () => {
    const template = await server.createDatabase();
    await query(template, 'create table copied (n integer)');
    const copy = await server.createDatabase(template);
    expect(await query(copy, 'select n from copied')).to.deep.equal([]);
    await server.dropDatabase(copy);
    const failure: unknown = await query(copy, 'select 1').catch((error: unknown) => error);
    expect(failure).to.have.property('code', '3D000');
  });

  it('listens on the loopback address alone and asks for the password', async () => {
    const url = await server.createDatabase();
    expect(await query(url, "select current_setting('listen_addresses') as a")).to.deep.equal([{ a: '127.0.0.1' }]);
    expect(await query(url, "select current_setting('unix_socket_directories') as s")).to.deep.equal([{ s: '' }]);
    const failure: unknown = await query(url.replace(/:[^:@]*@/, ':wrong@'), 'select 1').catch(
      (error: unknown) => error,
    );
    expect(failure).to.have.property('code', '28P01');
  });

  it('leaves nothing behind', async () => {
    const other = await startPostgres({ fsync: false });
    const [row] = await query(other.url('postgres'), "select current_setting('data_directory') as data");
    const folder = dirname(String(row?.['data']));
    expect(existsSync(folder)).to.equal(true);
    await other.remove();
    expect(existsSync(folder)).to.equal(false);
    const failure: unknown = await query(other.url('postgres'), 'select 1').catch((error: unknown) => error);
    expect(failure).to.have.property('code', 'ECONNREFUSED');
  });
});
