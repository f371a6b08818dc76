import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { readConfig } from '../../src/config.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { requirePlatform, tenantTables, UnscopedStatement } from '../../src/store/sql/require-client.js';
import { bindClient } from '../../src/store/tenant/tenant-statement.js';
import { forEachDatabase } from '../support/databases.js';

const client = '00000000-0000-7000-8000-000000000001';

const scoped: readonly string[] = [
  'select id from users where client_id = :client',
  'select r.id from users r where r.client_id = :client and (r.active = 1 or r.id = ?)',
  'select r.id from users as r where r.id = ? and r.client_id = :client order by r.id limit ?',
  'select u.id from users u join groups g on g.client_id = :client and g.id = ? where u.client_id = :client',
  'select u.id from users u left join groups g on g.client_id = :client where u.client_id = :client for update',
  'select u.id from users u, groups g where u.client_id = :client and g.client_id = :client',
  "select id, 'User' as type from users where client_id = :client union all select id, 'Group' from groups where client_id = :client",
  'select (select count(*) from users r where r.client_id = :client) as users, (select count(*) from groups where client_id = :client) as groups',
  'with recursive up (id) as (select g.id from groups g where g.client_id = :client union select n.group_id from nestings n join up on n.child_id = up.id where n.client_id = :client) select id from up',
  'select e.value from users r, json_each(r.document) e where r.client_id = :client and e.key between ? and ?',
  "select case when r.active = 1 and r.id = ? then 'x' else 'y' end as state from users r where r.client_id = :client",
  'insert into users (client_id, id) values (:client, ?), (:client, ?)',
  'insert into memberships (client_id, group_id, user_id) select u.client_id, ?, u.id from users u where u.client_id = :client on conflict (client_id, group_id, user_id) do nothing returning user_id',
  'insert into credentials (client_id, user_id) values (:client, ?) on conflict (client_id, user_id) do update set user_id = excluded.user_id',
  'update users set version = ?, active = 1 where client_id = :client and id = ?',
  'update tokens t set revoked_at = ? where t.client_id = :client and not exists (select 1 from token_units y where y.client_id = :client and y.token_id = t.id)',
  'delete from groups where client_id = :client and id = ? returning id',
  'select c.id from clients c where c.id = :client for no key update',
  'select 1',
];

const ofThePlatform: readonly string[] = [
  'select id, name from clients order by name_key',
  'select t.id from tokens t left join clients c on c.id = t.client_id where t.public_id = ?',
  'update tokens set last_used_at = ? where id = ?',
  'insert into settings (name, value) values (?, ?) on conflict (name) do nothing',
];

const notOfThePlatform: readonly string[] = [
  'select id from users',
  'select id from users where client_id = ?',
  'select c.id from clients c where exists (select 1 from GROUPS g where g.client_id = c.id)',
  'select x.unit_id from token_units x join tokens t on t.id = x.token_id',
  'delete from changes',
  'table users',
  'truncate resource_counts',
  'select 1 from clients -- of all',
  'select 1 /* of all */ from clients',
];

