import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Config } from '../config.js';
import { changeActions, type ChangeEntry } from '../store/trail/change-log.js';
import { addChainCommands, operatorsLogOption } from './chain-commands.js';
import { withDirectory } from './command-context.js';
import { callerOf, requireOwnerOptions, type OwnerOptions } from './owner-options.js';

interface AuditOptions extends OwnerOptions {
  readonly target?: string;
  readonly actor?: string;
  readonly action?: ChangeEntry['action'];
  readonly from?: string;
  readonly to?: string;
  readonly count: number;
}

function readCount(text: string): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > 1_000) throw new InvalidArgumentError('give a number from 1 to 1000');
  return count;
}

/** `muster audit list|export|head|verify`. */
export function addAuditCommands(program: Command, readConfig: () => Config): void {
  const audit = program.command('audit').description('who did what, to what, when');
  withSelection(
    audit.command('list').description('show the newest entries of the change log of a client, or of the operators'),
  )
    .option('--count <number>', 'how many at most, up to 1000', readCount, 100)
    .option('--json', 'print JSON')
    .action((options: AuditOptions) => listChanges(readConfig(), options));
  withSelection(
    audit
      .command('export')
      .description(
        'print the change log of a client, or of the operators, oldest first, a line of JSON for each entry',
      ),
  ).action((options: AuditOptions) => exportChanges(readConfig(), options));
  addChainCommands(audit, readConfig);
}

function withSelection(command: Command): Command {
  return requireOwnerOptions(command, operatorsLogOption)
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
    const query = { ...selectionOf(options), newestFirst: false };
    const entries = context.services.audit.export(await callerOf(context, options), query);
    for await (const entry of entries) await context.line(JSON.stringify(entry));
  });
}

async function listChanges(config: Config, options: AuditOptions): Promise<void> {
  await withDirectory(config, options, async (context) => {
    const query = { ...selectionOf(options), newestFirst: true };
    const page = { cursor: undefined, count: options.count };
    const { entries } = await context.services.audit.list(await callerOf(context, options), query, page);
    const rows = entries.map((entry) => ({ ...entry, by: entry.actor.description ?? entry.actor.id }));
    context.output.list(rows, ['at', 'by', 'action', 'targetType', 'targetId', 'attributes']);
  });
}
