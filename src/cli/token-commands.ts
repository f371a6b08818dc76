import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Config } from '../config.js';
import { nowInstant } from '../clock.js';
import { expiryInDays } from '../directory/tokens/token-rules.js';
import type { TokenView } from '../directory/tokens/token-view.js';
import type { TokenAccess, TokenDialect } from '../store/tenant/token-store.js';
import { linesOf } from './client-command.js';
import { withDirectory } from './command-context.js';
import { callerOf, requireOwnerOptions, type OwnerOptions } from './owner-options.js';

interface CreateOptions extends OwnerOptions {
  readonly unit: readonly string[];
  readonly user?: string;
  readonly access: TokenAccess;
  readonly dialect: TokenDialect;
  readonly description?: string;
  readonly expires?: number;
}

interface RotateOptions extends OwnerOptions {
  readonly overlap?: number;
  readonly expires?: number;
}

/** Reads a time such as `90d`, in days. */
function readDays(text: string): number {
  const [, days] = /^(\d{1,4})d$/.exec(text) ?? [];
  if (days === undefined) throw new InvalidArgumentError('give it in days, such as 90d');
  return Number(days);
}

/** Reads a time such as `0`, `90s`, `30m` or `24h`, in seconds. */
function readSeconds(text: string): number {
  const [, number, unit = 's'] = /^(\d{1,6})([smh])?$/.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError('give it in seconds, minutes or hours, such as 30m');
  return Number(number) * ({ s: 1, m: 60, h: 3_600 }[unit] ?? 1);
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function ofOwner(command: Command): Command {
  return requireOwnerOptions(command, "an operator's token, which belongs to no client").option('--json', 'print JSON');
}

function standing(token: TokenView): string {
  if (token.revokedAt !== null) return `revoked (${token.revokedReason ?? 'revoked'})`;
  return token.expiresAt > nowInstant() ? 'valid' : 'expired';
}

/** `muster token create|list|show|rotate|revoke`. */
export function addTokenCommands(program: Command, readConfig: () => Config): void {
  const token = program.command('token').description('bearer tokens');
  addCreate(ofOwner(token.command('create')), readConfig);
  ofOwner(token.command('list').description('list tokens, never their secrets')).action(
    async (options: OwnerOptions) => {
      await withDirectory(readConfig(), options, async (context) => {
        const tokens = await context.services.tokens.list(await callerOf(context, options));
        const rows = tokens.map((each) => ({ ...each, standing: standing(each) }));
        context.output.list(rows, ['id', 'prefix', 'kind', 'access', 'units', 'lastUsedAt', 'expiresAt', 'standing']);
      });
    },
  );
  ofOwner(token.command('show').description('show a token, without its secret').argument('<id>', 'its id')).action(
    async (id: string, options: OwnerOptions) => {
      await withDirectory(readConfig(), options, async (context) => {
        const found = await context.services.tokens.find(await callerOf(context, options), id);
        const shown = { ...found, standing: standing(found) };
        context.output.one(shown, linesOf(shown));
      });
    },
  );
  addRotate(ofOwner(token.command('rotate')), readConfig);
  ofOwner(token.command('revoke').description('revoke a token at once').argument('<id>', 'its id')).action(
    async (id: string, options: OwnerOptions) => {
      await withDirectory(readConfig(), options, async (context) => {
        await context.services.tokens.revoke(await callerOf(context, options), id);
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
        const { token, text } = await context.services.tokens.create(await callerOf(context, options), {
          units: options.unit,
          userId: options.user,
          access: options.access,
          dialect: options.dialect,
          description: options.description,
          expiresAt: options.expires === undefined ? undefined : expiryInDays(options.expires),
        });
        context.output.one({ id: token.id, token: text }, [`token ${token.id}, shown this once:`, text]);
      });
    });
}

function addRotate(rotate: Command, readConfig: () => Config): void {
  rotate
    .description('give a token a new secret, which is shown this once')
    .argument('<id>', 'its id')
    .option('--overlap <time>', 'how long the old secret stays in force: 0 to 24h; 1h unless given', readSeconds)
    .option('--expires <days>', 'when the token expires from now on, such as 90d; as before unless given', readDays)
    .action(async (id: string, options: RotateOptions) => {
      await withDirectory(readConfig(), options, async (context) => {
        const { token, text } = await context.services.tokens.rotate(await callerOf(context, options), id, {
          overlapSeconds: options.overlap,
          expiresAt: options.expires === undefined ? undefined : expiryInDays(options.expires),
        });
        const { previousSecretUntil } = token;
        context.output.one({ id, token: text, previousSecretUntil }, [
          `token ${id}, shown this once:`,
          text,
          previousSecretUntil === null
            ? 'the old secret has ended'
            : `the old secret is in force until ${previousSecretUntil}`,
        ]);
      });
    });
}
