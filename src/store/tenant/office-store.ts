import { nowInstant } from '../../clock.js';
import type { TenantTables } from './tenant-tables.js';

/** What a person administers: the whole client, the units with these ids, or nothing. */
export type Office =
  | { readonly kind: 'client' }
  | { readonly kind: 'units'; readonly units: readonly string[] }
  | { readonly kind: 'none' };

export const noOffice: Office = { kind: 'none' };

/**
 * What a person administers, by memberships that have not expired: the client as a member of its `client-admins`; units that have not ended, as a member of a group of
 * `unit-managers` that is in them, or with the role UnitManager and in them.
 */
export async function officeOf(tables: TenantTables, userId: string): Promise<Office> {
  const now = nowInstant();
  const rows = await tables.all<{ kind: 'client' | 'units'; unit_id: string | null }>(
    `select 'client' as kind, null as unit_id from memberships m join groups g on g.client_id = :client and g.id = m.group_id and g.kind = 'client-admins'
       where m.client_id = :client and m.user_id = ? and m.ends_at > ?
     union all
     select 'units', e.id from memberships m join groups g on g.client_id = :client and g.id = m.group_id and g.kind = 'unit-managers'
       join unit_sets s on s.client_id = :client and s.unit_set = g.unit_set join units e on e.client_id = :client and e.id = s.unit_id and e.ended_at is null
       where m.client_id = :client and m.user_id = ? and m.ends_at > ?
     union all
     select 'units', e.id from users u join value_index v on v.client_id = :client and v.resource_type = 'User' and v.attribute = 'roles.value' and v.key = 'unitmanager' and v.resource_id = u.id
       join unit_sets s on s.client_id = :client and s.unit_set = u.unit_set join units e on e.client_id = :client and e.id = s.unit_id and e.ended_at is null
       where u.client_id = :client and u.id = ?`,
    [userId, now, userId, now, userId],
  );
  if (rows.some(({ kind }) => kind === 'client')) return { kind: 'client' };
  const units = new Set(rows.flatMap(({ unit_id: unit }) => unit ?? []));
  return units.size === 0 ? noOffice : { kind: 'units', units: [...units] };
}
