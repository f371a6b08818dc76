import { createReadStream, statSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { parse } from 'csv-parse';
import type { Config } from '../config.js';
import { invalidValue } from '../errors.js';
import { PeopleImport, type ImportResult, type ImportRow } from '../directory/people-import.js';
import { serviceScope } from '../directory/request-scope.js';
import type { ImportKey } from '../store/import-store.js';
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

/** The rows of a CSV file with a header, one after the other. Throws `invalidValue` where the file is no CSV. */
async function* readRows(path: string, onBytes?: (bytes: number) => void): AsyncGenerator<ImportRow> {
  const file = createReadStream(path);
  const parser = file.pipe(parse({ bom: true, info: true, skip_empty_lines: true, relax_column_count_less: true }));
  file.once('error', (error) => parser.destroy(error));
  try {
    for await (const record of parser) {
      // With `info` a record comes with the line that it ends on.
      const { info, record: cells } = record as { info: { lines: number }; record: string[] };
      onBytes?.(file.bytesRead);
      yield { line: info.lines, cells };
    }
  } catch (error) {
    throw invalidValue(`${path}: ${error instanceof Error ? error.message : 'cannot be read'}`, error);
  }
}

async function* withoutHeader(rows: AsyncIterable<ImportRow>): AsyncGenerator<ImportRow> {
  let isHeader = true;
  for await (const row of rows) {
    if (!isHeader) yield row;
    isHeader = false;
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
