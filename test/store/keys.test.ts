import { expect } from 'chai';
import { readConfig } from '../../src/config.js';
import type { Connection } from '../../src/store/database/connection.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { tenantTables } from '../../src/store/sql/require-client.js';
import { forEachDatabase, type TestDatabase } from '../support/databases.js';

/** A key or an index, with the name of the table that a foreign key refers to. */
interface Key {
  readonly table: string;
  readonly kind: string;
  readonly columns: readonly string[];
  readonly refersTo: string | undefined;
}

// A token is found before anybody knows whose it is, and a client is not in itself.
const platform = ['clients', 'tokens'];
const ofTenants = [...tenantTables.keys()].filter((table) => !platform.includes(table));

async function sqliteKeys(connection: Connection): Promise<readonly Key[]> {
  const indexes = await connection.all<{ table: string; kind: string; columns: string }>(
    `select m.name as "table", case l.origin when 'pk' then 'primary key' when 'u' then 'unique' else case l."unique" when 1 then 'unique' else 'index' end end as kind,
       (select group_concat(i.name) from (select name from pragma_index_info(l.name) order by seqno) i) as columns
     from sqlite_master m join pragma_index_list(m.name) l where m.type = 'table'`,
  );
  const foreign = await connection.all<{ table: string; columns: string; refers_to: string }>(
    `select m.name as "table", f."table" as refers_to, group_concat(f."from") as columns
     from sqlite_master m join pragma_foreign_key_list(m.name) f where m.type = 'table' and f.seq >= 0 group by m.name, f.id, f."table"`,
  );
  return [
    ...indexes.map(({ table, kind, columns }) => ({ table, kind, columns: columns.split(','), refersTo: undefined })),
    ...foreign.map((row) => ({
      table: row.table,
      kind: 'foreign key',
      columns: row.columns.split(','),
      refersTo: row.refers_to,
    })),
  ];
}

async function postgresKeys(connection: Connection): Promise<readonly Key[]> {
  const names = (array: string, table: string) =>
    `array(select a.attname::text from unnest(${array}) with ordinality k (number, place) join pg_attribute a on a.attrelid = ${table} and a.attnum = k.number order by k.place)`;
  const rows = await connection.all<{ table: string; kind: string; columns: string[]; refers_to: string | null }>(
    `select i.indrelid::regclass::text as "table", case when i.indisprimary then 'primary key' when i.indisunique then 'unique' else 'index' end as kind,
       ${names('i.indkey::smallint array', 'i.indrelid')} as columns, null as refers_to
     from pg_index i join pg_class c on c.oid = i.indrelid where c.relnamespace = 'public'::regnamespace
     union all
     select f.conrelid::regclass::text, 'foreign key', ${names('f.conkey', 'f.conrelid')}, f.confrelid::regclass::text
     from pg_constraint f where f.contype = 'f' and f.connamespace = 'public'::regnamespace`,
  );
  return rows.map(({ table, kind, columns, refers_to: refersTo }) => ({
    table,
    kind,
    columns,
    refersTo: refersTo ?? undefined,
  }));
}

async function keysOf(database: TestDatabase): Promise<readonly Key[]> {
  const opened = await openDatabase(readConfig({ DATABASE_URL: await database.url() }).database);
  try {
    return await (database.kind === 'sqlite' ? sqliteKeys : postgresKeys)(opened.reader);
  } finally {
    await opened.close();
  }
}

describe('the keys of the tables of tenants', () => {
  forEachDatabase((database) => {
    let keys: readonly Key[];
    before(async () => {
      keys = (await keysOf(database)).filter(({ table }) => ofTenants.includes(table));
    });

    it('STACK 16: each table has a primary key', () => {
      const tables = keys.flatMap(({ table, kind }) => (kind === 'primary key' ? [table] : []));
      expect(tables.toSorted()).to.deep.equal(ofTenants.toSorted());
    });

    it('STACK 16: primary and unique keys, and all other indexes, begin with the client', () => {
      const others = keys.filter(({ kind, columns }) => kind !== 'foreign key' && columns[0] !== 'client_id');
      expect(others).to.deep.equal([]);
    });

    it('STACK 16: foreign keys begin with the client, unless they refer to a table of the platform', () => {
      const foreign = keys.filter(({ kind }) => kind === 'foreign key');
      expect(foreign).not.to.have.lengthOf(0);
      const others = foreign.filter(
        ({ columns, refersTo = '' }) => columns[0] !== 'client_id' && ofTenants.includes(refersTo),
      );
      expect(others).to.deep.equal([]);
    });
  });
});
