/**
 * The condition of not being deleted where a userName is asked for: the index on it leaves out the deleted, and each database must be told
 * so in its own words. `row` stands before the columns, such as `u.`.
 */
export function living(row: string): string {
  return `${row}deleted_at is null and coalesce(${row}deleted_at, '') = ''`;
}
