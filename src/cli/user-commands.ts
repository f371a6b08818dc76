import { InvalidArgumentError, type Command } from 'commander';
import type { Config } from '../config.js';
import { serviceScope } from '../directory/request-scope.js';
import { CommandFailed } from './command-failed.js';
import { withDirectory, type CommandContext } from './command-context.js';
import { addPeopleCommands } from './people-commands.js';

interface UserOptions {
  readonly client: string;
  readonly json?: boolean;
}

interface PurgeOptions extends Partial<UserOptions> {
  readonly days?: number;
}

function readDays(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('give a number of days');
  return Number(text);
}

/** `muster user …`: what is done every day, and what is for good. */
export function addUserCommands(program: Command, readConfig: () => Config): void {
  const user = program.command('user').description('the people of a client');
  addPeopleCommands(user, readConfig);
  addErase(user, readConfig);
  addPurge(user, readConfig);
}

function addErase(user: Command, readConfig: () => Config): void {
  user
    .command('erase')
    .description('take all that says who a person was out of the record, the indexes and the change log, for good')
    .argument('<id>', "the person's id; one who is there is deleted first")
    .requiredOption('--client <client>', 'name or id')
    .option('--force', 'also the last administrator of the client')
    .option('--json', 'print JSON')
    .action(async (id: string, options: UserOptions & { readonly force?: boolean }) => {
      await withDirectory(readConfig(), options, async ({ services, actor, output }) => {
        const { id: clientId } = await services.clients.find(options.client);
        const scope = { ...serviceScope(clientId, actor), force: options.force === true };
        await services.erasure.erase(scope, id);
        output.one({ id, erased: true }, [`erased ${id}`]);
      });
    });
}

function addPurge(user: Command, readConfig: () => Config): void {
  user
    .command('purge')
    .description(
      'erase those who were deleted long ago, as a server does every hour where DELETED_USER_RETENTION_DAYS is set',
    )
    .option('--client <client>', 'name or id; all clients unless given')
    .option('--days <days>', 'deleted more than so many days ago; DELETED_USER_RETENTION_DAYS unless given', readDays)
    .option('--json', 'print JSON')
    .action(async (options: PurgeOptions) => {
      const config = readConfig();
      const days = options.days ?? config.deletedUserRetentionDays;
      if (days === undefined) throw new CommandFailed('give --days, or set DELETED_USER_RETENTION_DAYS');
      await withDirectory(config, options, (context) => purge(context, options, days));
    });
}

async function purge(
  { services, actor, output }: CommandContext,
  { client }: PurgeOptions,
  days: number,
): Promise<void> {
  const clients = client === undefined ? await services.clients.list() : [await services.clients.find(client)];
  let erased = 0;
  for (const { id } of clients) erased += await services.erasure.eraseDeleted(actor, id, { days });
  output.one({ erased }, [`erased ${erased} ${erased === 1 ? 'person' : 'people'}`]);
}
