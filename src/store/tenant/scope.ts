import type { Sql } from '../sql/sql.js';

/** What a caller may reach: one client, whole or by units (the scope rule). */
export interface TenantScope {
  readonly clientId: string;
  /** The units of a unit token; undefined means the whole client. An empty list reaches nothing. */
  readonly units: readonly string[] | undefined;
  /** When what is written must be ready to be committed, in milliseconds since 1970. */
  readonly deadlineMs?: number | undefined;
  /** Asked when something is about to be committed: throws where the caller may no longer do what it might when the scope was made. */
  readonly requireStanding?: (() => Promise<void>) | undefined;
}

/**
 * The condition under which a user or a group is in scope: it has a unit, and all its units are among the scope's.
 * `alias` is the row; the sets are few, so that this is one look-up a row.
 */
export function inScope(scope: TenantScope, alias: string): Sql {
  if (scope.units === undefined) return { text: '1 = 1', bindings: [] };
  if (scope.units.length === 0) return { text: '1 = 0', bindings: [] };
  const units = scope.units.map(() => '?').join(', ');
  return {
    text: `${alias}.unit_set in (select s.unit_set from unit_sets s where s.client_id = :client group by s.unit_set having min(case when s.unit_id in (${units}) then 1 else 0 end) = 1)`,
    bindings: scope.units,
  };
}
