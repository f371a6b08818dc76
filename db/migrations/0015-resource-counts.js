/**
 * How many users and groups there are in each set of units, so that the total of a list is a few rows. Triggers keep the
 * numbers in the transaction of every write. Deleted users do not count. A number is the sum over its shards: processes of
 * PostgreSQL that write at the same time each have a row of their own and do not wait for one another.
 *
 * @param {import('../../src/store/database/dialect.js').ColumnTypes} type
 * @returns {string[]}
 */
export function up(type) {
  return [
    `create table resource_counts (
      client_id ${type.id} not null references clients (id),
      resource_type text not null,
      unit_set ${type.key} not null,
      shard integer not null,
      total integer not null,
      primary key (client_id, resource_type, unit_set, shard)
    )`,
    `insert into resource_counts (client_id, resource_type, unit_set, shard, total)
      select u.client_id, 'User', u.unit_set, 0, count(*) from users u where u.deleted_at is null group by u.client_id, u.unit_set`,
    `insert into resource_counts (client_id, resource_type, unit_set, shard, total)
      select g.client_id, 'Group', g.unit_set, 0, count(*) from groups g group by g.client_id, g.unit_set`,
    ...triggers[type.database],
  ];
}

/** @param {string} values */
const count = (values) => `insert into resource_counts (client_id, resource_type, unit_set, shard, total) ${values}
  on conflict (client_id, resource_type, unit_set, shard) do update set total = resource_counts.total + excluded.total`;

// SQLite has one writer, so one shard.
const sqlite = [
  `create trigger users_added after insert on users when new.deleted_at is null begin
    ${count("values (new.client_id, 'User', new.unit_set, 0, 1)")}; end`,
  `create trigger users_removed after delete on users when old.deleted_at is null begin
    ${count("values (old.client_id, 'User', old.unit_set, 0, -1)")}; end`,
  `create trigger users_moved after update of deleted_at, unit_set on users
    when (old.deleted_at is null) <> (new.deleted_at is null) or old.unit_set <> new.unit_set begin
    ${count("select old.client_id, 'User', old.unit_set, 0, -1 where old.deleted_at is null")};
    ${count("select new.client_id, 'User', new.unit_set, 0, 1 where new.deleted_at is null")}; end`,
  `create trigger groups_added after insert on groups begin
    ${count("values (new.client_id, 'Group', new.unit_set, 0, 1)")}; end`,
  `create trigger groups_removed after delete on groups begin
    ${count("values (old.client_id, 'Group', old.unit_set, 0, -1)")}; end`,
  `create trigger groups_moved after update of unit_set on groups when old.unit_set <> new.unit_set begin
    ${count("values (old.client_id, 'Group', old.unit_set, 0, -1), (new.client_id, 'Group', new.unit_set, 0, 1)")}; end`,
];

/** @param {string} name @param {string} statements */
const procedure = (name, statements) =>
  `create function ${name}() returns trigger language plpgsql as $body$ begin ${statements} return null; end $body$`;

/**
 * Of all rows of a statement at once, in the order of the key, so that two statements do not wait for each other in a circle.
 *
 * @param {string} type @param {string} sign @param {string} condition
 */
const countRows = (type, sign, condition) =>
  `${count(`select r.client_id, '${type}', r.unit_set, pg_backend_pid() % 64, ${sign}count(*) from counted r where ${condition}
    group by r.client_id, r.unit_set order by r.client_id, r.unit_set`)};`;

/** @param {string} type @param {string} wasThere @param {string} isThere */
const countMove = (type, wasThere, isThere) =>
  `${count(`select c.client_id, '${type}', c.unit_set, pg_backend_pid() % 64, c.by from (values
    (old.client_id, old.unit_set, case when ${wasThere} then -1 else 0 end),
    (new.client_id, new.unit_set, case when ${isThere} then 1 else 0 end)) c (client_id, unit_set, by)
    where c.by <> 0 order by c.client_id, c.unit_set`)};`;

const postgres = [
  procedure('count_users_added', countRows('User', '', 'r.deleted_at is null')),
  procedure('count_users_removed', countRows('User', '-', 'r.deleted_at is null')),
  procedure('count_users_moved', countMove('User', 'old.deleted_at is null', 'new.deleted_at is null')),
  procedure('count_groups_added', countRows('Group', '', 'true')),
  procedure('count_groups_removed', countRows('Group', '-', 'true')),
  procedure('count_groups_moved', countMove('Group', 'true', 'true')),
  `create trigger users_added after insert on users referencing new table as counted
    for each statement execute function count_users_added()`,
  `create trigger users_removed after delete on users referencing old table as counted
    for each statement execute function count_users_removed()`,
  // Of each row: a trigger with a condition costs nothing where the condition does not hold.
  `create trigger users_moved after update on users for each row
    when ((old.deleted_at is null) <> (new.deleted_at is null) or old.unit_set <> new.unit_set)
    execute function count_users_moved()`,
  `create trigger groups_added after insert on groups referencing new table as counted
    for each statement execute function count_groups_added()`,
  `create trigger groups_removed after delete on groups referencing old table as counted
    for each statement execute function count_groups_removed()`,
  `create trigger groups_moved after update on groups for each row
    when (old.unit_set <> new.unit_set) execute function count_groups_moved()`,
];

const triggers = { sqlite, postgres };
