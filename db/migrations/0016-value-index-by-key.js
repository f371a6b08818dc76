/**
 * The value index on SQLite lies in the order of its key, once: as a table with an index on all of its columns it held everything
 * twice, more than a kilobyte for each user.
 *
 * @param {import('../../src/store/database/dialect.js').ColumnTypes} type
 * @returns {string[]}
 */
export function up(type) {
  return { sqlite: rewrite(type), postgres: [] }[type.database];
}

const columns = 'client_id, resource_type, attribute, key, resource_id, is_unique';

/** @param {import('../../src/store/database/dialect.js').ColumnTypes} type */
function rewrite(type) {
  return [
    `create table value_index_by_key (
      client_id ${type.id} not null,
      resource_type text not null,
      attribute ${type.key} not null,
      key ${type.key} not null,
      resource_id ${type.id} not null,
      is_unique integer not null default 0,
      primary key (client_id, resource_type, attribute, key, resource_id)
    ) without rowid`,
    `insert into value_index_by_key (${columns}) select ${columns} from value_index order by ${columns}`,
    'drop table value_index',
    'alter table value_index_by_key rename to value_index',
    'create unique index value_index_unique on value_index (client_id, resource_type, attribute, key) where is_unique = 1',
  ];
}
