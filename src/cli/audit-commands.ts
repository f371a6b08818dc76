import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Config } from '../config.js';
import { serviceScope } from '../directory/request-scope.js';
import { changeActions, type ChangeEntry } from '../store/trail/change-log.js';
import { addChainCommands } from './chain-commands.js';
import { withDirectory } from './command-context.js';

interface AuditOptions {
  readonly client: string;
  readonly target?: string;
  readonly actor?: string;
  readonly action?: ChangeEntry['action'];
  readonly from?: string;
  readonly to?: string;
  readonly count: number;
  readonly json?: boolean;
}

function readCount(text: string): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > 1_000) throw new InvalidArgumentError('give a number from 1 to 1000');
  return count;
}

/** `muster audit list|export|head|verify`. */
export function addAuditCommands(program: Command, readConfig: () => Config): void {
  const audit = program.command('audit').description('who did what, to what, when');
  withSelection(audit.command('list').description('show the newest entries of the change log of a client'))
    .option('--count <number>', 'how many at most, up to 1000', readCount, 100)
    .option('--json', 'print JSON')
    .action((options: AuditOptions) => listChanges(readConfig(), options));
  withSelection(
    audit
      .command('export')
      .description('print the change log of a client, oldest first, a line of JSON for each entry'),
  ).action((options: AuditOptions) => exportChanges(readConfig(), options));
  addChainCommands(audit, readConfig);
}

function withSelection(command: Command): Command {
  return command
    .requiredOption('--client <client>', 'name or id')
    .option('--target <id>', 'of this user, group, unit, token or client alone')
    .option('--actor <id>', 'by this token or account alone')
    .addOption(new Option('--action <action>', 'of this kind alone').choices([...changeActions]))
    .option('--from <instant>', 'from this instant on, such as 2027-01-31T12:00:00Z')
    .option('--to <instant>', 'before this instant');
}

function selectionOf({ target, actor, action, from, to }: AuditOptions) {
  return { targetId: target, actor, action, from, to };
}

async function exportChanges(config: Config, options: AuditOptions): Promise<void> {
  await withDirectory(config, options, async (context) => {
    const { clients, audit } = context.services;
    const scope = serviceScope((await clients.find(options.client)).id, context.actor);
    const query = { ...selectionOf(options), newestFirst: false };
    for await (const entry of audit.export(scope, query)) await context.line(JSON.stringify(entry));
  });
}

async function listChanges(config: Config, options: AuditOptions): Promise<void> {
  await withDirectory(config, options, async ({ services, actor, output }) => {
    const scope = serviceScope((await services.clients.find(options.client)).id, actor);
    const query = { ...selectionOf(options), newestFirst: true };
    const page = { cursor: undefined, count: options.count };
    const { entries } = await services.audit.list(scope, query, page);
    const rows = entries.map((entry) => ({ ...entry, by: entry.actor.description ?? entry.actor.id }));
    output.list(rows, ['at', 'by', 'action', 'targetType', 'targetId', 'attributes']);
  });
}
