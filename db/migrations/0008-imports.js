/**
 * Whom a running import has seen, so that the others can be told apart without keeping them all in memory.
 *
 * @param {import('../../src/store/database/dialect.js').ColumnTypes} type
 * @returns {string[]}
 */
export function up(type) {
  return [
    `create table import_marks (
      client_id ${type.id} not null,
      import_id ${type.id} not null,
      user_id ${type.id} not null,
      leaves integer not null,
      primary key (client_id, import_id, user_id),
      foreign key (client_id, user_id) references users (client_id, id)
    )`,
  ];
}
