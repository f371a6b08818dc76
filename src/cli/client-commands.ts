import type { Command } from 'commander';
import type { Config } from '../config.js';
import type { Client } from '../store/client-store.js';
import { withDirectory } from './command-context.js';
import { addLicenceCommand } from './role-commands.js';

interface JsonOption {
  readonly json?: boolean;
}

function shown(client: Client) {
  return { id: client.id, name: client.name, active: client.active, createdAt: client.createdAt };
}

/** `muster client create|list|show|roles|deactivate|activate`. */
export function addClientCommands(program: Command, readConfig: () => Config): void {
  const client = program.command('client').description('the customers');
  client
    .command('create')
    .description('add a client')
    .requiredOption('--name <name>', 'its name, unique whatever its letter case')
    .option('--json', 'print JSON')
    .action(async (options: JsonOption & { readonly name: string }) => {
      await withDirectory(readConfig(), options, async ({ services, actor, output }) => {
        const { id, name } = await services.clients.create(actor, options.name);
        output.one({ id, name }, [`created client ${name}`, id]);
      });
    });
  client
    .command('list')
    .description('list all clients')
    .option('--json', 'print JSON')
    .action(async (options: JsonOption) => {
      await withDirectory(readConfig(), options, async ({ services, output }) => {
        output.list((await services.clients.list()).map(shown), ['name', 'id', 'active', 'createdAt']);
      });
    });
  addShow(client, readConfig);
  addLicenceCommand(client, readConfig);
  addSwitch(client, readConfig, {
    verb: 'deactivate',
    active: false,
    description: 'switch a client off: its tokens stop',
  });
  addSwitch(client, readConfig, { verb: 'activate', active: true, description: 'switch a client on again' });
}

function addShow(client: Command, readConfig: () => Config): void {
  client
    .command('show')
    .description('show one client')
    .argument('<client>', 'name or id')
    .option('--json', 'print JSON')
    .action(async (nameOrId: string, options: JsonOption) => {
      await withDirectory(readConfig(), options, async ({ services, output }) => {
        const found = shown(await services.clients.find(nameOrId));
        output.one(
          found,
          Object.entries(found).map(([key, value]) => `${key}: ${String(value)}`),
        );
      });
    });
}

function addSwitch(
  client: Command,
  readConfig: () => Config,
  { verb, active, description }: { verb: string; active: boolean; description: string },
): void {
  client
    .command(verb)
    .description(description)
    .argument('<client>', 'name or id')
    .option('--json', 'print JSON')
    .action(async (nameOrId: string, options: JsonOption) => {
      await withDirectory(readConfig(), options, async ({ services, actor, output }) => {
        const found = await services.clients.find(nameOrId);
        const switched = shown(await services.clients.setActive(actor, found.id, active));
        output.one(switched, [`${switched.name} is ${active ? 'active' : 'inactive'}`]);
      });
    });
}
