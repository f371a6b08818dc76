import { invalidValue, RequestError } from '../errors.js';
import { readProjection } from '../protocol/projection.js';
import { fold } from '../schema/fold.js';
import { userType } from '../schema/resource-type.js';
import { dryRun } from '../store/dry-run.js';
import {
  countLeavers,
  forgetMarks,
  markSeen,
  matchPeople,
  unseenPeople,
  type ImportKey,
  type ImportMatch,
} from '../store/import-store.js';
import { readTables, writeTables } from '../store/tenant-tables.js';
import { indexKey } from '../schema/search-document.js';
import type { DirectoryContext } from './context.js';
import { newIdentifier } from './identifiers.js';
import { bodyOf, patchOf, readColumns, type Column, type Operation } from './import-columns.js';
import { requireFewLeavers } from './leaver-guard.js';
import type { RequestScope } from './request-scope.js';
import { Users } from './users.js';

/** How an import goes about it. */
export interface ImportOptions {
  readonly match: ImportKey;
  /** Whether active people whom the file does not name are switched off. */
  readonly deactivateMissing: boolean;
  /** Whether nothing is kept. */
  readonly dryRun: boolean;
}

/** A row of the file: its line, counted from 1, and its cells in the order of the header. */
export interface ImportRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** What has become of one row, or of a person whom the file does not name; `line` is undefined then. */
export interface ImportResult {
  readonly line: number | undefined;
  readonly key: string;
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'deactivated' | 'failed';
  readonly id: string | undefined;
  readonly detail: string | undefined;
}

/** A row that has been read, or what is wrong with it. */
interface ReadRow {
  readonly line: number;
  readonly key: string;
  readonly operations: readonly Operation[];
  readonly error: RequestError | undefined;
}

// So many rows are looked up together and written side by side; on an embedded database they share commits.
const rowsAtOnce = 64;
const onlyId = readProjection(userType, { attributes: 'id' });

const keyPaths: Readonly<Record<ImportKey, string>> = {
  userName: 'userName',
  externalId: 'externalId',
  employeeNumber: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber',
};

/**
 * Brings the people of a client to what a file says: one row a person, found by a key. What is there already is not written
 * again, so that a run may be repeated. Memory does not grow with the file.
 */
export class PeopleImport {
  readonly #context: DirectoryContext;
  readonly #scope: RequestScope;
  readonly #options: ImportOptions;
  readonly #columns: readonly Column[];
  readonly #keyIndex: number;
  readonly #users: Users;
  readonly #importId = newIdentifier();

