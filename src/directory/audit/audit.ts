import { createHash } from 'node:crypto';
import { instantOf } from '../../clock.js';
import { insufficientScope, invalidValue } from '../../errors.js';
import { openCursor, sealCursor, type CursorBinding } from '../../protocol/cursor.js';
import { readHead } from '../../store/trail/append-entries.js';
import {
  readChanges,
  type ChangePage,
  type ChangeSelection,
  type LoggedChange,
} from '../../store/trail/audit-store.js';
import type { ChainHead } from '../../store/trail/change-chain.js';
import { classifyMembers } from '../../store/resources/membership-store.js';
import { operatorsLog } from '../../store/tenant/client-store.js';
import { readPlatform } from '../../store/tenant/platform-tables.js';
import { readTables, type TenantTables } from '../../store/tenant/tenant-tables.js';
import { operatorTokenDescriptions, tokenDescriptions } from '../../store/tenant/token-store.js';
import { verifyChain, type ChainReport } from '../../store/trail/verify-chain.js';
import { memberIn, viewChange, type ChangeView } from './change-view.js';
import type { DirectoryContext } from '../context.js';
import { cursorBinding } from '../cursor-binding.js';
import { isIdentifier } from '../identifiers.js';
import { requireAccess, type Caller, type RequestScope } from '../request-scope.js';
import { logOf, logScope } from './operators-log.js';

/** Which entries of the log are asked for. Instants with any offset. */
export type AuditQuery = Readonly<Record<'targetId' | 'actor' | 'from' | 'to', string | undefined>> &
  Pick<ChangeSelection, 'action'> & { readonly newestFirst: boolean };

/** A page of the log, and where the next one begins; undefined when there is nothing more. */
export interface AuditPage {
  readonly entries: readonly ChangeView[];
  readonly next: string | undefined;
}

const exportedAtOnce = 500;

/** The change log, read: who did what, to what, when. A caller who acts on no client reads the operators' own. */
export class Audit {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /** A page of at most `count` entries behind a cursor. Throws `invalidCursor` for a cursor of another question or scope, `expiredCursor` and
   * `invalidCount`. */
  async list(
    caller: Caller,
    query: AuditQuery,
    page: { readonly cursor: string | undefined; readonly count: number },
  ): Promise<AuditPage> {
    requireAccess(caller, 'admin');
    const scope = logScope(caller);
    const binding = cursorBinding(this.#context, scope, { query: digestOf(query), count: page.count });
    const after = page.cursor === undefined ? undefined : Number(openCursor(binding, page.cursor).id);
    const { newestFirst } = query;
    // One more than asked for tells whether there is a next page.
    const found = await this.#read(scope, query, { after, count: page.count + 1, newestFirst });
    const shown = found.slice(0, page.count);
    const last = shown.at(-1);
    return {
      entries: await this.#views(scope, shown),
      next: last === undefined || found.length === shown.length ? undefined : cursorBehind(binding, last),
    };
  }

  /** All entries, read as they are taken. */
  async *export(caller: Caller, query: AuditQuery): AsyncGenerator<ChangeView> {
    requireAccess(caller, 'admin');
    const scope = logScope(caller);
    const { newestFirst } = query;
    let after: number | undefined;
    for (;;) {
      const found = await this.#read(scope, query, { after, count: exportedAtOnce, newestFirst });
      yield* await this.#views(scope, found);
      after = found.at(-1)?.position;
      if (after === undefined || found.length < exportedAtOnce) return;
    }
  }

  /** Where the log ends. Throws 403 for a token for units: the log of the client is not theirs. */
  async head(caller: Caller): Promise<ChainHead> {
    requireWholeLog(caller);
    return readHead(readTables(this.#context.database, { clientId: logOf(caller), units: undefined }));
  }

  /** Whether the log is as it was written, up to its head and, if one is given, to a head that was kept elsewhere. */
  async verify(caller: Caller, stored?: ChainHead): Promise<ChainReport> {
    requireWholeLog(caller);
    return verifyChain(this.#context.database, logOf(caller), stored);
  }

  async #read(scope: RequestScope, query: AuditQuery, page: ChangePage): Promise<readonly LoggedChange[]> {
    const { targetId, actor, action, from, to } = query;
    // What is no id is the id of nothing.
    if (targetId !== undefined && !isIdentifier(targetId)) return [];
    const selection = { targetId, actorId: actor, action, from: utc(from), to: utc(to) };
    return readChanges(readTables(this.#context.database, scope), selection, page);
  }

  async #views(scope: RequestScope, changes: readonly LoggedChange[]): Promise<readonly ChangeView[]> {
    const tables = readTables(this.#context.database, scope);
    const descriptions = await this.#descriptions(tables, changes);
    const isShown = await this.#memberFilter(tables, changes);
    const tellsUnits = scope.units === undefined;
    return changes.map((change) => viewChange(change, { descriptions, isShown, tellsUnits }));
  }

  /** What the tokens that acted are for; those of the log's owner alone are told. */
  #descriptions(tables: TenantTables, changes: readonly LoggedChange[]): Promise<ReadonlyMap<string, string>> {
    if (tables.scope.clientId === operatorsLog) return operatorTokenDescriptions(readPlatform(this.#context.database));
    const actors = changes.flatMap(({ actor }) => (actor.kind === 'token' ? [actor.id] : []));
    return tokenDescriptions(tables, [...new Set(actors)]);
  }

  /** Whoever is limited to units sees of the members those in scope. */
  async #memberFilter(tables: TenantTables, changes: readonly LoggedChange[]): Promise<(id: string) => boolean> {
    if (tables.scope.units === undefined) return () => true;
    const ids = new Set(
      changes.flatMap(({ members, detail = {} }) => [
        ...members.added,
        ...members.removed,
        ...Object.keys(detail).flatMap((path) => memberIn(path) ?? []),
      ]),
    );
    const kinds = await classifyMembers(tables, [...ids]);
    return (id) => kinds.get(id) === 'User' || kinds.get(id) === 'Group';
  }
}

function requireWholeLog(caller: Caller): void {
  requireAccess(caller, 'admin');
  if (caller.units !== undefined) throw insufficientScope('a token for units does not see the whole log');
}

function utc(instant: string | undefined): string | undefined {
  if (instant === undefined) return undefined;
  const ms = Date.parse(instant);
  if (Number.isNaN(ms)) throw invalidValue(`${JSON.stringify(instant)} is not an instant`);
  return instantOf(ms);
}

/** A digest of what is asked for: a cursor goes on with the same question alone. */
function digestOf({ targetId, actor, action, from, to, newestFirst }: AuditQuery): string {
  const asked = ['audit', targetId, actor, action, utc(from), utc(to), newestFirst];
  return createHash('sha256').update(JSON.stringify(asked)).digest('base64url').slice(0, 22);
}

function cursorBehind(binding: CursorBinding, { position }: LoggedChange): string {
  return sealCursor(binding, { id: String(position), key: null, totalResults: 0 });
}
