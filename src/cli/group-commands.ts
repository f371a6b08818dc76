import { Option, type Command } from 'commander';
import type { Config } from '../config.js';
import type { GroupRecord } from '../directory/groups/group-records.js';
import {
  addClientCommand,
  collect,
  forceOption,
  linesOf,
  onClient,
  type ClientCall,
  type ClientOptions,
} from './client-command.js';
import { findGroupId, findPersonId } from './find-named.js';
import { allOf } from './output.js';

interface WishOptions extends ClientOptions {
  readonly name?: string;
  readonly description?: string;
  readonly wildcard?: readonly string[];
  readonly wildcards?: boolean;
  readonly unit?: readonly string[];
  readonly shortName?: string;
  readonly autoProvision?: boolean;
}

interface CreateOptions extends WishOptions {
  readonly name: string;
  readonly kind?: string;
  readonly in?: string;
}

const kinds = ['group', 'unit-managers'];

/** `muster group list|show|create|change|delete|members|add|remove`. */
export function addGroupCommands(program: Command, readConfig: () => Config): void {
  const group = program.command('group').description('the groups of a client');
  addReading(group, readConfig);
  addWriting(group, readConfig);
  addPeople(group, readConfig);
}

function rowOf({ name, groupId, kind, membershipCount, urn, wildcards }: GroupRecord) {
  return { name, id: groupId, kind: kind ?? 'group', members: membershipCount, urn, wildcards };
}

/** Without the people, who may be very many: `group members` lists them. */
function shown({ users: _users, ...group }: GroupRecord) {
  return group;
}

function addReading(group: Command, readConfig: () => Config): void {
  const list = addClientCommand(group, { usage: 'list', description: 'list the groups' });
  onClient(list, readConfig, async ({ services, scope, output }) => {
    const rows: ReturnType<typeof rowOf>[] = [];
    // Each record is let go with its people.
    for await (const record of services.groupRecords.all(scope)) rows.push(rowOf(record));
    output.list(rows, ['name', 'id', 'kind', 'members', 'wildcards']);
  });
  const show = addClientCommand(group, { usage: 'show <group>', description: 'show a group, by id or name' });
  onClient(show, readConfig, async (call, _options, named) => {
    const found = shown(await call.services.groupRecords.read(call.scope, await findGroupId(call, named ?? '')));
    call.output.one(found, linesOf(found));
  });
}

function addWriting(group: Command, readConfig: () => Config): void {
  const create = withWish(addClientCommand(group, { usage: 'create', description: 'add a group' }))
    .requiredOption('--name <name>', 'its name, unique among the groups in the same units')
    .addOption(new Option('--kind <kind>', 'whose members manage its units: unit-managers').choices(kinds))
    .addOption(new Option('--in <collaboration>', 'a group of this collaboration').conflicts(['kind', 'unit']));
  onClient<CreateOptions>(create, readConfig, async (call, options) => {
    const parent = options.in === undefined ? undefined : await findGroupId(call, options.in);
    const wish = { ...wishOf(options), name: options.name, kind: options.kind, parent };
    const made = shown(await call.services.groupRecords.create(call.scope, wish));
    call.output.one(made, [`created group ${made.name}`, made.groupId]);
  });
  const change = withWish(
    addClientCommand(group, { usage: 'change <group>', description: 'change what is given of a group' }),
  )
    .option('--name <name>', 'its new name')
    .option('--no-wildcards', 'take all wildcards away');
  onClient<WishOptions>(change, readConfig, async (call, options, named) => {
    const id = await findGroupId(call, named ?? '');
    const changed = shown(await call.services.groupRecords.update(call.scope, id, wishOf(options)));
    call.output.one(changed, linesOf(changed));
  });
  const remove = addClientCommand(group, {
    usage: 'delete <group...>',
    description: 'delete groups, all of them or none; their people stay',
  });
  onClient(remove, readConfig, async (call, _options, ...given) => {
    const ids = await Promise.all(given.map((each) => findGroupId(call, each)));
    await call.services.groupBatches.remove(call.scope, ids);
    call.output.one(
      { deleted: ids },
      ids.map((id) => `deleted group ${id}`),
    );
  });
}

function withWish(command: Command): Command {
  return command
    .option('--description <text>', 'what it is for; none where the text is empty')
    .option('--wildcard <permission>', 'what its members may do with every object of a type; may be repeated', collect)
    .option('--unit <unit>', 'name of a unit that it is in; may be repeated', collect)
    .option('--short-name <name>', 'of a group of a collaboration; given once')
    .option('--auto-provision', 'a group of a collaboration takes whoever joins it')
    .option('--no-auto-provision', 'it does not');
}

function wishOf({ name, description, wildcard, wildcards, unit, shortName, autoProvision }: WishOptions) {
  return {
    name,
    description: description === '' ? null : description,
    wildcards: wildcard ?? (wildcards === false ? [] : undefined),
    units: unit,
    shortName,
    autoProvisionMembers: autoProvision,
  };
}

function addPeople(group: Command, readConfig: () => Config): void {
  const members = addClientCommand(group, { usage: 'members <group>', description: 'list the people of a group' });
  onClient(members, readConfig, async (call, _options, named) => {
    const id = await findGroupId(call, named ?? '');
    // Throws where there is no such group, which has no people either.
    await call.services.groupRecords.read(call.scope, id);
    const rows = await allOf(call.services.userRecords.ofGroups(call.scope, [id]));
    call.output.list(rows, ['userName', 'id', 'firstName', 'lastName', 'active']);
  });
  const person = { add: 'put a person into a group', remove: 'take a person out of a group' };
  const add = addClientCommand(group, { usage: 'add <group> <person>', description: person.add });
  onClient(add, readConfig, async (call, _options, ...words) => {
    const { groupId, userId } = await both(call, words);
    await call.services.groupPeople.add(call.scope, groupId, { userId });
    call.output.one({ groupId, userId, member: true }, [`${words[1]} is in ${words[0]}`]);
  });
  const remove = addClientCommand(group, { usage: 'remove <group> <person>', description: person.remove });
  onClient(remove.option(...forceOption), readConfig, async (call, _options, ...words) => {
    const { groupId, userId } = await both(call, words);
    await call.services.groupPeople.remove(call.scope, groupId, userId);
    call.output.one({ groupId, userId, member: false }, [`${words[1]} is not in ${words[0]}`]);
  });
}

async function both(call: ClientCall, [group = '', person = '']: readonly string[]) {
  return { groupId: await findGroupId(call, group), userId: await findPersonId(call, person) };
}
