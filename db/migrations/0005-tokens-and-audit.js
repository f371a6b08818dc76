/**
 * Tokens: when each was used last, and the secret that a rotation leaves in force for a while.
 * Change log: the units of what an entry tells of, so that the scope rule holds for the entry too, and the values before
 * and after. The values stand in columns of their own beside a salted hash of them: they can be erased, and whatever is
 * chained over the hash still verifies.
 *
 * @param {import('../../src/store/database/dialect.js').ColumnTypes} type
 * @returns {string[]}
 */
export function up(type) {
  return [
    `alter table tokens add column last_used_at ${type.instant}`,
    `alter table tokens add column previous_secret_hash text`,
    `alter table tokens add column previous_until ${type.instant}`,
    `alter table changes add column unit_set ${type.key}`,
    `alter table changes add column detail text`,
    `alter table changes add column detail_salt text`,
    `alter table changes add column detail_hash text`,
    `create index changes_by_at on changes (client_id, at, position)`,
  ];
}