  /** Throws `invalidValue` for a header that names what is no attribute, or not the key. */
  constructor(context: DirectoryContext, scope: RequestScope, header: readonly string[], options: ImportOptions) {
    this.#context = context;
    this.#scope = { ...scope, dialect: 'tolerant' };
    this.#options = options;
    this.#columns = readColumns(header);
    this.#keyIndex = this.#columns.findIndex((column) => column.path === keyPaths[options.match]);
    if (this.#keyIndex === -1) throw invalidValue(`the file has no column ${options.match}`);
    this.#users = new Users(options.dryRun ? { ...context, database: dryRun(context.database) } : context);
  }

  /** Whether the file may make people leave, so that it must be looked through before anything is written. */
  get mayLetLeave(): boolean {
    return this.#options.deactivateMissing || this.#columns.some((column) => column.path === 'active');
  }

  /** Looks through the file. Throws 409 when more people would leave than the policy lets pass, unless the scope confirms it. */
  async foresee(rows: AsyncIterable<ImportRow>): Promise<void> {
    for await (const batch of this.#batches(rows)) await this.#mark(batch, await this.#match(batch));
    const tables = readTables(this.#context.database, this.#scope);
    const leavers = await countLeavers(tables, this.#importId, { missing: this.#options.deactivateMissing });
    const confirmed = this.#scope.confirmsLeavers ?? false;
    await requireFewLeavers(tables, leavers, { share: this.#context.massLeaverShare, confirmed });
  }

  /** Carries it out, and says of each row what has become of it, in the order of the file. */
  async *run(rows: AsyncIterable<ImportRow>): AsyncGenerator<ImportResult> {
    for await (const batch of this.#batches(rows)) {
      const matches = await this.#match(batch);
      const results = await Promise.all(batch.map((row) => this.#apply(row, matches.get(keyOf(row, this.#options)))));
      await this.#markResults(results);
      yield* results;
    }
    if (this.#options.deactivateMissing) yield* this.#deactivateMissing();
  }

  /** Forgets what the run had to remember. */
  async finish(): Promise<void> {
    await writeTables(this.#context.database, this.#scope, (tables) => forgetMarks(tables, this.#importId));
  }

  async *#batches(rows: AsyncIterable<ImportRow>): AsyncGenerator<readonly ReadRow[]> {
    let batch: ReadRow[] = [];
    for await (const row of rows) {
      batch.push(this.#read(row));
      if (batch.length < rowsAtOnce) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  #read({ line, cells }: ImportRow): ReadRow {
    const key = cells[this.#keyIndex]?.trim() ?? '';
    try {
      if (key === '') throw invalidValue(`the row has no ${this.#options.match}`);
      const operations = this.#columns.flatMap((column, index) => column.operation(cells[index]?.trim() ?? '') ?? []);
      return { line, key, operations, error: undefined };
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      return { line, key, operations: [], error };
    }
  }

  #match(batch: readonly ReadRow[]): Promise<ReadonlyMap<string, ImportMatch>> {
    const keys = batch.filter(({ key }) => key !== '').map((row) => keyOf(row, this.#options));
    return matchPeople(readTables(this.#context.database, this.#scope), this.#options.match, keys);
  }

  async #apply(row: ReadRow, match: ImportMatch | undefined): Promise<ImportResult> {
    try {
      if (row.error !== undefined) throw row.error;
      if (match === undefined) return await this.#create(row);
      const body = patchOf(row.operations);
      const request = { id: match.id, body, projection: onlyId, projectionGiven: true };
      const { version } = await this.#users.patch(this.#scope, request);
      return resultOf(row, version === match.version ? 'unchanged' : 'updated', match.id);
    } catch (error) {
      if (!(error instanceof RequestError) || error.status >= 500) throw error;
      return { ...resultOf(row, 'failed', match?.id), detail: error.message };
    }
  }

  async #create(row: ReadRow): Promise<ImportResult> {
    const { id } = await this.#users.create(this.#scope, bodyOf(row.operations), onlyId);
    return resultOf(row, 'created', this.#options.dryRun ? undefined : id);
  }

  /** In the run itself whoever is named by a row counts as seen, also where the row is wrong. */
  async #markResults(results: readonly ImportResult[]): Promise<void> {
    if (!this.#options.deactivateMissing) return;
    const people = results.flatMap(({ id }) => (id === undefined ? [] : [{ id, leaves: false }]));
    await this.#remember(people);
  }

  async #mark(batch: readonly ReadRow[], matches: ReadonlyMap<string, ImportMatch>): Promise<void> {
    const people = batch.flatMap((row) => {
      const match = matches.get(keyOf(row, this.#options));
      return match === undefined ? [] : [{ id: match.id, leaves: match.active && leaves(row) }];
    });
    await this.#remember(people);
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

/** The key of a row as the index has it. */
function keyOf({ key }: ReadRow, { match }: ImportOptions): string {
  return indexKey(match === 'externalId' ? key : fold(key));
}

function leaves({ operations }: ReadRow): boolean {
  return operations.some(({ path, value }) => path === 'active' && value === false);
}

function resultOf(
  { line, key }: { readonly line: number | undefined; readonly key: string },
  outcome: ImportResult['outcome'],
  id: string | undefined,
): ImportResult {
  return { line, key, outcome, id, detail: undefined };
}
