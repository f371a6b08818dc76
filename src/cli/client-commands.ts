import { InvalidArgumentError, type Command } from 'commander';
import type { Config } from '../config.js';
import type { DefaultRoles } from '../store/tenant/client-settings-store.js';
import type { Client } from '../store/tenant/client-store.js';
import { linesOf } from './client-command.js';
import { withDirectory } from './command-context.js';
import { addLicenceCommand } from './role-commands.js';

interface JsonOption {
  readonly json?: boolean;
}

interface CreateOptions extends JsonOption {
  readonly name: string;
  readonly admin?: string;
  readonly adminDisplayName?: string;
  readonly adminEmail?: string;
  readonly adminOpenId?: string;
}

interface ChangeOptions extends JsonOption {
  readonly name?: string;
  readonly maxUsers?: number | 'none';
  readonly invitationDays?: number;
  readonly defaultRoles?: DefaultRoles | false;
}

function shown({ id, name, active, createdAt }: Client) {
  return { id, name, active, createdAt };
}

function shownWhole(client: Client) {
  const { maxUsers, invitationTtlDays, defaultRolesByUserType } = client;
  return { ...shown(client), maxUsers: maxUsers ?? null, invitationTtlDays, defaultRolesByUserType };
}

/** `muster client create|list|show|change|roles|deactivate|activate`. */
export function addClientCommands(program: Command, readConfig: () => Config): void {
  const client = program.command('client').description('the customers');
  addCreate(client, readConfig);
  client
    .command('list')
    .description('list all clients')
    .option('--json', 'print JSON')
    .action(async (options: JsonOption) => {
      await withDirectory(readConfig(), options, async ({ services, output }) => {
        output.list((await services.clients.list()).map(shownWhole), ['name', 'id', 'active', 'createdAt']);
      });
    });
  addShow(client, readConfig);
  addChange(client, readConfig);
  addLicenceCommand(client, readConfig);
  addSwitch(client, readConfig, {
    verb: 'deactivate',
    active: false,
    description: 'switch a client off: its tokens stop',
  });
  addSwitch(client, readConfig, { verb: 'activate', active: true, description: 'switch a client on again' });
}

function addCreate(client: Command, readConfig: () => Config): void {
  client
    .command('create')
    .description('add a client, and its first administrator if one is named')
    .requiredOption('--name <name>', 'its name, unique whatever its letter case')
    .option('--admin <userName>', 'the person who becomes its first administrator')
    .option('--admin-display-name <text>', 'how that person is shown')
    .option('--admin-email <address>', "that person's work address")
    .option('--admin-open-id <text>', "that person's OpenID")
    .option('--json', 'print JSON')
    .action(async (options: CreateOptions) => {
      await withDirectory(readConfig(), options, async ({ services, actor, output }) => {
        const { id, name, admin } = await services.clients.create(actor, options.name, adminOf(options));
        output.one({ id, name, ...(admin === undefined ? {} : { admin }) }, [`created client ${name}`, id]);
      });
    });
}

function adminOf({ admin, adminDisplayName, adminEmail, adminOpenId }: CreateOptions) {
  if (admin === undefined) return undefined;
  return { userName: admin, displayName: adminDisplayName, email: adminEmail, openId: adminOpenId };
}

function addShow(client: Command, readConfig: () => Config): void {
  client
    .command('show')
    .description('show one client and its settings')
    .argument('<client>', 'name or id')
    .option('--json', 'print JSON')
    .action(async (nameOrId: string, options: JsonOption) => {
      await withDirectory(readConfig(), options, async ({ services, output }) => {
        const found = shownWhole(await services.clients.find(nameOrId));
        output.one(found, linesOf(found));
      });
    });
}

function addChange(client: Command, readConfig: () => Config): void {
  client
    .command('change')
    .description('change what is given of a client, all of it or nothing')
    .argument('<client>', 'name or id')
    .option('--name <name>', 'its new name')
    .option('--max-users <number>', 'how many active people it may have, or none for no limit', readLimit)
    .option('--invitation-days <number>', 'how long an invitation is open, unless it says otherwise', readDays)
    .option(
      '--default-roles <type=roles>',
      'with which roles people of a userType begin, such as Principal=Insight,Alerts; may be repeated, in place of all',
      collectDefaults,
    )
    .option('--no-default-roles', 'people begin without roles')
    .option('--json', 'print JSON')
    .action(async (nameOrId: string, options: ChangeOptions) => {
      await withDirectory(readConfig(), options, async ({ services, actor, output }) => {
        const { id } = await services.clients.find(nameOrId);
        const changed = shownWhole(await services.clients.change(actor, id, changeOf(options)));
        output.one(changed, linesOf(changed));
      });
    });
}

function changeOf({ name, maxUsers, invitationDays, defaultRoles }: ChangeOptions) {
  const defaultRolesByUserType = defaultRoles === false ? {} : defaultRoles;
  const limit = maxUsers === 'none' ? null : maxUsers;
  return { name, maxUsers: limit, invitationTtlDays: invitationDays, defaultRolesByUserType };
}

/** `none` stays as it is, because commander takes null for nothing. */
function readLimit(text: string): number | 'none' {
  if (text === 'none') return text;
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('give a number, or none');
  return Number(text);
}

function readDays(text: string): number {
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > 365) throw new InvalidArgumentError('give a number from 1 to 365');
  return days;
}

/** Reads `Principal=Insight,Alerts`, added to those before it. */
function collectDefaults(text: string, previous: DefaultRoles | boolean | undefined): DefaultRoles {
  const [, type, roles = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (type === undefined)
    throw new InvalidArgumentError('give a userType and its roles, such as Principal=Insight,Alerts');
  const before = typeof previous === 'object' ? previous : {};
  return { ...before, [type]: roles.split(',').filter((role) => role !== '') };
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
        const switched = shown(await services.clients.change(actor, found.id, { active }));
        output.one(switched, [`${switched.name} is ${active ? 'active' : 'inactive'}`]);
      });
    });
}
