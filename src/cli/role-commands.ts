import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Config } from '../config.js';
import type { Licence, LicensedRole, Role } from '../store/role-store.js';
import { withDirectory } from './command-context.js';

interface JsonOption {
  readonly json?: boolean;
}

interface RoleOptions extends JsonOption {
  readonly kind: Role['kind'];
  readonly display?: string;
  readonly description?: string;
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

function shown({ name, kind, builtIn, display, active }: Role) {
  return { name, kind, builtIn, display, active };
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
        output.list(roles, ['name', 'kind', 'builtIn', 'display', 'active']);
      });
    });
  role
    .command('set')
    .description('add a role to the catalogue, or change it')
    .argument('<name>', 'its name, unique whatever its letter case')
    .addOption(new Option('--kind <kind>').choices(['feature', 'admin']).default('feature'))
    .option('--display <text>', 'how it is shown; its name unless given')
    .option('--description <text>', 'what it is for')
    .option('--off', 'switch it off: it can be granted to nobody more and has no effect')
    .option('--json', 'print JSON')
    .action(async (name: string, { kind, display, description, off, json }: RoleOptions) => {
      await withDirectory(readConfig(), json === undefined ? {} : { json }, async ({ services, output }) => {
        const found = await services.roles.define({ name, kind, display, description, active: off !== true });
        output.one(shown(found), [`role ${found.name} is ${found.active ? 'on' : 'off'}`]);
      });
    });
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
