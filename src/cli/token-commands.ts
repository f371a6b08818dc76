import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Config } from '../config.js';
import { nowInstant } from '../clock.js';
import type { Token, TokenAccess, TokenDialect } from '../store/token-store.js';
import { withDirectory, type CommandContext } from './command-context.js';

interface OwnerOptions {
  readonly client?: string;
  readonly platform?: boolean;
  readonly json?: boolean;
}

interface CreateOptions extends OwnerOptions {
  readonly unit: readonly string[];
  readonly user?: string;
  readonly access: TokenAccess;
  readonly dialect: TokenDialect;
  readonly description?: string;
  readonly expires?: number;
}

/** Reads a time such as `90d`, in days. */
function readDays(text: string): number {
  const [, days] = /^(\d{1,4})d$/.exec(text) ?? [];
  if (days === undefined) throw new InvalidArgumentError('give it in days, such as 90d');
  return Number(days);
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

/** The client's id, or undefined for the operators' tokens. */
async function ownerOf({ services }: CommandContext, options: OwnerOptions): Promise<string | undefined> {
  if (options.client === undefined) return undefined;
  return (await services.clients.find(options.client)).id;
}

function addOwnerOptions(command: Command): Command {
  return command
    .addOption(new Option('--client <client>', 'name or id').conflicts('platform'))
    .addOption(new Option('--platform', "an operator's token, which belongs to no client"))
    .option('--json', 'print JSON')
    .hook('preAction', (_program, action) => {
      const { client, platform } = action.opts<OwnerOptions>();
      if (client === undefined && platform === undefined) action.error('error: give --client <client> or --platform');
    });
}

function standing(token: Token): string {
  if (token.revokedAt !== undefined) return `revoked (${token.revokedReason ?? 'revoked'})`;
  return token.expiresAt > nowInstant() ? 'valid' : 'expired';
}

/** `muster token create|list|revoke`. */
export function addTokenCommands(program: Command, readConfig: () => Config): void {
  const token = program.command('token').description('bearer tokens');
  addCreate(addOwnerOptions(token.command('create')), readConfig);
  addOwnerOptions(token.command('list').description('list tokens, never their secrets')).action(
    async (options: OwnerOptions) => {
      await withDirectory(readConfig(), options, async (context) => {
        const tokens = await context.services.tokens.list(await ownerOf(context, options));
        const rows = tokens.map((each) => ({
          id: each.id,
          prefix: `muster_${each.publicId}`,
          kind: each.kind,
          access: each.access,
          units: each.units,
          expiresAt: each.expiresAt,
          standing: standing(each),
        }));
        context.output.list(rows, ['id', 'prefix', 'kind', 'access', 'expiresAt', 'standing']);
      });
    },
  );
  addOwnerOptions(token.command('revoke').description('revoke a token at once').argument('<id>', 'its id')).action(
    async (id: string, options: OwnerOptions) => {
      await withDirectory(readConfig(), options, async (context) => {
        await context.services.tokens.revoke(context.actor, await ownerOf(context, options), id);
        context.output.one({ id, revoked: true }, [`revoked token ${id}`]);
      });
    },
  );
}

function addCreate(create: Command, readConfig: () => Config): void {
  create
    .description('mint a token; its secret is shown this once')
    .option('--unit <unit>', 'reach this unit alone; may be repeated', collect, [])
    .option('--user <id>', 'a personal token of this user')
    .addOption(new Option('--access <access>').choices(['read', 'provision', 'admin']).default('provision'))
    .addOption(new Option('--dialect <dialect>').choices(['tolerant', 'strict']).default('tolerant'))
    .option('--description <text>', 'what it is for')
    .option('--expires <days>', 'such as 90d; a year unless given', readDays)
    .action(async (options: CreateOptions) => {
      await withDirectory(readConfig(), options, async (context) => {
        const { token, text } = await context.services.tokens.create(context.actor, {
          clientId: await ownerOf(context, options),
          units: options.unit,
          userId: options.user,
          access: options.access,
          dialect: options.dialect,
          description: options.description,
          days: options.expires,
        });
        context.output.one({ id: token.id, token: text }, [`token ${token.id}, shown this once:`, text]);
      });
    });
}
