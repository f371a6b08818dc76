/**
 * How much of a rate limit has been used in the window that runs, for processes that share a database. Nothing in it outlives
 * a crash, and nothing needs to. The columns stand in the order that rate-limiter-flexible inserts.
 *
 * @param {import('../../src/store/database/dialect.js').ColumnTypes} type
 * @returns {string[]}
 */
export function up(type) {
  return [
    `create ${type.unlogged} table request_counts (
      key ${type.key} primary key,
      points integer not null,
      expire bigint
    )`,
  ];
}
