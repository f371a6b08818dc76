/**
 * Collaborations: groups with a short name and a URN, groups that lie in one, the services they are connected to, and
 * invitations. A membership has a role and may end. `ends_at` says when it ends by its own date or by those of the
 * collaboration: it is settled when one of them changes, so that whoever reads members compares one column.
 *
 * @param {import('../../src/store/database/dialect.js').ColumnTypes} type
 * @returns {string[]}
 */
export function up(type) {
  return [
    // The first part of every URN of the client; it stays when the client gets another name.
    `alter table clients add column short_name text`,
    `alter table clients add column invitation_ttl_days integer not null default 15`,

    `alter table groups add column short_name ${type.key}`,
    `alter table groups add column urn ${type.key}`,
    `create unique index groups_by_urn on groups (client_id, urn) where urn is not null`,

    `create table collaboration_groups (
      client_id ${type.id} not null,
      id ${type.id} not null,
      collaboration_id ${type.id} not null,
      primary key (client_id, id),
      foreign key (client_id, id) references groups (client_id, id) on delete cascade,
      foreign key (client_id, collaboration_id) references groups (client_id, id)
    )`,
    `create index collaboration_groups_by_collaboration on collaboration_groups (client_id, collaboration_id, id)`,

    `alter table memberships add column role text not null default 'member'`,
    `alter table memberships add column expires_at ${type.instant}`,
    // Greater than any instant there will be: a membership without an end.
    `alter table memberships add column ends_at ${type.instant} not null default '9999-12-31T23:59:59.999Z'`,

    // approval: auto | manual
    `create table services (
      client_id ${type.id} not null references clients (id),
      id ${type.id} not null,
      name text not null,
      name_key ${type.key} not null,
      approval text not null,
      created_at ${type.instant} not null,
      primary key (client_id, id)
    )`,
    `create unique index services_by_name on services (client_id, name_key)`,

    // status: connected | pending
    `create table connected_services (
      client_id ${type.id} not null,
      collaboration_id ${type.id} not null,
      service_id ${type.id} not null,
      status text not null,
      connected_at ${type.instant} not null,
      primary key (client_id, collaboration_id, service_id),
      foreign key (client_id, collaboration_id) references groups (client_id, id) on delete cascade,
      foreign key (client_id, service_id) references services (client_id, id)
    )`,
    `create index connected_services_by_service on connected_services (client_id, service_id)`,

    // status: open | accepted | declined | expired; an open one whose time has passed counts as expired.
    `create table invitations (
      client_id ${type.id} not null,
      id ${type.id} not null,
      collaboration_id ${type.id} not null,
      email text not null,
      email_key ${type.key} not null,
      role text not null,
      code_hash ${type.key} not null,
      status text not null,
      created_at ${type.instant} not null,
      expires_at ${type.instant} not null,
      membership_expires_at ${type.instant},
      user_id ${type.id},
      primary key (client_id, id),
      foreign key (client_id, collaboration_id) references groups (client_id, id) on delete cascade,
      foreign key (client_id, user_id) references users (client_id, id)
    )`,
    `create unique index invitations_open on invitations (client_id, collaboration_id, email_key) where status = 'open'`,
    `create unique index invitations_by_code on invitations (client_id, code_hash)`,
    `create index invitations_by_user on invitations (client_id, user_id) where user_id is not null`,
    `create table invitation_groups (
      client_id ${type.id} not null,
      invitation_id ${type.id} not null,
      group_id ${type.id} not null,
      primary key (client_id, invitation_id, group_id),
      foreign key (client_id, invitation_id) references invitations (client_id, id) on delete cascade,
      foreign key (client_id, group_id) references groups (client_id, id) on delete cascade
    )`,
    `create index invitation_groups_by_group on invitation_groups (client_id, group_id)`,
  ];
}
