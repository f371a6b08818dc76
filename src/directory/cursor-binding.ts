import { nowMs } from '../clock.js';
import type { CursorBinding } from '../protocol/cursor.js';
import type { DirectoryContext } from './context.js';
import type { RequestScope } from './request-scope.js';

/** What the cursors of a list belong to: the client and the units of the caller, the query (a digest) and the size of its pages. */
export function cursorBinding(
  { cursorSecret: secret }: DirectoryContext,
  { clientId, units }: RequestScope,
  list: Pick<CursorBinding, 'query' | 'count'>,
): CursorBinding {
  const scope = [clientId, ...(units === undefined ? ['*'] : units.toSorted())].join();
  return { secret, scope, ...list, nowMs: nowMs() };
}
