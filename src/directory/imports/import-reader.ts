import { invalidValue, RequestError } from '../../errors.js';
import { fold } from '../../schema/fold.js';
import { indexKey } from '../../schema/search-document.js';
import type { ImportKey } from '../../store/resources/import-store.js';
import { readColumns, type Column, type Operation } from './import-columns.js';
import { SeenKeys } from './seen-keys.js';
import { unguardedCell } from '../spreadsheet-cell.js';

/** A row of the file: its line, counted from 1, and its cells in the order of the header. */
export interface ImportRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A row that has been read, or what is wrong with it. */
export interface ReadRow {
  readonly line: number;
  /** As it stands in the file; empty where the row names nobody. */
  readonly key: string;
  /** As the index has it. */
  readonly indexKey: string;
  readonly operations: readonly Operation[];
  readonly error: RequestError | undefined;
}

const keyPaths: Readonly<Record<ImportKey, string>> = {
  userName: 'userName',
  externalId: 'externalId',
  employeeNumber: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber',
};

/** Reads the rows of a file by its header, and finds what is wrong with a row by itself. */
export class ImportReader {
  readonly #match: ImportKey;
  readonly #columns: readonly Column[];
  readonly #keyIndex: number;

  /** Throws `invalidValue` for a header that names what is no attribute, or not the key. */
  constructor(header: readonly string[], match: ImportKey) {
    this.#match = match;
    this.#columns = readColumns(header);
    this.#keyIndex = this.#columns.findIndex((column) => column.path === keyPaths[match]);
    if (this.#keyIndex === -1) throw invalidValue(`the file has no column ${match}`);
  }

  /** Whether the rows say who is active. */
  get tellsActivity(): boolean {
    return this.#columns.some((column) => column.path === 'active');
  }

  /** The rows in parts of so many. Who is named a second time is told apart: which of the rows is right nobody knows. */
  async *inParts(rows: AsyncIterable<ImportRow>, size: number): AsyncGenerator<readonly ReadRow[]> {
    const seen = new SeenKeys();
    let part: ReadRow[] = [];
    for await (const row of rows) {
      part.push(this.#read(row, seen));
      if (part.length < size) continue;
      yield part;
      part = [];
    }
    if (part.length > 0) yield part;
  }

  #read({ line, cells }: ImportRow, seen: SeenKeys): ReadRow {
    const key = valueOf(cells[this.#keyIndex]);
    const row = { line, key, indexKey: indexKey(this.#match === 'externalId' ? key : fold(key)) };
    try {
      if (key === '') throw invalidValue(`the row has no ${this.#match}`);
      if (!seen.add(row.indexKey)) throw invalidValue('the file names this person more than once');
      return { ...row, operations: this.#operationsOf(cells), error: undefined };
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      return { ...row, operations: [], error };
    }
  }

  /** A row that ends early says nothing of the columns that it does not reach: it may have been cut off. */
  #operationsOf(cells: readonly string[]): readonly Operation[] {
    if (cells.length > this.#columns.length) {
      throw invalidValue(`the row has ${cells.length} cells, the header ${this.#columns.length}`);
    }
    return this.#columns
      .slice(0, cells.length)
      .flatMap((column, index) => column.operation(valueOf(cells[index])) ?? []);
  }
}

function valueOf(cell: string | undefined): string {
  return unguardedCell(cell?.trim() ?? '');
}

/** Whether the row switches its person off. */
export function leaves({ operations }: ReadRow): boolean {
  return operations.some(({ path, value }) => path === 'active' && value === false);
}
