import { Option, type Command } from 'commander';
import type { Config } from '../config.js';
import type { CollaborationMemberView, CollaborationView } from '../directory/collaborations/collaboration-view.js';
import type { MemberRole } from '../store/resources/member-standing-store.js';
import { addClientCommand, collect, linesOf, onClient, type ClientCall, type ClientOptions } from './client-command.js';
import { findGroupId, findPersonId, findServiceId } from './find-named.js';
import { endOf, readInstant } from './read-instant.js';
import { allOf } from './output.js';

interface ListOptions extends ClientOptions {
  readonly unit?: readonly string[];
  readonly label?: readonly string[];
  readonly service?: readonly string[];
}

interface WishOptions extends ClientOptions {
  readonly name?: string;
  readonly description?: string;
  readonly label?: readonly string[];
  readonly expires?: string;
}

interface CreateOptions extends WishOptions {
  readonly name: string;
  readonly shortName?: string;
  readonly unit?: readonly string[];
}

interface MemberOptions extends ClientOptions {
  readonly role?: MemberRole;
  readonly expires?: string;
}

/** `muster collaboration list|show|create|change|move|delete|members|add|set|remove|connect|approve|disconnect`. */
export function addCollaborationCommands(program: Command, readConfig: () => Config): void {
  const collaboration = program.command('collaboration').description('the collaborations of a client');
  addReading(collaboration, readConfig);
  addWriting(collaboration, readConfig);
  addMoving(collaboration, readConfig);
  addPeople(collaboration, readConfig);
  addConnections(collaboration, readConfig);
}

function addReading(noun: Command, readConfig: () => Config): void {
  const list = addClientCommand(noun, { usage: 'list', description: 'list the collaborations, by name' })
    .option('--unit <unit>', 'only those in this unit; repeated, in all of them', collect)
    .option('--label <label>', 'only those with this label; repeated, with all of them', collect)
    .option('--service <service>', 'only those that are connected to it; repeated, to all of them', collect);
  onClient<ListOptions>(
    list,
    readConfig,
    async ({ services, scope, output }, { unit = [], label = [], service = [] }) => {
      const query = { units: unit, labels: label, services: service };
      const { collaborations } = await services.organisation.read(scope, query);
      output.list(collaborations.map(rowOf), ['name', 'urn', 'units', 'members', 'status']);
    },
  );
  const show = addClientCommand(noun, { usage: 'show <collaboration>', description: 'show one, by id or name' });
  onClient(show, readConfig, async (call, _options, named = '') => {
    print(call, await call.services.collaborations.read(call.scope, await findGroupId(call, named)));
  });
}

function rowOf({ name, id, urn, units, memberCount, status }: CollaborationView) {
  return { name, id, urn, units: units.join(', '), members: memberCount, status };
}

function print({ output }: ClientCall, { groups, services, ...view }: CollaborationView): void {
  const lines = {
    ...view,
    groups: groups.map((group) => `${group.name} (${group.shortName})`),
    services: services.map((service) => `${service.name} (${service.status})`),
  };
  output.one({ ...view, groups, services }, linesOf(lines));
}

function addWriting(noun: Command, readConfig: () => Config): void {
  const create = withWish(addClientCommand(noun, { usage: 'create', description: 'add a collaboration' }))
    .requiredOption('--name <name>', 'its name, unique among those in the same units')
    .option('--short-name <name>', 'unique in the client; made of the name unless given')
    .option('--unit <unit>', 'name of a unit that it is in; may be repeated', collect);
  onClient<CreateOptions>(create, readConfig, async (call, options) => {
    const { name, shortName, unit } = options;
    const made = await call.services.collaborations.create(call.scope, {
      ...wishOf(options),
      name,
      shortName,
      units: unit,
    });
    call.output.one(made, [`created collaboration ${made.name}`, made.id]);
  });
  const usage = { usage: 'change <collaboration>', description: 'change what is given of one' };
  const change = withWish(addClientCommand(noun, usage)).option('--name <name>', 'its new name');
  onClient<WishOptions>(change, readConfig, async (call, options, named = '') => {
    const id = await findGroupId(call, named);
    print(call, await call.services.collaborations.update(call.scope, id, { ...wishOf(options), name: options.name }));
  });
}

function withWish(command: Command): Command {
  return command
    .option('--description <text>', 'what it is for; none where the text is empty')
    .option('--label <label>', 'a label, in place of those that it has; may be repeated', collect)
    .option('--expires <instant>', 'when it ends, such as 2027-01-31T12:00:00Z, or never', readInstant);
}

