import { nowMs } from '../../clock.js';
import { RequestError } from '../../errors.js';
import { readProjection } from '../../protocol/projection.js';
import { userType } from '../../schema/resource-type.js';
import { dryRun } from '../../store/database/dry-run.js';
import { sharingCommits } from '../../store/database/sharing-commits.js';
import {
  countLeavers,
  forgetMarks,
  forgetMarksBefore,
  markSeen,
  matchPeople,
  unseenPeople,
  type ImportKey,
  type ImportMatch,
} from '../../store/resources/import-store.js';
import { readTables, writeTables, type TenantTables } from '../../store/tenant/tenant-tables.js';
import type { DirectoryContext } from '../context.js';
import { earliestIdentifier, newIdentifier } from '../identifiers.js';
import { bodyOf, patchOf } from './import-columns.js';
import { ImportReader, leaves, type ImportRow, type ReadRow } from './import-reader.js';
import { requireFewLeavers } from '../leaver-guard.js';
import type { RequestScope } from '../request-scope.js';
import { Users } from '../users/users.js';

/** How an import goes about it. */
export interface ImportOptions {
  readonly match: ImportKey;
  /** Whether active people whom the file does not name are switched off. */
  readonly deactivateMissing: boolean;
  /** Whether nothing is kept. */
  readonly dryRun: boolean;
}

/** What has become of one row, or of a person whom the file does not name; `line` is undefined then. */
export interface ImportResult {
  readonly line: number | undefined;
  readonly key: string;
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'deactivated' | 'failed';
  readonly id: string | undefined;
  readonly detail: string | undefined;
}

// So many rows are looked up together and written in transactions that share commits.
const rowsAtOnce = 120;
// Longer than any import takes.
const marksLastMs = 7 * 86_400_000;
const onlyId = readProjection(userType, { attributes: 'id' });

/**
 * Brings the people of a client to what a file says: one row a person, found by a key. What is there already is not written
 * again, so that a run may be repeated. Memory does not grow with the file.
 */
export class PeopleImport {
  readonly #context: DirectoryContext;
  readonly #scope: RequestScope;
  readonly #options: ImportOptions;
  readonly #reader: ImportReader;
  readonly #users: Users;
  readonly #importId = newIdentifier();

  /** Throws `invalidValue` for a header that names what is no attribute, or not the key. */
  constructor(context: DirectoryContext, scope: RequestScope, header: readonly string[], options: ImportOptions) {
    this.#context = context;
    this.#scope = { ...scope, dialect: 'tolerant' };
    this.#options = options;
    this.#reader = new ImportReader(header, options.match);
    const database = options.dryRun ? dryRun(context.database) : sharingCommits(context.database);
    this.#users = new Users({ ...context, database });
  }

  /** Whether the file may make people leave, so that it must be looked through before anything is written. */
  get mayLetLeave(): boolean {
    return this.#options.deactivateMissing || this.#reader.tellsActivity;
  }

