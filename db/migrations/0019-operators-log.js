/**
 * The operators' own log: a row of `clients` that is no client, whose entries tell of what belongs to none. It is off, and has a
 * name that no client may have.
 *
 * @returns {string[]}
 */
export function up() {
  return [
    `insert into clients (id, name, name_key, active, created_at, last_modified) values
      ('00000000-0000-0000-0000-000000000000', '', '', 0, '1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z')`,
  ];
}
