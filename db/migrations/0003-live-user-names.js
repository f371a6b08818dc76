/**
 * The index on the userNames of those who are not deleted says so in other words on PostgreSQL, so that only statements that
 * say the same use it. Without statistics, as after a first sync, PostgreSQL takes them for one row in 200 and would read this
 * index from end to end for any statement that leaves out the deleted.
 *
 * @param {import('../../src/store/database/dialect.js').ColumnTypes} type
 * @returns {string[]}
 */
export function up(type) {
  return [
    `drop index users_by_user_name`,
    `create unique index users_by_user_name on users (client_id, user_name_key) where ${type.living}`,
  ];
}
