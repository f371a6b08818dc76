import type { TenantTables } from '../../../src/store/tenant/tenant-tables.js';

/** What must never be found, whatever was killed when: half of an end. */
const halves: readonly (readonly [what: string, statement: string])[] = [
  [
    'a token is revoked without an entry in the log',
    `select t.id from tokens t where t.client_id = :client and t.revoked_reason in ('revoked', 'unit-ended') and not exists (select 1 from changes c where c.client_id = :client and c.resource_id = t.id and c.resource_type = 'Token' and c.action = 'revoke')`,
  ],
  [
    'the log tells of a revocation, and the token is in force',
    `select c.resource_id as id from changes c join tokens t on t.client_id = :client and t.id = c.resource_id where c.client_id = :client and c.resource_type = 'Token' and c.action = 'revoke' and t.revoked_at is null`,
  ],
  [
    'a unit has ended without an entry in the log',
    `select u.id from units u where u.client_id = :client and u.ended_at is not null and not exists (select 1 from changes c where c.client_id = :client and c.resource_id = u.id and c.resource_type = 'Unit' and c.action = 'end')`,
  ],
  [
    'the log tells of an end, and the unit is there',
    `select c.resource_id as id from changes c join units u on u.client_id = :client and u.id = c.resource_id where c.client_id = :client and c.resource_type = 'Unit' and c.action = 'end' and u.ended_at is null`,
  ],
  [
    'a token for units is in force, and none of its units is',
    `select t.id from tokens t where t.client_id = :client and t.kind = 'unit' and t.revoked_at is null and not exists (select 1 from token_units x join units u on u.client_id = :client and u.id = x.unit_id and u.ended_at is null where x.client_id = :client and x.token_id = t.id)`,
  ],
  [
    'a membership is of somebody who is deleted',
    `select m.user_id as id from memberships m join users u on u.client_id = :client and u.id = m.user_id where m.client_id = :client and u.deleted_at is not null`,
  ],
];

/** Tokens, units and memberships of which half has been done. */
export async function standingFaults(tables: TenantTables): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const [what, statement] of halves) {
    const rows = await tables.all<{ id: string }>(statement);
    faults.push(...rows.map(({ id }) => `TORN: ${what}: ${id}`));
  }
  return faults;
}