const unscoped: readonly (readonly [string, string])[] = [
  ['no condition', 'select * from users'],
  ['another column', 'select * from users where id = :client'],
  ['a bound value in place of the client', 'select * from users where client_id = ?'],
  ['an OR beside the condition', 'select * from users where client_id = :client or 1 = 1'],
  ['an OR after an AND', 'select * from users r where r.client_id = :client and r.active = 1 or r.id = ?'],
  [
    'an OR in the condition of a join',
    'select 1 from users u join groups g on g.client_id = :client or 1 = 1 where u.client_id = :client',
  ],
  ['the condition in parentheses with an OR', 'select * from users where (client_id = :client or active = 1)'],
  ['the condition negated', 'select * from users where not client_id = :client'],
  ['the condition compared', 'select * from users r where r.client_id = :client is false'],
  [
    'the condition in a CASE',
    'select * from users r where case when r.active = 0 and r.client_id = :client and 1 = 1 then 1 else 1 end = 1',
  ],
  ['the condition as the end of a BETWEEN', 'select * from users r where 1 between 0 and r.client_id = :client'],
  ['another operator', 'select * from users where client_id <> :client'],
  ['a cast of the client', 'select * from users where client_id = :client::uuid'],
  ['the condition in the select list', 'select r.client_id = :client from users r'],
  ['the condition in HAVING', 'select id from users r group by id having r.client_id = :client'],
  ['the condition in ORDER BY', 'select id from users r order by r.client_id = :client'],
  ['the condition in a literal', "select id from users r where r.id = 'r.client_id = :client'"],
  ['the condition in a comment', 'select id from users -- where client_id = :client'],
  ['the condition in a block comment', 'select id from users /* where client_id = :client */'],
  ['a second statement', 'select id from users where client_id = :client; delete from users'],
  ['the second branch of a UNION', 'select id from users where client_id = :client union select id from users'],
  ['the first branch of an EXCEPT', 'select id from users except select id from users where client_id = :client'],
  ['a second table after a comma', 'select 1 from users u, groups g where u.client_id = :client'],
  ['a second table after a CROSS JOIN', 'select 1 from users u cross join groups g where u.client_id = :client'],
  ['a joined table', 'select 1 from users u join groups g on g.id = u.id where u.client_id = :client'],
  [
    'a join that only compares',
    'select 1 from users u join groups g on g.client_id = u.client_id where g.id = ? and u.id = :client',
  ],
  [
    'the left side of a LEFT JOIN',
    'select 1 from users u left join groups g on g.client_id = :client and u.client_id = :client',
  ],
  ['a FULL JOIN', 'select 1 from users u full join groups g on g.client_id = :client where u.client_id = :client'],
  [
    'an unqualified condition among two tables',
    'select 1 from users u join value_index v on v.resource_id = u.id where client_id = :client',
  ],
  ['a join in parentheses', 'select 1 from (users u join groups g on g.id = u.id) where client_id = :client'],
  ['a subquery in FROM', 'select id from (select id from users) x where client_id = :client'],
  ['a subquery in WHERE', 'select id from users where client_id = :client and id in (select user_id from memberships)'],
  [
    'a subquery whose condition is on the outer table',
    'select id from users r where r.client_id = :client and exists (select 1 from groups g where r.client_id = :client)',
  ],
  [
    'an outer table whose condition is in the subquery',
    'select id from users r where exists (select 1 from groups g where g.client_id = :client and r.client_id = :client)',
  ],
  ['a subquery in the select list', 'select (select count(*) from users) from groups where client_id = :client'],
  [
    'a subquery in a CASE',
    'select case when exists (select 1 from users) then 1 else 0 end from groups where client_id = :client',
  ],
  [
    'a subquery in the values of an INSERT',
    'insert into groups (client_id, id) values (:client, (select id from users limit 1))',
  ],
  ['a subquery in SET', 'update users set document = (select document from users limit 1) where client_id = :client'],
  ['a common table expression', 'with x as (select id from users) select id from x'],
  [
    'a name that hides the table',
    'with users as (select id from groups where client_id = :client) select id from users',
  ],
  ['a schema before the table', 'select id from main.users'],
  ['a quoted table', 'select id from "users"'],
  ['a table in backticks', 'select id from `users`'],
  ['a table in brackets', 'select id from [users]'],
  ['a table as the right side of IN', 'select id from groups where client_id = :client and id in users'],
  [
    'a table as the right side of IN in a join',
    'select 1 from groups g join units u on u.client_id = :client and u.id in users where g.client_id = :client',
  ],
  ['another parameter that begins alike', 'select id from users where client_id = :clients'],
  ['an UPDATE without a condition', 'update users set active = 0'],
  ['an UPDATE with an OR', 'update users set active = 0 where client_id = :client or active = 1'],
  ['an UPDATE that gives a row away', 'update users set client_id = ? where client_id = :client'],
  ['an UPDATE of several columns at once', 'update users set (client_id, active) = (?, 1) where client_id = :client'],
  [
    'an UPDATE that reads another table',
    'update users set active = 0 from groups g where users.client_id = :client and g.id = users.id',
  ],
  ['a DELETE without a condition', 'delete from users'],
  ['a DELETE that uses another table', 'delete from users using groups where users.client_id = :client'],
  ['an INSERT with a bound client', 'insert into users (client_id, id) values (?, ?)'],
  ['an INSERT with the client in another column', 'insert into users (id, client_id) values (:client, ?)'],
  ['an INSERT without columns', 'insert into users values (:client, ?)'],
  ['the second row of an INSERT', 'insert into users (client_id, id) values (:client, ?), (?, ?)'],
  [
    'an INSERT from another table',
    'insert into memberships (client_id, group_id, user_id) select client_id, id, id from users',
  ],
  [
    'an INSERT of a column of a function',
    'insert into memberships (client_id, group_id, user_id) select x.client_id, ?, ? from json_each(?) x',
  ],
  [
    'the second branch of an INSERT',
    'insert into nestings (client_id, group_id, child_id) select :client, ?, ? union select ?, ?, ?',
  ],
  ['an INSERT of an expression', "insert into users (client_id, id) values (:client || 'x', ?)"],
  ['INSERT OR REPLACE', 'insert or replace into users (client_id, id) values (:client, ?)'],
  ['REPLACE', 'replace into users (client_id, id) values (:client, ?)'],
  [
    'ON CONFLICT with the row of another client',
    'insert into tokens (client_id, id) values (:client, ?) on conflict (id) do update set kind = ?',
  ],
  [
    'ON CONFLICT that gives a row away',
    'insert into tokens (client_id, id) values (:client, ?) on conflict (client_id, id) do update set client_id = ?',
  ],
  [
    'a condition that belongs to ON CONFLICT',
    'insert into nestings (client_id, group_id) select :client, g.id from groups g on conflict (client_id) do update set group_id = ? where g.client_id = :client',
  ],
  ['the table of clients', 'select name from clients'],
  ['TABLE', 'table users'],
  ['TABLE in a subquery', 'select 1 where exists (table users)'],
  ['TRUNCATE', 'truncate users'],
  ['DROP', 'drop table users'],
  ['COPY', "copy users to 'x'"],
  ['PRAGMA', 'pragma foreign_keys = off'],
  ['SELECT INTO', 'select 1 into users from groups where client_id = :client'],
];

