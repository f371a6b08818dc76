/**
 * The change log becomes a chain: each entry holds a hash over the one before it and over itself, and a client's head says
 * where its chain ends. Positions count without a gap in each client. What is in the log already is chained by
 * src/store/trail/chain-existing.ts right after this.
 *
 * @param {import('../../src/store/database/dialect.js').ColumnTypes} type
 * @returns {string[]}
 */
export function up(type) {
  return [
    `alter table changes add column hash text not null default ''`,
    ...ownPositions[type.database],
    // A row that every write of a client changes; on PostgreSQL its page has room for many versions of it.
    `create table change_heads (
      client_id ${type.id} primary key references clients (id),
      position bigint not null,
      hash text not null
    )${roomForVersions[type.database]}`,
  ];
}

const ownPositions = {
  sqlite: [],
  postgres: ['alter table changes alter column position drop identity'],
};

const roomForVersions = { sqlite: '', postgres: ' with (fillfactor = 10)' };
