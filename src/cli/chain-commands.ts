import { InvalidArgumentError, type Command } from 'commander';
import type { Config } from '../config.js';
import { operatorCaller, serviceScope, type Caller } from '../directory/request-scope.js';
import { headText, readHeadText, type ChainHead } from '../store/trail/change-chain.js';
import { operatorsName, type Client } from '../store/tenant/client-store.js';
import { CommandFailed } from './command-failed.js';
import { withDirectory, type CommandContext } from './command-context.js';
import { addOwnerOptions, namesOwner, type OwnerOptions } from './owner-options.js';

/** What `--platform` means where a log is read. */
export const operatorsLogOption = "the operators' own log: what became of their tokens";

interface VerifyOptions extends OwnerOptions {
  readonly head?: ChainHead;
}

/** A log that is looked at; the operators' own belongs to no client. */
interface Log {
  readonly client: Pick<Client, 'id' | 'name'> | undefined;
  readonly caller: Caller;
}

function readHead(text: string): ChainHead {
  const head = readHeadText(text);
  if (head === undefined) throw new InvalidArgumentError('give it as muster audit head prints it, <position>:<hash>');
  return head;
}

/** `muster audit head|verify`. */
export function addChainCommands(audit: Command, readConfig: () => Config): void {
  ofLogs(
    audit
      .command('head')
      .description('show where a change log, or each, ends: kept elsewhere, it shows later that nothing is gone'),
  ).action(async (options: OwnerOptions) => {
    await withDirectory(readConfig(), options, async (context) => {
      for (const log of await logsOf(context, options)) await showHead(log, context);
    });
  });
  ofLogs(
    audit
      .command('verify')
      .description('show whether a change log, or each, is as it was written, and the first entry that is not'),
  )
    .option('--head <head>', 'a head that was kept elsewhere, as muster audit head printed it; for one log', readHead)
    .hook('preAction', (_audit, action) => {
      const options = action.opts<VerifyOptions>();
      if (options.head !== undefined && !namesOwner(options))
        action.error('error: --head is that of one log: give --client or --platform');
    })
    .action(async (options: VerifyOptions) => {
      await withDirectory(readConfig(), options, (context) => verifyAll(options, context));
    });
}

function ofLogs(command: Command): Command {
  return addOwnerOptions(command, `${operatorsLogOption}; all logs unless one is named`).option(
    '--json',
    'print a line of JSON for each log',
  );
}

/** The log that is named; without a name those of all clients, and the operators' own. */
async function logsOf({ services, actor }: CommandContext, options: OwnerOptions): Promise<readonly Log[]> {
  const { client, platform } = options;
  const ofOperators = { client: undefined, caller: operatorCaller(actor) };
  if (platform === true) return [ofOperators];
  const clients = client === undefined ? await services.clients.list() : [await services.clients.find(client)];
  const logs = clients.map((each) => ({ client: each, caller: serviceScope(each.id, actor) }));
  return client === undefined ? [...logs, ofOperators] : logs;
}

/** What JSON says of whose log it is: nulls for the operators' own. */
function ownerOf({ client }: Log) {
  return { clientId: client?.id ?? null, client: client?.name ?? null };
}

function nameOf({ client }: Log): string {
  return client?.name ?? operatorsName;
}

async function showHead(log: Log, { services, output }: CommandContext): Promise<void> {
  const head = await services.audit.head(log.caller);
  output.one({ ...ownerOf(log), ...head, head: headText(head) }, [`${nameOf(log)} ${headText(head)}`]);
}

async function verifyAll(options: VerifyOptions, context: CommandContext): Promise<void> {
  let bad = 0;
  for (const log of await logsOf(context, options)) {
    if (!(await verify(log, options.head, context))) bad += 1;
  }
  if (bad > 0)
    throw new CommandFailed(
      bad === 1 ? 'a change log is not as it was written' : `${bad} change logs are not as they were written`,
    );
}

async function verify(log: Log, stored: ChainHead | undefined, { services, output }: CommandContext): Promise<boolean> {
  const { head, verified, fault } = await services.audit.verify(log.caller, stored);
  const said = fault === undefined ? `valid, ${verified} entries up to ${headText(head)}` : fault.detail;
  const valid = fault === undefined;
  output.one({ ...ownerOf(log), valid, verified, head: headText(head), fault: fault ?? null }, [
    `${nameOf(log)}: ${said}`,
  ]);
  return valid;
}
