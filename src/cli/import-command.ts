import { statSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Config } from '../config.js';
import type { ImportRow } from '../directory/imports/import-reader.js';
import { PeopleImport, type ImportResult } from '../directory/imports/people-import.js';
import { serviceScope } from '../directory/request-scope.js';
import type { ImportKey } from '../store/resources/import-store.js';
import { collectGarbage } from './collect-garbage.js';
import { CommandFailed } from './command-failed.js';
import { openCsv, readRows } from './csv-file.js';
import { withDirectory, type CommandContext } from './command-context.js';
import { printable } from './output.js';
import { Progress } from './progress.js';

interface ImportCommandOptions {
  readonly client: string;
  readonly match: ImportKey;
  readonly delimiter?: string;
  readonly deactivateMissing?: boolean;
  readonly dryRun?: boolean;
  readonly confirm?: boolean;
  readonly json?: boolean;
}

const rowsBetweenCollections = 1_000;

async function* tidily(rows: AsyncIterable<ImportRow>): AsyncGenerator<ImportRow> {
  let sinceCollection = 0;
  for await (const row of rows) {
    yield row;
    sinceCollection = (sinceCollection + 1) % rowsBetweenCollections;
    if (sinceCollection === 0) collectGarbage();
  }
}

function readDelimiter(text: string): string {
  const character = text === '\\t' || text === 'tab' ? '\t' : text;
  if (!/^[,;|\t]$/.test(character)) throw new InvalidArgumentError('give one of , ; | and tab');
  return character;
}

function lineOf(result: ImportResult, json: boolean): string {
  if (json) return JSON.stringify(result);
  const { line, key, outcome, detail } = result;
  return [line ?? '-', key, outcome, ...(detail === undefined ? [] : [detail])]
    .map((cell) => printable(String(cell)))
    .join('\t');
}

async function importFile(path: string, options: ImportCommandOptions, context: CommandContext): Promise<void> {
  const { id } = await context.services.clients.find(options.client);
  const scope = { ...serviceScope(id, context.actor), confirmsLeavers: options.confirm === true };
  const file = await openCsv(path, options.delimiter);
  const run = new PeopleImport(context.directory, scope, file.header, {
    match: options.match,
    deactivateMissing: options.deactivateMissing === true,
    dryRun: options.dryRun === true,
  });
  const counts: Record<string, number> = {};
  const progress = new Progress(statSync(path).size);
  try {
    if (run.mayLetLeave) await run.foresee(tidily(readRows(file)));
    for await (const result of run.run(tidily(readRows(file, (bytes) => progress.at(bytes))))) {
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
    .option(
      '--delimiter <character>',
      'what parts the cells: , ; | or tab; as the header has it unless given',
      readDelimiter,
    )
    .option('--deactivate-missing', 'switch off active people whom the file does not name')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--confirm', 'do it although many people leave at once')
    .option('--json', 'print a line of JSON for each row')
    .action(async (file: string, options: ImportCommandOptions) => {
      await withDirectory(readConfig(), options, (context) => importFile(file, options, context));
    });
}
