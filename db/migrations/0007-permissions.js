/**
 * What groups may do with the objects of an application, and who owns which object.
 *
 * @param {import('../../src/store/database/dialect.js').ColumnTypes} type
 * @returns {string[]}
 */
export function up(type) {
  return [
    // An object that is not registered belongs to nobody, and nobody can be given a permission on it.
    `create table objects (
      client_id ${type.id} not null references clients (id),
      object_type text not null,
      object_id ${type.key} not null,
      unit_id ${type.id},
      created_at ${type.instant} not null,
      primary key (client_id, object_type, object_id),
      foreign key (client_id, unit_id) references units (client_id, id)
    )`,
    `create table permissions (
      client_id ${type.id} not null,
      group_id ${type.id} not null,
      object_type text not null,
      object_id ${type.key} not null,
      permission text not null,
      primary key (client_id, group_id, object_type, object_id, permission),
      foreign key (client_id, group_id) references groups (client_id, id) on delete cascade,
      foreign key (client_id, object_type, object_id) references objects (client_id, object_type, object_id)
    )`,
    `create index permissions_by_object on permissions (client_id, object_type, object_id)`,
  ];
}
