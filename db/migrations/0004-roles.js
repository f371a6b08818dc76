/**
 * Roles and what a client may grant of them; kinds of groups; how a person's account stands; the settings of a client.
 * The catalogue belongs to the platform: its tables are filled from schemas/role-catalogue.json at every start.
 *
 * @param {import('../../src/store/database/dialect.js').ColumnTypes} type
 * @returns {string[]}
 */
export function up(type) {
  return [
    // `contains` names what has less of the same, as a JSON list.
    `create table roles (
      id ${type.id} primary key,
      name_key ${type.key} not null unique,
      name text not null,
      kind text not null,
      built_in integer not null default 0,
      display text not null,
      description text,
      contains text not null default '[]',
      active integer not null default 1,
      created_at ${type.instant} not null,
      last_modified ${type.instant} not null
    )`,
    `create table entitlements (
      id ${type.id} primary key,
      name_key ${type.key} not null unique,
      name text not null,
      type text not null,
      display text not null,
      description text,
      contains text not null default '[]',
      created_at ${type.instant} not null,
      last_modified ${type.instant} not null
    )`,
    `create table role_entitlements (
      role_key ${type.key} not null references roles (name_key),
      entitlement_key ${type.key} not null references entitlements (name_key),
      primary key (role_key, entitlement_key)
    )`,

    // What a client has licensed; no number of seats means as many as it likes.
    `create table client_roles (
      client_id ${type.id} not null references clients (id),
      role_key ${type.key} not null references roles (name_key),
      seats integer,
      created_at ${type.instant} not null,
      primary key (client_id, role_key)
    )`,

    // Active people are counted only while there is a limit to them.
    `alter table clients add column max_users integer`,
    `alter table clients add column active_users integer not null default 0`,
    `alter table clients add column default_roles text not null default '{}'`,

    // group | collaboration | collaboration-group | client-admins | unit-managers
    `alter table groups add column kind text not null default 'group'`,
    `create unique index groups_client_admins on groups (client_id) where kind = 'client-admins'`,
    `create index groups_by_kind on groups (client_id, kind, id) where kind <> 'group'`,

    // PENDING | ACTIVE | LOCKED; whether a person is active is another matter.
    `alter table users add column account_status text not null default 'ACTIVE'`,
    `alter table users add column failed_logins integer not null default 0`,
    `alter table users add column staff_usi ${type.counter}`,
    `update users set staff_usi = n.number
       from (select u.client_id, u.id, row_number() over (partition by u.client_id order by u.created_at, u.id) as number from users u) n
       where n.client_id = users.client_id and n.id = users.id and users.staff_usi is null`,
    `create unique index users_by_staff_usi on users (client_id, staff_usi)`,
  ];
}
