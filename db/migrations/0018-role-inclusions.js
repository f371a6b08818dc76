/**
 * Which roles have the rights of which others, themselves among them, through any number of steps: what `contains` of the roles
 * comes to. Filled at every start that finds a role without its row.
 *
 * @param {import('../../src/store/database/dialect.js').ColumnTypes} type
 * @returns {string[]}
 */
export function up(type) {
  return [
    `create table role_inclusions (
      role_key ${type.key} not null references roles (name_key),
      included_key ${type.key} not null references roles (name_key),
      distance integer not null,
      primary key (role_key, included_key)
    )`,
    `create index role_inclusions_by_included on role_inclusions (included_key, role_key)`,
  ];
}