  /**
   * Looks through the file. Throws 409 when more people would leave than the policy lets pass, or when it cannot be told who is
   * missing, unless the scope confirms it.
   */
  async foresee(rows: AsyncIterable<ImportRow>): Promise<void> {
    await writeTables(this.#context.database, this.#scope, forgetOldMarks);
    const { deactivateMissing: missing } = this.#options;
    let [named, nameless] = [0, 0];
    for await (const part of this.#reader.inParts(rows, rowsAtOnce)) {
      const nobody = part.filter(({ key }) => key === '').length;
      named += part.length - nobody;
      nameless += nobody;
      await this.#mark(part, await this.#match(part));
    }
    const confirmed = this.#scope.confirmsLeavers ?? false;
    if (missing && !confirmed && (named === 0 || nameless > 0)) throw unclearWhoIsMissing(nameless);
    const leavers = await countLeavers(readTables(this.#context.database, this.#scope), this.#importId, { missing });
    const policy = { share: this.#context.massLeaverShare, confirmed };
    await requireFewLeavers(readTables(this.#context.database, this.#scope), leavers, policy);
  }

  /** Carries it out, and says of each row what has become of it, in the order of the file. */
  async *run(rows: AsyncIterable<ImportRow>): AsyncGenerator<ImportResult> {
    for await (const part of this.#reader.inParts(rows, rowsAtOnce)) {
      const matches = await this.#match(part);
      const results = await Promise.all(part.map((row) => this.#apply(row, matches.get(row.indexKey))));
      await this.#markResults(results);
      yield* results;
    }
    if (this.#options.deactivateMissing) yield* this.#deactivateMissing();
  }

  /** Forgets what the run had to remember. */
  async finish(): Promise<void> {
    await writeTables(this.#context.database, this.#scope, (tables) => forgetMarks(tables, this.#importId));
  }

  #match(rows: readonly ReadRow[]): Promise<ReadonlyMap<string, ImportMatch>> {
    const keys = rows.filter(({ key }) => key !== '').map((row) => row.indexKey);
    return matchPeople(readTables(this.#context.database, this.#scope), this.#options.match, keys);
  }

  async #apply(row: ReadRow, match: ImportMatch | undefined): Promise<ImportResult> {
    try {
      if (row.error !== undefined) throw row.error;
      return await (match === undefined ? this.#create(row) : this.#change(row, match));
    } catch (error) {
      if (!(error instanceof RequestError) || error.status >= 500) throw error;
      return { ...resultOf(row, 'failed', match?.id), detail: error.message };
    }
  }

  /** Adds a person; one whom somebody else has added meanwhile is changed. */
  async #create(row: ReadRow): Promise<ImportResult> {
    try {
      const { id } = await this.#users.create(this.#scope, bodyOf(row.operations), onlyId);
      return resultOf(row, 'created', this.#options.dryRun ? undefined : id);
    } catch (error) {
      if (!(error instanceof RequestError) || error.scimType !== 'uniqueness') throw error;
      const match = (await this.#match([row])).get(row.indexKey);
      if (match === undefined) throw error;
      return this.#change(row, match);
    }
  }

  async #change(row: ReadRow, match: ImportMatch): Promise<ImportResult> {
    const body = patchOf(row.operations);
    const request = { id: match.id, body, projection: onlyId, projectionGiven: true };
    const { version } = await this.#users.patch(this.#scope, request);
    return resultOf(row, version === match.version ? 'unchanged' : 'updated', match.id);
  }

  /** In the run itself whoever is named by a row counts as seen, also where the row is wrong. */
  async #markResults(results: readonly ImportResult[]): Promise<void> {
    if (!this.#options.deactivateMissing) return;
    const ids = new Set(results.flatMap(({ id }) => id ?? []));
    await this.#remember([...ids].map((id) => ({ id, leaves: false })));
  }

  /** Who stays matters only where those whom nobody has seen are to leave. */
  async #mark(rows: readonly ReadRow[], matches: ReadonlyMap<string, ImportMatch>): Promise<void> {
    const people = new Map<string, boolean>();
    for (const row of rows) {
      const match = matches.get(row.indexKey);
      if (match !== undefined) people.set(match.id, people.get(match.id) === true || (match.active && leaves(row)));
    }
    const marked = [...people].map(([id, isLeaving]) => ({ id, leaves: isLeaving }));
    await this.#remember(this.#options.deactivateMissing ? marked : marked.filter((person) => person.leaves));
  }

  async #remember(people: readonly { readonly id: string; readonly leaves: boolean }[]): Promise<void> {
    if (people.length === 0) return;
    await writeTables(this.#context.database, this.#scope, (tables) => markSeen(tables, this.#importId, people));
  }

  async *#deactivateMissing(): AsyncGenerator<ImportResult> {
    const tables = readTables(this.#context.database, this.#scope);
    for (let after: string | undefined; ;) {
      const people = await unseenPeople(tables, this.#importId, { after, limit: rowsAtOnce });
      yield* await Promise.all(people.map((person) => this.#deactivate(person)));
      after = people.at(-1)?.id;
      if (people.length < rowsAtOnce) return;
    }
  }

  async #deactivate({ id, userName }: { readonly id: string; readonly userName: string }): Promise<ImportResult> {
    const row = { line: undefined, key: userName };
    const body = patchOf([{ op: 'replace', path: 'active', value: false }]);
    try {
      const request = { id, body, projection: onlyId, projectionGiven: true };
      await this.#users.patch(this.#scope, request);
      return resultOf(row, 'deactivated', id);
    } catch (error) {
      if (!(error instanceof RequestError) || error.status >= 500) throw error;
      return { ...resultOf(row, 'failed', id), detail: error.message };
    }
  }
}

/** Drops what runs that were killed have left. */
function forgetOldMarks(tables: TenantTables): Promise<void> {
  return forgetMarksBefore(tables, earliestIdentifier(nowMs() - marksLastMs));
}

function unclearWhoIsMissing(nameless: number): RequestError {
  const reason = nameless === 0 ? 'the file names nobody' : `${nameless} rows of the file name nobody`;
  return new RequestError(409, `${reason}, so it is not clear who is missing; correct it, or repeat it with --confirm`);
}

function resultOf(
  { line, key }: { readonly line: number | undefined; readonly key: string },
  outcome: ImportResult['outcome'],
  id: string | undefined,
): ImportResult {
  return { line, key, outcome, id, detail: undefined };
}
