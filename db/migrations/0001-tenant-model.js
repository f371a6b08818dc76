/**
 * The tenant model: clients, units, users, groups, memberships, tokens, and the change log.
 * Every key of a tenant's table begins with the client, so that a foreign key cannot cross clients
 * and a distributed PostgreSQL can shard by client.
 *
 * @param {import('../../src/store/database/dialect.js').ColumnTypes} type
 * @returns {string[]}
 */
export function up(type) {
  return [
    `create table clients (
      id ${type.id} primary key,
      name text not null,
      name_key ${type.key} not null unique,
      active integer not null default 1,
      created_at ${type.instant} not null,
      last_modified ${type.instant} not null
    )`,

    `create table units (
      client_id ${type.id} not null references clients (id),
      id ${type.id} not null,
      name text not null,
      name_key ${type.key} not null,
      created_at ${type.instant} not null,
      ended_at ${type.instant},
      primary key (client_id, id)
    )`,
    `create unique index units_by_name on units (client_id, name_key) where ended_at is null`,

    // A resource holds the name of its set of units, so that the scope rule is one comparison a row.
    `create table unit_sets (
      client_id ${type.id} not null,
      unit_set ${type.key} not null,
      unit_id ${type.id} not null,
      primary key (client_id, unit_set, unit_id),
      foreign key (client_id, unit_id) references units (client_id, id)
    )`,

    `create table users (
      client_id ${type.id} not null references clients (id),
      id ${type.id} not null,
      version integer not null,
      active integer not null,
      user_name_key ${type.key} not null,
      external_id ${type.key},
      display_name text,
      unit_set ${type.key} not null default '',
      created_at ${type.instant} not null,
      last_modified ${type.instant} not null,
      deleted_at ${type.instant},
      document text not null,
      search ${type.json} not null,
      primary key (client_id, id)
    )`,
    `create unique index users_by_user_name on users (client_id, user_name_key) where deleted_at is null`,
    `create index users_deleted_by_user_name on users (client_id, user_name_key) where deleted_at is not null`,
    `create index users_by_external_id on users (client_id, external_id) where external_id is not null`,
    `create index users_by_unit_set on users (client_id, unit_set, id)`,
    `create index users_by_last_modified on users (client_id, last_modified, id)`,

    // One row for each value of an attribute that is marked "index" or unique in its schema document.
    `create table value_index (
      client_id ${type.id} not null,
      resource_type text not null,
      attribute ${type.key} not null,
      key ${type.key} not null,
      resource_id ${type.id} not null,
      is_unique integer not null default 0,
      primary key (client_id, resource_type, attribute, key, resource_id)
    )`,
    `create unique index value_index_unique on value_index (client_id, resource_type, attribute, key) where is_unique = 1`,

    `create table credentials (
      client_id ${type.id} not null,
      user_id ${type.id} not null,
      password_hash text not null,
      changed_at ${type.instant} not null,
      primary key (client_id, user_id),
      foreign key (client_id, user_id) references users (client_id, id)
    )`,

    `create table groups (
      client_id ${type.id} not null references clients (id),
      id ${type.id} not null,
      version integer not null,
      display_name_key ${type.key} not null,
      external_id ${type.key},
      display_name text not null,
      unit_set ${type.key} not null default '',
      created_at ${type.instant} not null,
      last_modified ${type.instant} not null,
      document text not null,
      search ${type.json} not null,
      primary key (client_id, id)
    )`,
    `create unique index groups_by_display_name on groups (client_id, display_name_key, unit_set)`,
    `create index groups_by_external_id on groups (client_id, external_id) where external_id is not null`,
    `create index groups_by_unit_set on groups (client_id, unit_set, id)`,
    `create index groups_by_last_modified on groups (client_id, last_modified, id)`,

    `create table memberships (
      client_id ${type.id} not null,
      group_id ${type.id} not null,
      user_id ${type.id} not null,
      primary key (client_id, group_id, user_id),
      foreign key (client_id, group_id) references groups (client_id, id) on delete cascade,
      foreign key (client_id, user_id) references users (client_id, id)
    )`,
    `create index memberships_by_user on memberships (client_id, user_id, group_id)`,

    // Groups that are members of groups.
    `create table nestings (
      client_id ${type.id} not null,
      group_id ${type.id} not null,
      child_id ${type.id} not null,
      primary key (client_id, group_id, child_id),
      foreign key (client_id, group_id) references groups (client_id, id) on delete cascade,
      foreign key (client_id, child_id) references groups (client_id, id) on delete cascade
    )`,
    `create index nestings_by_child on nestings (client_id, child_id, group_id)`,

    // client_id is null for an operator's token alone.
    `create table tokens (
      id ${type.id} primary key,
      public_id ${type.key} not null unique,
      client_id ${type.id} references clients (id),
      kind text not null,
      access text not null,
      dialect text not null,
      user_id ${type.id},
      description text,
      secret_hash text not null,
      created_at ${type.instant} not null,
      expires_at ${type.instant} not null,
      revoked_at ${type.instant},
      revoked_reason text,
      foreign key (client_id, user_id) references users (client_id, id)
    )`,
    `create index tokens_by_client on tokens (client_id, created_at)`,
    `create index tokens_by_user on tokens (client_id, user_id) where user_id is not null`,
    `create table token_units (
      client_id ${type.id} not null,
      token_id ${type.id} not null references tokens (id),
      unit_id ${type.id} not null,
      primary key (client_id, token_id, unit_id),
      foreign key (client_id, unit_id) references units (client_id, id)
    )`,
    `create index token_units_by_unit on token_units (client_id, unit_id)`,

    `create table changes (
      client_id ${type.id} not null references clients (id),
      position ${type.position},
      at ${type.instant} not null,
      actor_kind text not null,
      actor_id text not null,
      request_id text not null,
      action text not null,
      resource_type text not null,
      resource_id ${type.id} not null,
      version integer,
      attributes text not null,
      members text not null,
      primary key (client_id, position)
    )`,
    `create index changes_by_resource on changes (client_id, resource_id, position)`,
  ];
}
