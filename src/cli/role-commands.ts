import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Config } from '../config.js';
import type { Licence, LicensedRole, Role } from '../store/organisation/role-store.js';
import { withDirectory } from './command-context.js';

interface JsonOption {
  readonly json?: boolean;
}

interface RoleOptions extends JsonOption {
  readonly kind?: Role['kind'];
  readonly display?: string;
  readonly description?: string;
  readonly contains?: readonly string[];
  readonly containsNothing?: boolean;
  readonly on?: boolean;
  readonly off?: boolean;
}

interface LicenceOptions extends JsonOption {
  readonly set: readonly Licence[];
  readonly clear?: boolean;
}

/** Reads `Timeshift` or `Timeshift=20`, added to those before it. */
function collectLicence(text: string, previous: readonly Licence[]): readonly Licence[] {
  const [, role = '', seats] = /^([^=]+)(?:=(\d{1,9}))?$/.exec(text) ?? [];
  if (role.trim() === '') throw new InvalidArgumentError('give a role, or a role and its seats as Timeshift=20');
  return [...previous, { role, seats: seats === undefined ? undefined : Number(seats) }];
}

function shown({ name, kind, builtIn, display, contains, active }: Role) {
  return { name, kind, builtIn, display, contains, active };
}

function shownLicence(role: LicensedRole) {
  return { ...shown(role), seats: role.seats ?? null };
}

/** `muster role list|set`: the catalogue of roles. */
export function addRoleCommands(program: Command, readConfig: () => Config): void {
  const role = program.command('role').description('the catalogue of roles');
  role
    .command('list')
    .description('list the roles that clients can license')
    .option('--json', 'print JSON')
    .action(async (options: JsonOption) => {
      await withDirectory(readConfig(), options, async ({ services, output }) => {
        const roles = (await services.roles.list()).map(shown);
        output.list(roles, ['name', 'kind', 'builtIn', 'display', 'contains', 'active']);
      });
    });
  role
    .command('set')
    .description('add a role to the catalogue, or change what is given of it')
    .argument('<name>', 'its name, unique whatever its letter case')
    .addOption(new Option('--kind <kind>', 'feature for a new one').choices(['feature', 'admin']))
    .option('--display <text>', 'how it is shown; the name of a new one')
    .option('--description <text>', 'what it is for')
    .option('--contains <role>', 'it has the rights of this role too; may be repeated', collect)
    .addOption(new Option('--contains-nothing', 'it has the rights of no other role').conflicts('contains'))
    .option('--off', 'switch it off: it can be granted to nobody more and has no effect')
    .addOption(new Option('--on', 'switch it on again').conflicts('off'))
    .option('--json', 'print JSON')
    .action(async (name: string, options: RoleOptions) => {
      await withDirectory(readConfig(), options, async ({ services, actor, output }) => {
        const found = await services.roles.define(actor, { name, ...definitionOf(options) });
        output.one(shown(found), [`role ${found.name} is ${found.active ? 'on' : 'off'}`]);
      });
    });
}

function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

function definitionOf({ kind, display, description, contains, containsNothing, on, off }: RoleOptions) {
  const active = off === true ? false : on === true ? true : undefined;
  return { kind, display, description, contains: containsNothing === true ? [] : contains, active };
}

/** `muster client roles`: what a client has licensed. */
export function addLicenceCommand(client: Command, readConfig: () => Config): void {
  client
    .command('roles')
    .description('show which roles a client may grant, or say which it has licensed')
    .argument('<client>', 'name or id')
    .option('--set <role[=seats]>', 'license this role, and of the others those that are set too', collectLicence, [])
    .option('--clear', 'withdraw all licences; grants sleep until the role is licensed again')
    .option('--json', 'print JSON')
    .action(async (nameOrId: string, options: LicenceOptions) => {
      await withDirectory(readConfig(), options, async ({ services, actor, output }) => {
        const { id } = await services.clients.find(nameOrId);
        const changes = options.set.length > 0 || options.clear === true;
        const roles = changes
          ? await services.roles.license(actor, id, options.set)
          : await services.roles.licensedTo(id);
        output.list(roles.map(shownLicence), ['name', 'kind', 'builtIn', 'display', 'active', 'seats']);
      });
    });
}
