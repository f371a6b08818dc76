/**
 * People who are erased: of the row, what says nothing of the person stays, so that ids and numbers are not given again.
 *
 * @param {import('../../src/store/database/dialect.js').ColumnTypes} type
 * @returns {string[]}
 */
export function up(type) {
  return [
    `alter table users add column erased_at ${type.instant}`,
    `create index users_to_erase on users (client_id, deleted_at) where deleted_at is not null and erased_at is null`,
  ];
}
