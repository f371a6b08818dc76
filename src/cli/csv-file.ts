import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { parse, type Parser } from 'csv-parse';
import type { ImportRow } from '../directory/imports/import-reader.js';
import { invalidValue } from '../errors.js';

// About as many rows as are worked on at once: what waits longer grows old, and memory with it.
const bytesAtOnce = 8_192;
const delimiters = [',', ';', '\t'];

/** A CSV file with a header: by which character its cells are parted, and what the header says. */
export interface CsvFile {
  readonly path: string;
  readonly delimiter: string;
  readonly header: readonly string[];
}

/**
 * Looks at a file: UTF-8, or UTF-16 as spreadsheets write it, with a mark of it or without. Throws `invalidValue` for one that is
 * empty, and for bytes that are no such text: what cannot be read must not be written into anybody's name.
 */
export async function openCsv(path: string, given: string | undefined): Promise<CsvFile> {
  const head = await readHead(path);
  const delimiter = given ?? delimiterOf(head);
  for await (const { cells } of rowsOf({ path, delimiter })) return { path, delimiter, header: cells };
  throw invalidValue(`${path}: the file is empty`);
}

/** The rows behind the header, one after the other. Throws `invalidValue` where the file is no CSV. */
export async function* readRows(
  file: Pick<CsvFile, 'path' | 'delimiter'>,
  onBytes?: (bytes: number) => void,
): AsyncGenerator<ImportRow> {
  let isHeader = true;
  for await (const row of rowsOf(file, onBytes)) {
    if (!isHeader) yield row;
    isHeader = false;
  }
}

async function* rowsOf(
  { path, delimiter }: Pick<CsvFile, 'path' | 'delimiter'>,
  onBytes?: (bytes: number) => void,
): AsyncGenerator<ImportRow> {
  let rows: ImportRow[] = [];
  const parser = createParser(delimiter, (row) => rows.push(row));
  let bytes = 0;
  try {
    for await (const part of readParts(path)) {
      await feed(parser, part);
      onBytes?.((bytes += part.length));
      yield* rows;
      rows = [];
    }
    await feed(parser, undefined);
    yield* rows;
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** A parser that hands each record to `take`; its own output stays empty, as what a stream has queued is garbage that lives long. */
function createParser(delimiter: string, take: (row: ImportRow) => void): Parser {
  const parser = parse({
    bom: true,
    delimiter,
    skip_empty_lines: true,
    relax_column_count: true,
    // Without columns a record is its cells; `lines` is the line that it ends on.
    on_record: (cells: string[], { lines }) => {
      take({ line: lines, cells });
    },
  });
  // Whoever writes is told of the error, too.
  return parser.on('error', () => undefined).resume();
}

function feed(parser: Parser, bytes: Buffer | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error instanceof Error ? reject(error) : resolve());
    if (bytes === undefined) parser.end(done);
    else parser.write(bytes, done);
  });
}

/** The bytes of a file, part by part. */
async function* readParts(path: string): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(bytesAtOnce));
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** The first part of a file as text. Reads the whole file, and throws where it is no text. */
async function readHead(path: string): Promise<string> {
  let decoder: TextDecoder | undefined;
  let head: string | undefined;
  let lines = 0;
  for await (const part of readable(path)) {
    decoder ??= new TextDecoder(part[0] === 0xff && part[1] === 0xfe ? 'utf-16le' : 'utf-8', { fatal: true });
    try {
      const text = decoder.decode(part, { stream: true });
      head ??= text;
      lines += text.split('\n').length - 1;
    } catch (error) {
      throw noText(path, lines + 1 + lineOfNoText(part), error);
    }
  }
  return head ?? '';
}

async function* readable(path: string): AsyncGenerator<Buffer> {
  try {
    yield* readParts(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** How many lines of a part stand before the first that is no UTF-8. */
function lineOfNoText(part: Buffer): number {
  const lines = part.toString('latin1').split('\n');
  return Math.max(
    0,
    lines.findIndex((line) => !isUtf8(Buffer.from(line, 'latin1'))),
  );
}

function noText(path: string, line: number, cause: unknown): Error {
  return invalidValue(`${path}: line ${line} is not UTF-8; save the file as UTF-8`, cause);
}

/** The character that parts the header: a comma, or what spreadsheets take for one elsewhere. */
function delimiterOf(head: string): string {
  const [first = ''] = head.trimStart().split(/\r?\n|\r/, 1);
  const counts = delimiters.map((delimiter) => first.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

function unreadable(path: string, error: unknown): Error {
  return invalidValue(`${path}: ${error instanceof Error ? error.message : 'cannot be read'}`, error);
}
