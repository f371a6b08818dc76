import { Option, type Command } from 'commander';
import { operatorCaller, serviceScope, type Caller } from '../directory/request-scope.js';
import type { CommandContext } from './command-context.js';

/** Whose something is: a client's, or the operators' own. */
export interface OwnerOptions {
  readonly client?: string;
  readonly platform?: boolean;
  readonly json?: boolean;
}

/** Adds `--client` and `--platform`, which exclude each other; `platform` says what the latter means. */
export function addOwnerOptions(command: Command, platform: string): Command {
  return command
    .addOption(new Option('--client <client>', 'name or id').conflicts('platform'))
    .addOption(new Option('--platform', platform));
}

/** As `addOwnerOptions`, for a command that needs one of the two. */
export function requireOwnerOptions(command: Command, platform: string): Command {
  return addOwnerOptions(command, platform).hook('preAction', (_program, action) => {
    if (!namesOwner(action.opts<OwnerOptions>())) action.error('error: give --client <client> or --platform');
  });
}

/** Whether one of the two was given. */
export function namesOwner({ client, platform }: OwnerOptions): boolean {
  return client !== undefined || platform === true;
}

/** On the client's behalf, or on that of the operators. */
export async function callerOf({ services, actor }: CommandContext, { client }: OwnerOptions): Promise<Caller> {
  if (client === undefined) return operatorCaller(actor);
  return serviceScope((await services.clients.find(client)).id, actor);
}
