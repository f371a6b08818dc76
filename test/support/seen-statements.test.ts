import { expect } from 'chai';
import { readConfig } from '../../src/config.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { forEachDatabase } from './databases.js';
import { crossesClients, migrationStatements, seenStatements } from './seen-statements.js';

const [acme, globex, person] = ['acme', 'globex', 'person'];

const within: readonly (readonly [string, readonly unknown[]])[] = [
  ['select id from users where client_id = $1 and id = $2', [acme, person]],
  ['select u.id from users u join groups g on g.client_id = ? and g.id = u.id where u.client_id = ?', [acme, acme]],
  ['insert into nestings (client_id, group_id) values ($1, $2), ($3, $4)', [acme, 'a', acme, 'b']],
  ['select id, name from clients', []],
  ['select t.id from tokens t where t.public_id = ?', [person]],
  ['BEGIN', []],
  ['/* behind the service */ select count(*) from users', []],
];

const across: readonly (readonly [string, readonly unknown[]])[] = [
  ['select id from users where id = $1', [person]],
  ['select count(*) from groups', []],
  ['select u.id from users u join groups g on g.client_id = u.client_id where u.client_id = ?', [acme]],
  ['select u.id from users u join groups g on g.client_id = ? where u.client_id = ?', [globex, acme]],
  ['select id from users where client_id = ? union all select id from groups where client_id = ?', [acme, globex]],
  ['insert into nestings (client_id, group_id) values ($1, $2), ($3, $4)', [acme, 'a', globex, 'b']],
  ['update users set version = version + 1 where client_id in (?, ?)', [acme, globex]],
  ['delete from token_units where token_id = ?', [person]],
];

describe('the statements of a run', () => {
  for (const [text, bindings] of within) {
    it(`are let through when they are about one client: ${text}`, () => {
      expect(crossesClients({ text, bindings })).to.equal(undefined);
    });
  }

  for (const [text, bindings] of across) {
    it(`are found when they are not, with ${bindings.join(', ') || 'nothing'}: ${text}`, () => {
      expect(crossesClients({ text, bindings })).to.be.a('string');
    });
  }

  forEachDatabase((database) => {
    it('are seen on every connection that a database has', async () => {
      const opened = await openDatabase(readConfig({ DATABASE_URL: await database.url() }).database);
      const text = (way: string) => `select '${database.kind} ${way}' as way`;
      await opened.reader.all(text('reader'));
      await opened.scanner.all(text('scanner'));
      await opened.transaction((connection) => connection.all(text('writer')));
      await opened.close();
      const seen = seenStatements().map((statement) => statement.text);
      expect(seen).to.include.members(['reader', 'scanner', 'writer'].map(text));
    });

    it('of the migrations are known, because they are about all clients', async () => {
      await database.url();
      const seen = seenStatements().filter(({ text }) => text.includes('insert into resource_counts'));
      expect(seen).not.to.have.lengthOf(0);
      const known = await migrationStatements();
      for (const { text } of seen) expect(known.has(text), text).to.equal(true);
    });
  });
});
