import type { Command } from 'commander';
import type { Config } from '../config.js';
import { serviceScope, type RequestScope } from '../directory/request-scope.js';
import { withDirectory, type CommandContext } from './command-context.js';

/** What every command about something of a client is given. */
export interface ClientOptions {
  readonly client: string;
  readonly json?: boolean;
  /** Whether it may leave the client without an administrator. */
  readonly force?: boolean;
}

/** What a command about something of a client works with. */
export interface ClientCall extends CommandContext {
  readonly scope: RequestScope;
}

/** A command about something of a client, before it has arguments and options of its own. */
export interface ClientCommand {
  /** Such as `show <group>`. */
  readonly usage: string;
  readonly description: string;
}

/** Adds a command that names the client and can print JSON. */
export function addClientCommand(noun: Command, { usage, description }: ClientCommand): Command {
  return noun
    .command(usage)
    .description(description)
    .requiredOption('--client <client>', 'name or id')
    .option('--json', 'print JSON');
}

/** Says what a command does: with the words behind it, in their order, and its options. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- commander does not know which options were declared.
export function onClient<Options extends ClientOptions>(
  command: Command,
  readConfig: () => Config,
  work: (call: ClientCall, options: Options, ...words: string[]) => Promise<void>,
): void {
  command.action(async (...given: unknown[]) => {
    // commander hands over the words, those of a repeated one as a list, the options and the command itself; the options are
    // those that were declared.
    const options = given.at(-2) as Options;
    const words = given.slice(0, -2).flat().map(String);
    await withDirectory(readConfig(), options, async (context) => {
      const { id } = await context.services.clients.find(options.client);
      const scope = { ...serviceScope(id, context.actor), force: options.force === true };
      await work({ ...context, scope }, options, ...words);
    });
  });
}

/** Takes an option that may be repeated. */
export function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/** The option of what may leave a client without an administrator. */
export const forceOption = ['--force', 'do it even to the last active administrator'] as const;

/** What a person reads of one thing: a line for each of its values. */
export function linesOf(value: object): readonly string[] {
  return Object.entries(value).map(([name, each]: [string, unknown]) => `${name}: ${textOf(each)}`);
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '-';
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value.join(', ') || '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
