import { InvalidArgumentError, type Command } from 'commander';
import type { Config } from '../config.js';
import type { ClaimOutcome } from '../directory/users/user-claims.js';
import { addClientCommand, forceOption, onClient, type ClientCall, type ClientOptions } from './client-command.js';
import { CommandFailed } from './command-failed.js';

interface ListOptions extends ClientOptions {
  readonly role?: string;
  readonly page: number;
}

function readPage(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('give a number from 1');
  return Number(text);
}

/** `muster claim list|add|remove`: roles, given to people by their staff ids and taken away. */
export function addClaimCommands(program: Command, readConfig: () => Config): void {
  const claim = program.command('claim').description('roles of people, by their staff ids (employeeNumber)');
  const list = addClientCommand(claim, {
    usage: 'list',
    description: 'list who has registered, ten a page, by last and first name',
  })
    .option('--role <role>', 'those with this role alone')
    .option('--page <number>', 'from 1', readPage, 1);
  onClient<ListOptions>(list, readConfig, async ({ services, scope, output }, { role, page }) => {
    const { profiles } = await services.userClaims.list(scope, { page, role });
    const rows = profiles;
    output.list(rows, ['username', 'staffUniqueId', 'fullName', 'isAdmin']);
  });
  const add = addClientCommand(claim, { usage: 'add <role> <staffId...>', description: 'give people a role' });
  onClient(add, readConfig, async (call, _options, claimValue = '', ...staffUniqueIds) => {
    report(call, await call.services.userClaims.add(call.scope, { claimValue, staffUniqueIds }));
  });
  const remove = addClientCommand(claim, {
    usage: 'remove <role> <staffId...>',
    description: 'take a role away from people',
  });
  onClient(remove.option(...forceOption), readConfig, async (call, _options, claimValue = '', ...staffUniqueIds) => {
    report(call, await call.services.userClaims.remove(call.scope, { claimValue, staffUniqueIds }));
  });
}

/** Says what became of each; the command has failed where somebody is nobody here. */
function report({ output }: ClientCall, { results, notProcessed }: ClaimOutcome): void {
  const lines = [
    ...results.map((each) => `${each.userName}: ${each.succeeded ? 'done' : each.message}`),
    ...notProcessed.map((id) => `${id}: not processed`),
  ];
  output.one({ results, notProcessed }, lines);
  if (notProcessed.length > 0)
    throw new CommandFailed(`${notProcessed.length} not processed: nobody has registered with this id`);
}
