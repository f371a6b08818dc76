import type { Command } from 'commander';
import type { Config } from '../config.js';
import { serviceScope, type RequestScope } from '../directory/request-scope.js';
import { addClientCommand, linesOf, onClient } from './client-command.js';
import { withDirectory, type CommandContext } from './command-context.js';

interface UnitOptions {
  readonly client: string;
  readonly json?: boolean;
}

async function scopeOf({ services, actor }: CommandContext, client: string): Promise<RequestScope> {
  return serviceScope((await services.clients.find(client)).id, actor);
}

/** `muster unit create|list|show|rename|usages|end`. */
export function addUnitCommands(program: Command, readConfig: () => Config): void {
  const unit = program.command('unit').description('the parts of a client');
  unit
    .command('create')
    .description('add a unit')
    .requiredOption('--client <client>', 'name or id')
    .requiredOption('--name <name>', 'its name, unique in the client')
    .option('--json', 'print JSON')
    .action(async (options: UnitOptions & { readonly name: string }) => {
      await withDirectory(readConfig(), options, async (context) => {
        const { id, name } = await context.services.units.create(await scopeOf(context, options.client), options.name);
        context.output.one({ id, name }, [`created unit ${name}`, id]);
      });
    });
  unit
    .command('list')
    .description('list the units that have not ended')
    .requiredOption('--client <client>', 'name or id')
    .option('--json', 'print JSON')
    .action(async (options: UnitOptions) => {
      await withDirectory(readConfig(), options, async (context) => {
        const units = await context.services.units.list(await scopeOf(context, options.client));
        const rows = units.map(({ id, name, createdAt }) => ({ name, id, createdAt }));
        context.output.list(rows, ['name', 'id', 'createdAt']);
      });
    });
  addShow(unit, readConfig);
  addRename(unit, readConfig);
  addUsages(unit, readConfig);
  addEnd(unit, readConfig);
}

function addShow(unit: Command, readConfig: () => Config): void {
  const show = addClientCommand(unit, { usage: 'show <unit>', description: 'show a unit, by id or name' });
  onClient(show, readConfig, async ({ services, scope, output }, _options, nameOrId = '') => {
    const { id, name, createdAt } = await services.units.find(scope, nameOrId);
    output.one({ id, name, createdAt }, linesOf({ id, name, createdAt }));
  });
}

function addRename(unit: Command, readConfig: () => Config): void {
  unit
    .command('rename')
    .description('rename a unit: tokens, people and groups keep it')
    .argument('<unit>', 'name or id')
    .requiredOption('--client <client>', 'name or id')
    .requiredOption('--name <name>', 'its new name')
    .option('--json', 'print JSON')
    .action(async (nameOrId: string, options: UnitOptions & { readonly name: string }) => {
      await withDirectory(readConfig(), options, async (context) => {
        const scope = await scopeOf(context, options.client);
        const { id, name } = await context.services.units.rename(scope, nameOrId, options.name);
        context.output.one({ id, name }, [`renamed the unit to ${name}`]);
      });
    });
}

function addUsages(unit: Command, readConfig: () => Config): void {
  unit
    .command('usages')
    .description('show how much depends on a unit')
    .argument('<unit>', 'name or id')
    .requiredOption('--client <client>', 'name or id')
    .option('--json', 'print JSON')
    .action(async (nameOrId: string, options: UnitOptions) => {
      await withDirectory(readConfig(), options, async (context) => {
        const scope = await scopeOf(context, options.client);
        const usages = await context.services.units.usages(scope, await context.services.units.find(scope, nameOrId));
        const lines = Object.entries(usages).map(([what, count]) => `${what}: ${count}`);
        context.output.one(usages, lines);
      });
    });
}

function addEnd(unit: Command, readConfig: () => Config): void {
  unit
    .command('end')
    .description('end a unit: tokens that have no other unit stop')
    .argument('<unit>', 'name or id')
    .requiredOption('--client <client>', 'name or id')
    .option('--confirm', 'end it although people, groups or tokens depend on it')
    .option('--json', 'print JSON')
    .action(async (nameOrId: string, options: UnitOptions & { readonly confirm?: boolean }) => {
      await withDirectory(readConfig(), options, async (context) => {
        const scope = await scopeOf(context, options.client);
        const { id, name } = await context.services.units.find(scope, nameOrId);
        await context.services.units.end(scope, id, { confirmed: options.confirm === true });
        context.output.one({ id, name, ended: true }, [`ended unit ${name}`]);
      });
    });
}
