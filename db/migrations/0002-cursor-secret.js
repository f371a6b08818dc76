/**
 * What the service keeps for itself and not for a tenant, such as the secret that seals cursors:
 * every process over the same database must open what another one has sealed.
 *
 * @param {import('../../src/store/database/dialect.js').ColumnTypes} type
 * @returns {string[]}
 */
export function up(type) {
  return [
    `create table settings (
      name ${type.key} primary key,
      value text not null
    )`,
  ];
}
