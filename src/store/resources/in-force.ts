import { nowInstant } from '../../clock.js';
import { bind, raw, sql } from '../sql/compose-sql.js';
import type { Sql } from '../sql/sql.js';

/** What `ends_at` of a membership without an end says: greater than any instant there will be. */
export const never = '9999-12-31T23:59:59.999Z';

/**
 * The condition under which a membership counts now: neither it nor its collaboration has expired. `alias` is the row.
 * Whoever shows members, or draws rights from them, adds it.
 */
export function inForce(alias: string): Sql {
  return sql`${raw(alias)}.ends_at > ${bind(nowInstant())}`;
}