describe('statements about tenants', () => {
  for (const text of scoped) {
    it(`STACK 16: is let through, because every table is bound to the client: ${text}`, () => {
      const placeholders = text.split('?').length - 1;
      const values = Array.from({ length: placeholders }, (_, index) => index);
      const bound = bindClient(text, client, values);
      expect(bound.text).not.to.contain(':client');
      expect(bound.text.split('?').length - 1).to.equal(bound.bindings.length);
      expect(bound.bindings.filter((value) => value !== client)).to.deep.equal(values);
    });
  }

  for (const [what, text] of unscoped) {
    it(`STACK 16: is refused before it reaches the database: ${what}`, () => {
      expect(() => bindClient(text, client, [])).to.throw(UnscopedStatement);
    });
  }

  for (const text of ofThePlatform) {
    it(`STACK 16: is let through to the tables of the platform: ${text}`, () => {
      expect(() => requirePlatform(text)).not.to.throw();
    });
  }

  for (const text of notOfThePlatform) {
    it(`STACK 16: is refused among those of the platform: ${text}`, () => {
      expect(() => requirePlatform(text)).to.throw(UnscopedStatement);
    });
  }

  it('STACK 16: is refused however keywords are written and spaced', () => {
    for (const text of ['SELECT * FROM\n\tUSERS', 'Select * From Users Where Client_Id = :client Or 1=1']) {
      expect(() => bindClient(text, client, []), text).to.throw(UnscopedStatement);
    }
  });

  it('STACK 16: is refused when bindings and placeholders do not match', () => {
    const text = 'select id from users where client_id = :client and id = ?';
    for (const values of [[], ['a', 'b']]) expect(() => bindClient(text, client, values)).to.throw(/bindings/);
  });

  it('STACK 16: a long statement is read in linear time', () => {
    const many = (count: number) =>
      `select id from users where client_id = :client and id in (${'?, '.repeat(count)}?)`;
    const startMs = performance.now();
    bindClient(
      many(100_000),
      client,
      Array.from({ length: 100_001 }, () => 'x'),
    );
    expect(performance.now() - startMs).to.be.below(10_000);
  });

  it('STACK 16: the SQL of the tenant model is written in the store alone', () => {
    const folder = new URL('../../src/', import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const tables = [...tenantTables.keys()].join('|');
    const query = new RegExp(
      String.raw`\b(from|join|into|update) (${tables})\b(?=.*\b(where|set|values|select)\b)`,
      'i',
    );
    const others = files.filter((file) => !file.startsWith('store'));
    const offenders = others.filter((file) => query.test(readFileSync(new URL(file, folder), 'utf8')));
    expect(offenders).to.deep.equal([]);
  });

  forEachDatabase((testDatabase) => {
    it('STACK 16: every table with a client is known as a tenant table', async () => {
      const database = await openDatabase(readConfig({ DATABASE_URL: await testDatabase.url() }).database);
      try {
        const rows = await database.reader.all<{ name: string }>(
          testDatabase.kind === 'sqlite'
            ? "select m.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and c.name = 'client_id'"
            : "select table_name as name from information_schema.columns where column_name = 'client_id' and table_schema = 'public'",
        );
        const known = [...tenantTables].flatMap(([table, column]) => (column === 'client_id' ? [table] : []));
        expect(rows.map(({ name }) => name).toSorted()).to.deep.equal(known.toSorted());
      } finally {
        await database.close();
      }
    });
  });
});
