import type { Command } from 'commander';
import type { Config } from '../config.js';
import { serviceScope } from '../directory/request-scope.js';
import { withDirectory } from './command-context.js';

interface UserOptions {
  readonly client: string;
  readonly json?: boolean;
}

/** `muster user unlock`. */
export function addUserCommands(program: Command, readConfig: () => Config): void {
  const user = program.command('user').description('the people of a client');
  user
    .command('unlock')
    .description('unlock an account that was locked by wrong passwords')
    .argument('<id>', "the person's id")
    .requiredOption('--client <client>', 'name or id')
    .option('--json', 'print JSON')
    .action(async (id: string, options: UserOptions) => {
      await withDirectory(readConfig(), options, async ({ services, actor, output }) => {
        const { id: clientId } = await services.clients.find(options.client);
        const { userName, accountStatus } = await services.accounts.unlock(serviceScope(clientId, actor), id);
        output.one({ id, userName, accountStatus }, [`${userName} is ${accountStatus}`]);
      });
    });
}
