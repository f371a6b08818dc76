import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import { parse, type Parser } from 'csv-parse';
import type { Config } from '../config.js';
import { invalidValue } from '../errors.js';
import { PeopleImport, type ImportResult, type ImportRow } from '../directory/people-import.js';
import { serviceScope } from '../directory/request-scope.js';
import type { ImportKey } from '../store/import-store.js';
import { collectGarbage } from './collect-garbage.js';
import { CommandFailed } from './command-failed.js';
import { withDirectory, type CommandContext } from './command-context.js';
import { Progress } from './progress.js';

interface ImportCommandOptions {
  readonly client: string;
  readonly match: ImportKey;
  readonly deactivateMissing?: boolean;
  readonly dryRun?: boolean;
  readonly confirm?: boolean;
  readonly json?: boolean;
}

// About as many rows as are worked on at once: what waits longer grows old, and memory with it.
const bytesAtOnce = 8_192;
const rowsBetweenCollections = 5_000;

/** A parser that hands each record to `take`; its own output stays empty, as what a stream has queued is garbage that lives long. */
function createParser(take: (row: ImportRow) => void): Parser {
  const parser = parse({
    bom: true,
    skip_empty_lines: true,
    relax_column_count_less: true,
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

/** The rows of a CSV file with a header, one after the other. Throws `invalidValue` where the file is no CSV. */
async function* readRows(path: string, onBytes?: (bytes: number) => void): AsyncGenerator<ImportRow> {
  let rows: ImportRow[] = [];
  const parser = createParser((row) => rows.push(row));
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
    throw invalidValue(`${path}: ${error instanceof Error ? error.message : 'cannot be read'}`, error);
  }
}

async function* withoutHeader(rows: AsyncIterable<ImportRow>): AsyncGenerator<ImportRow> {
  let isHeader = true;
  let sinceCollection = 0;
  for await (const row of rows) {
    if (!isHeader) yield row;
    isHeader = false;
    sinceCollection = (sinceCollection + 1) % rowsBetweenCollections;
    if (sinceCollection === 0) collectGarbage();
  }
}

async function readHeader(path: string): Promise<readonly string[]> {
  for await (const { cells } of readRows(path)) return cells;
  throw invalidValue(`${path}: the file is empty`);
}

function lineOf(result: ImportResult, json: boolean): string {
  if (json) return JSON.stringify(result);
  const { line, key, outcome, detail } = result;
  return [line ?? '-', key, outcome, ...(detail === undefined ? [] : [detail])].join('\t');
}

async function importFile(path: string, options: ImportCommandOptions, context: CommandContext): Promise<void> {
  const { id } = await context.services.clients.find(options.client);
  const scope = { ...serviceScope(id, context.actor), confirmsLeavers: options.confirm === true };
  const run = new PeopleImport(context.directory, scope, await readHeader(path), {
    match: options.match,
    deactivateMissing: options.deactivateMissing === true,
    dryRun: options.dryRun === true,
  });
  const counts: Record<string, number> = {};
  const progress = new Progress(statSync(path).size);
  try {
    if (run.mayLetLeave) await run.foresee(withoutHeader(readRows(path)));
    for await (const result of run.run(withoutHeader(readRows(path, (bytes) => progress.at(bytes))))) {
      counts[result.outcome] = (counts[result.outcome] ?? 0) + 1;
      progress.row();
      await context.line(lineOf(result, options.json === true));
    }
  } finally {
    progress.stop();
    await run.finish();
  }
  const summary = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`);
  progress.say(`${options.dryRun === true ? 'dry run: ' : ''}${summary.join(', ') || 'no rows'}`);
  const { failed = 0 } = counts;
  if (failed > 0) throw new CommandFailed(`${failed} rows failed`);
}

/** `muster import <file>`: people from a CSV file, a result row a line on standard output, progress on standard error. */
export function addImportCommand(program: Command, readConfig: () => Config): void {
  program
    .command('import')
    .description('bring the people of a client to what a CSV file says; it may be repeated')
    .argument('<file>', 'a CSV file with a header, such as userName,givenName,familyName,email,department,active')
    .requiredOption('--client <client>', 'name or id')
    .addOption(
      new Option('--match <column>', 'the column by which people are found')
        .choices(['userName', 'externalId', 'employeeNumber'])
        .default('userName'),
    )
    .option('--deactivate-missing', 'switch off active people whom the file does not name')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--confirm', 'do it although many people leave at once')
    .option('--json', 'print a line of JSON for each row')
    .action(async (file: string, options: ImportCommandOptions) => {
      await withDirectory(readConfig(), options, (context) => importFile(file, options, context));
    });
}
