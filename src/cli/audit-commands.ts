import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Config } from '../config.js';
import { serviceScope } from '../directory/request-scope.js';
import { changeActions, type ChangeEntry } from '../store/change-log.js';
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

/** `muster audit list|head|verify`. */
export function addAuditCommands(program: Command, readConfig: () => Config): void {
  const audit = program.command('audit').description('who did what, to what, when');
  audit
    .command('list')
    .description('show the newest entries of the change log of a client')
    .requiredOption('--client <client>', 'name or id')
    .option('--target <id>', 'of this user, group, unit, token or client alone')
    .option('--actor <id>', 'by this token or account alone')
    .addOption(new Option('--action <action>', 'of this kind alone').choices([...changeActions]))
    .option('--from <instant>', 'from this instant on, such as 2027-01-31T12:00:00Z')
    .option('--to <instant>', 'before this instant')
    .option('--count <number>', 'how many at most, up to 1000', readCount, 100)
    .option('--json', 'print JSON')
    .action((options: AuditOptions) => listChanges(readConfig(), options));
  addChainCommands(audit, readConfig);
}

async function listChanges(config: Config, options: AuditOptions): Promise<void> {
  await withDirectory(config, options, async ({ services, actor, output }) => {
    const scope = serviceScope((await services.clients.find(options.client)).id, actor);
    const { target: targetId, actor: actorId, action, from, to, count } = options;
    const query = { targetId, actor: actorId, action, from, to, newestFirst: true };
    const { entries } = await services.audit.list(scope, query, { cursor: undefined, count });
    const rows = entries.map((entry) => ({ ...entry, by: entry.actor.description ?? entry.actor.id }));
    output.list(rows, ['at', 'by', 'action', 'targetType', 'targetId', 'attributes']);
  });
}
