import { InvalidArgumentError, type Command } from 'commander';
import type { Config } from '../config.js';
import { serviceScope } from '../directory/request-scope.js';
import { headText, readHeadText, type ChainHead } from '../store/trail/change-chain.js';
import type { Client } from '../store/tenant/client-store.js';
import { CommandFailed } from './command-failed.js';
import { withDirectory, type CommandContext } from './command-context.js';

interface ChainOptions {
  readonly client?: string;
  readonly json?: boolean;
}

interface VerifyOptions extends ChainOptions {
  readonly head?: ChainHead;
}

function readHead(text: string): ChainHead {
  const head = readHeadText(text);
  if (head === undefined) throw new InvalidArgumentError('give it as muster audit head prints it, <position>:<hash>');
  return head;
}

/** `muster audit head|verify`. */
export function addChainCommands(audit: Command, readConfig: () => Config): void {
  audit
    .command('head')
    .description(
      'show where the change log of a client, or of each, ends: kept elsewhere, it shows later that nothing is gone',
    )
    .option('--client <client>', 'name or id; all clients unless given')
    .option('--json', 'print a line of JSON for each client')
    .action(async (options: ChainOptions) => {
      await withDirectory(readConfig(), options, async (context) => {
        for (const client of await clientsOf(context, options)) await showHead(client, context);
      });
    });
  audit
    .command('verify')
    .description(
      'show whether the change log of a client, or of each, is as it was written, and the first entry that is not',
    )
    .option('--client <client>', 'name or id; all clients unless given')
    .option(
      '--head <head>',
      'a head that was kept elsewhere, as muster audit head printed it; for one client',
      readHead,
    )
    .option('--json', 'print a line of JSON for each client')
    .hook('preAction', (_audit, action) => {
      const { client, head } = action.opts<VerifyOptions>();
      if (head !== undefined && client === undefined)
        action.error('error: --head is that of one client: give --client');
    })
    .action(async (options: VerifyOptions) => {
      await withDirectory(readConfig(), options, (context) => verifyAll(options, context));
    });
}

async function clientsOf({ services }: CommandContext, { client }: ChainOptions): Promise<readonly Client[]> {
  return client === undefined ? services.clients.list() : [await services.clients.find(client)];
}

async function showHead({ id, name }: Client, { services, actor, output }: CommandContext): Promise<void> {
  const head = await services.audit.head(serviceScope(id, actor));
  output.one({ clientId: id, client: name, ...head, head: headText(head) }, [`${name} ${headText(head)}`]);
}

async function verifyAll(options: VerifyOptions, context: CommandContext): Promise<void> {
  let bad = 0;
  for (const client of await clientsOf(context, options)) {
    if (!(await verify(client, options.head, context))) bad += 1;
  }
  if (bad > 0)
    throw new CommandFailed(
      bad === 1 ? 'a change log is not as it was written' : `${bad} change logs are not as they were written`,
    );
}

async function verify(
  { id, name }: Client,
  stored: ChainHead | undefined,
  { services, actor, output }: CommandContext,
): Promise<boolean> {
  const { head, verified, fault } = await services.audit.verify(serviceScope(id, actor), stored);
  const said = fault === undefined ? `valid, ${verified} entries up to ${headText(head)}` : fault.detail;
  const valid = fault === undefined;
  output.one({ clientId: id, client: name, valid, verified, head: headText(head), fault: fault ?? null }, [
    `${name}: ${said}`,
  ]);
  return valid;
}
