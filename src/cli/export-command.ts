import { Option, type Command } from 'commander';
import { stringify } from 'csv-stringify/sync';
import type { Config } from '../config.js';
import { serviceScope } from '../directory/request-scope.js';
import { viewOf } from '../directory/resource-answer.js';
import type { ResourceView } from '../directory/resource-view.js';
import { guardedCell } from '../directory/spreadsheet-cell.js';
import { readListQuery } from '../protocol/list-query.js';
import { isJsonObject } from '../schema/document.js';
import { userType } from '../schema/resource-type.js';
import { enterpriseUserSchema, musterUserSchema } from '../schema/schema-documents.js';
import { withDirectory, type CommandContext } from './command-context.js';

interface ExportOptions {
  readonly client: string;
  readonly format: 'csv' | 'ndjson';
}

const pageSize = 500;

/** The columns of an export; `muster import` reads them. */
const columns: readonly (readonly [name: string, read: (user: ResourceView) => unknown])[] = [
  ['userName', (user) => user['userName']],
  ['externalId', (user) => user['externalId']],
  ['employeeNumber', (user) => memberOf(user[enterpriseUserSchema.id], 'employeeNumber')],
  ['givenName', (user) => memberOf(user['name'], 'givenName')],
  ['familyName', (user) => memberOf(user['name'], 'familyName')],
  ['displayName', (user) => user['displayName']],
  ['email', (user) => workValue(user['emails'])],
  ['phone', (user) => workValue(user['phoneNumbers'])],
  ['title', (user) => user['title']],
  ['userType', (user) => user['userType']],
  ['department', (user) => memberOf(user[enterpriseUserSchema.id], 'department')],
  ['units', (user) => listOf(memberOf(user[musterUserSchema.id], 'units'))],
  ['active', (user) => user['active']],
];

function memberOf(value: unknown, name: string): unknown {
  return isJsonObject(value) ? value[name] : undefined;
}

function workValue(values: unknown): unknown {
  if (!Array.isArray(values)) return undefined;
  return memberOf(
    values.find((each: unknown) => memberOf(each, 'type') === 'work'),
    'value',
  );
}

function listOf(values: unknown): string {
  return Array.isArray(values) ? values.join(';') : '';
}

async function exportPeople({ client, format }: ExportOptions, context: CommandContext): Promise<void> {
  const scope = serviceScope((await context.services.clients.find(client)).id, context.actor);
  if (format === 'csv') await context.line(columns.map(([name]) => name).join());
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const page = await context.services.lists.list(
      scope,
      readListQuery([userType], { cursor, count: String(pageSize) }),
    );
    for (const user of page.resources) await context.line(format === 'csv' ? csvLine(viewOf(user)) : user.toString());
    cursor = page.nextCursor;
  }
}

function csvLine(user: ResourceView): string {
  return stringify([columns.map(([, read]) => guardedCell(textOf(read(user))))]).trimEnd();
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `muster export`: the people of a client as CSV, in the columns that an import reads, or as SCIM resources, one a line. */
export function addExportCommand(program: Command, readConfig: () => Config): void {
  program
    .command('export')
    .description('print the people of a client')
    .requiredOption('--client <client>', 'name or id')
    .addOption(
      new Option('--format <format>', 'csv, or ndjson for whole SCIM resources')
        .choices(['csv', 'ndjson'])
        .default('csv'),
    )
    .action(async (options: ExportOptions) => {
      await withDirectory(readConfig(), {}, (context) => exportPeople(options, context));
    });
}