function wishOf({ description, label, expires }: WishOptions) {
  return { description: description === '' ? null : description, labels: label, expiresAt: endOf(expires) };
}

function addMoving(noun: Command, readConfig: () => Config): void {
  const move = addClientCommand(noun, {
    usage: 'move <collaboration>',
    description: 'move one and its groups to other units; to none where none is given',
  }).option('--unit <unit>', 'name of a unit; may be repeated', collect);
  onClient<ListOptions>(move, readConfig, async (call, { unit = [] }, named = '') => {
    print(call, await call.services.collaborations.moveTo(call.scope, await findGroupId(call, named), unit));
  });
  const remove = addClientCommand(noun, {
    usage: 'delete <collaboration>',
    description: 'delete one with its groups, invitations and connections; its people stay',
  });
  onClient(remove, readConfig, async (call, _options, named = '') => {
    const id = await findGroupId(call, named);
    await call.services.collaborations.remove(call.scope, id);
    call.output.one({ id, deleted: true }, [`deleted collaboration ${named}`]);
  });
}

const role = () => new Option('--role <role>', 'what the person is there').choices(['member', 'admin']);

function addPeople(noun: Command, readConfig: () => Config): void {
  const members = addClientCommand(noun, {
    usage: 'members <collaboration>',
    description: 'list its members, expired ones too',
  });
  onClient(members, readConfig, async (call, _options, named = '') => {
    const rows = await allOf(call.services.groupPeople.list(call.scope, await findGroupId(call, named)));
    call.output.list(rows, ['userName', 'userId', 'role', 'status', 'expiresAt']);
  });
  const add = addClientCommand(noun, { usage: 'add <collaboration> <person>', description: 'put a person into it' });
  onClient<MemberOptions>(withMembership(add), readConfig, async (call, options, ...words) => {
    const { id, person } = await named(call, words);
    const wish = { person, role: options.role, expiresAt: endOf(options.expires) };
    printMember(call, await call.services.groupPeople.join(call.scope, id, wish));
  });
  const set = addClientCommand(noun, {
    usage: 'set <collaboration> <person>',
    description: 'change the role or the end of a member',
  });
  onClient<MemberOptions>(withMembership(set), readConfig, async (call, options, ...words) => {
    const { id, person } = await named(call, words);
    const wish = { person, role: options.role, expiresAt: endOf(options.expires) };
    printMember(call, await call.services.groupPeople.change(call.scope, id, wish));
  });
  const remove = addClientCommand(noun, {
    usage: 'remove <collaboration> <person>',
    description: 'take a person out of it and out of its groups',
  });
  onClient(remove, readConfig, async (call, _options, ...words) => {
    const { id, person } = await named(call, words);
    await call.services.groupPeople.leave(call.scope, id, person.userId);
    call.output.one({ id, ...person, member: false }, [`${words[1]} is not in ${words[0]}`]);
  });
}

function withMembership(command: Command): Command {
  return command.addOption(role()).option('--expires <instant>', 'when the membership ends, or never', readInstant);
}

async function named(call: ClientCall, [collaboration = '', person = '']: readonly string[]) {
  const id = await findGroupId(call, collaboration);
  return { id, person: { userId: await findPersonId(call, person) } };
}

function printMember({ output }: ClientCall, member: CollaborationMemberView): void {
  output.one(member, linesOf(member));
}

function addConnections(noun: Command, readConfig: () => Config): void {
  const deeds = {
    connect: 'connect one with a service, at once or after approval',
    approve: 'approve a connection that waits for it',
    disconnect: 'end a connection, or take back the wish for one',
  } as const;
  for (const [deed, description] of Object.entries(deeds)) {
    const command = addClientCommand(noun, { usage: `${deed} <collaboration> <service>`, description });
    onClient(command, readConfig, async (call, _options, collaboration = '', service = '') => {
      const id = await findGroupId(call, collaboration);
      const serviceId = await findServiceId(call, service);
      const { connectedServices } = call.services;
      if (deed === 'disconnect') {
        await connectedServices.disconnect(call.scope, id, serviceId);
        call.output.one({ id, serviceId, connected: false }, [`${collaboration} is not connected to ${service}`]);
        return;
      }
      const connected =
        deed === 'connect'
          ? await connectedServices.connect(call.scope, id, serviceId)
          : await connectedServices.approve(call.scope, id, serviceId);
      call.output.one(connected, [`${connected.name} is ${connected.status}`]);
    });
  }
}
